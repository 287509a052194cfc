// Spool: events that were acknowledged while Redis was away, in files of one directory, until they
// have been replayed. Append-only, in order, bounded.
//
// Each process has a Spool of its own in the shared directory: it appends to files that it locks, and
// takes over those that nobody locks any more, be it that their process was killed, or that there
// are fewer of them now. No event is in two hands at a time; none is forgotten as long as one process
// looks.
//
// append() -> page cache of the kernel: what it took survives the death of the process. Surviving a
// loss of power takes sync, which is the owner's (take_unsynced(), Syncer).
//
// A record that was read stays the reader's until done(), in whatever order; what is done and saved no
// successor replays. So a record that was replayed just before a kill may be replayed again: who
// replays must be able to bear that. Each that is not done takes some 100 bytes of memory.
//
// Thread rules: one thread. Calls block for the file system as said in segment.hpp.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "spool/segment.hpp"
#include "store/mapping.hpp"
#include "store/status.hpp"

namespace pz::spool {

struct SpoolOptions {
    std::string directory;
    // Of all files of this process, those taken over included.
    std::uint64_t max_bytes = std::uint64_t{64} * 1024 * 1024;
    // A file that is larger is followed by another.
    std::uint64_t segment_bytes = std::uint64_t{4} * 1024 * 1024;
    std::size_t max_adopted = 16;  // files in hand, beyond which no more are taken over
};

class Spool {
  public:
    using Serial = std::uint64_t;
    struct Record {
        Serial serial;
        std::string_view payload;  // valid until the next call
    };

    // `owner`: a number that no other process has or had within the same second.
    Spool(SpoolOptions options, std::uint64_t owner);

    // Whether `bytes` of frames may be appended.
    bool has_room(std::size_t bytes) const;
    // Frames (append_frame()). All of them or, with an error, none.
    Status append(std::string_view frames, std::int64_t now);

    // What is appended next goes to a new file: after a sync that failed, the kernel takes what it
    // could not write for written.
    void end_file() { tail_ = nullptr; }

    // Takes over what nobody holds. The first trouble, if there was any; told once for each file,
    // which is tried again.
    Status adopt();

    // The next record; nothing when all have been read. An error tells of a file that is damaged;
    // reading goes on with the next.
    Result<std::optional<Record>> next();
    // The payload of a record that is not done, once more; valid until the next call.
    Result<std::string_view> again(Serial serial);
    void done(Serial serial);
    // Makes it last how far done() has come, and deletes files that are done with; one that cannot be
    // deleted is tried again each time.
    Status save();
    // Saves, and lets go of all files, for another process to take over. What was read and is not
    // done() is the other's; its serials are void.
    Status release();

    // Nothing waits and nothing is under way.
    bool drained() const;
    // Something was not read yet.
    bool has_unread() const;
    std::uint64_t bytes() const;
    // Copies of the descriptors of what was written since the last call, the directory's among them
    // when files are new.
    std::vector<store::FileHandle> take_unsynced();

  private:
    struct Held {
        Segment segment;
        bool exhausted = false;  // nothing more will be read of it
        bool spent = false;      // all of it is done; only to be deleted
        bool unsynced = false;
        bool moved = false;          // its position is to be saved
        std::uint64_t position = 0;  // records before it are done
        std::size_t waiting = 0;     // records read and not done
        std::vector<std::uint64_t>
            marks;  // records to be marked, unless they fall behind `position`
    };
    using HeldList = std::list<Held>;
    struct Outstanding {
        Held* held;
        std::uint64_t begin, end;  // of the record
    };

    Status begin_segment(std::int64_t now);
    Status take_over(const std::string& path);
    Status remove(Held& held);
    bool finished(const Held& held) const;
    static Status save_place(Held& held);

    const SpoolOptions options_;
    const std::uint64_t owner_;
    std::uint64_t files_made_ = 0;
    HeldList held_;                              // in the order of replay
    Held* tail_ = nullptr;                       // takes what is appended
    std::map<Serial, Outstanding> outstanding_;  // read and not done; those of a file together
    Serial next_serial_ = 1;
    std::set<std::string> complained_;  // files that could not be taken over
    bool new_file_ = false;
};

// What stands in a spool directory, whoever holds it.
struct Survey {
    std::uint64_t files = 0, bytes = 0;
    std::int64_t oldest = 0;  // unix seconds at which the oldest file was begun; 0: there is none
};
Survey survey(const std::string& directory);

}  // namespace pz::spool
