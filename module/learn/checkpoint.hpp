// Checkpoints: the sections of a trainer's file (record_file.hpp). Saving one is checkpoint_save.cpp,
// restoring it checkpoint_restore.cpp: what is added to the one is added to the other. Sections that
// only one room's state needs stand beside the others; a file without them is one of before and
// still good. Internal to learn.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pz::learn {

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
    kRepeats = 14,
    kEvidence = 17,  // of visits: clicks and listings
    kLists = 18,
    kSeen = 19,
    kAttention = 20,
    kVisitSegments = 21,
    kShown = 22,  // of products: what followed impressions
    kCarts = 23,  // of visits
};

inline constexpr std::size_t kMaxText = 4096;  // bytes

}  // namespace pz::learn
