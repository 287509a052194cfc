// Segment: one file of a spool: records that were acknowledged and are to be replayed, and how far
// the replay has come.
//
//   "pzspool\n", u32 version, u32 0; u64 position, u64 XXH3 of the position; frames (frame.hpp)
//
// Records before `position` have been replayed, and of those behind it the ones that are marked so
// (frame.hpp). The position is written in place: 16 bytes that the kernel has
// at once, so that a killed process loses none of it; where they are not whole after a loss of power,
// the replay begins at the file's begin. What stands behind the last whole frame was never
// acknowledged and is passed over.
//
// A segment is locked (flock) as long as its process lives. Who finds one that nobody holds may take
// it over: it is only read from then on. Internal to the room. Thread rules: one thread. Calls block
// for the file system, which takes a write into the page cache.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/mapping.hpp"
#include "store/status.hpp"

namespace pz::spool {

inline constexpr std::string_view kSuffix = ".spool";
inline constexpr std::string_view kDamagedSuffix = ".damaged";
inline constexpr std::string_view kUnnamedSuffix = ".new";  // until it is locked and has its header

class Segment {
  public:
    static constexpr std::uint64_t kBegin = 32;  // where the first frame stands

    // `name`: of a file that does not exist, without suffix.
    static Result<Segment> create(const std::string& directory, const std::string& name);
    // Nothing when another process holds it, or it is gone.
    static Result<std::optional<Segment>> adopt(const std::string& path);

    // All of `frames` or, with an error, nothing.
    Status append(std::string_view frames);
    // The payload of the next frame that is not marked as done; nothing at the end. Valid until the
    // next call. An error: what stands there cannot be read, and nothing behind it will.
    Result<std::optional<std::string_view>> read();
    // The payload of a frame that was read, which stands in `begin` to `end`, once more.
    Result<std::string_view> read_again(std::uint64_t begin, std::uint64_t end);
    // Marks the frame at `begin`, which was read.
    Status mark_done(std::uint64_t begin);
    // Records before it have been replayed.
    Status set_position(std::uint64_t position);
    // Deletes the file; a damaged one is put aside instead, under a name with kDamagedSuffix. No
    // error when it is gone already.
    Status remove();

    const std::string& path() const { return path_; }
    int descriptor() const { return file_.get(); }
    std::uint64_t read_from() const { return read_from_; }  // where the frame read last begins
    std::uint64_t read_to() const { return read_to_; }      // behind it
    std::uint64_t end() const { return end_; }
    bool begun() const { return read_to_ > first_; }

  private:
    Segment(store::FileHandle file, std::string path)
        : file_(std::move(file)), path_(std::move(path)) {}
    enum class Filled : std::uint8_t { yes, at_end, failed };

    Status load();
    Filled fill(std::size_t size);
    Status damaged(const char* what);

    store::FileHandle file_;
    std::string path_;
    std::uint64_t end_ = kBegin;      // of the file
    std::uint64_t read_to_ = kBegin;  // where the next frame stands
    std::uint64_t read_from_ = kBegin;
    std::uint64_t first_ = kBegin;  // where reading began
    bool damaged_ = false;
    std::string buffer_;  // of the file, from buffer_at_ on
    std::uint64_t buffer_at_ = 0;
    std::string again_;  // the frame that was read once more
};

}  // namespace pz::spool
