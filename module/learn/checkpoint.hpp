// The sections of a checkpoint, which checkpoint_save.cpp writes and checkpoint_restore.cpp reads.
// What only one room's state needs is a section of its own beside the others; a file without it is
// one of before and still good. Internal to learn.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pz::learn::checkpoint {

// The numbers are the file's: never give one another meaning.
enum Section : std::uint32_t {
    kTotals = 1,
    kProducts = 2,
    kSegments = 3,
    kVisits = 4,
    kSessions = 5,
    kBrowsed = 6,
    kBaskets = 7,
    kStreams = 8,
    kHistories = 9,
    kTrials = 10,
    kEvidence = 11,  // of visits: clicks and lists
    kLists = 12,
    kAttention = 13,
    kRepeats = 14,
};

inline constexpr std::size_t kMaxText = 4096;

}  // namespace pz::learn::checkpoint
