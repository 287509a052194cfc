// Frames: how a spool file holds records, one behind the other, so that a reader knows where the
// last whole one ends.
//
//   u64 XXH3 of all that follows, u32 magic, u32 size of the payload, payload
//
// A frame that is done with, although one before it is not, may have its byte kDoneAt made kDone: one
// byte, which is there or not whenever the process or the machine dies.
//
// Little-endian. Thread rules: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pz::spool {

inline constexpr std::size_t kFrameHead = 16;
inline constexpr std::size_t kDoneAt = 8;  // the first of the magic
inline constexpr char kDone = 'd';
inline constexpr std::size_t kMaxPayload = std::size_t{1024} * 1024;

// `payload`: at most kMaxPayload bytes.
void append_frame(std::string& out, std::string_view payload);

struct Frame {
    enum class Kind : std::uint8_t {
        whole,
        cut,     // the bytes end before the frame does
        broken,  // these bytes were never written as a frame
    };
    Kind kind;
    std::size_t size;          // whole: of the frame; cut: how many bytes will tell more
    std::string_view payload;  // whole only; points into the bytes
    bool done = false;
};

// The frame at the beginning of `bytes`.
Frame read_frame(std::string_view bytes);

}  // namespace pz::spool
