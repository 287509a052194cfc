// Segments found by machine: what sessions have in common, by the attributes of their items.
// Internal to learn.
//
// A session is a vector of attribute values: share of the field, as in visitor::Affinity, times the
// field's weight times sqrt(idf) over sessions; values that under 1 in 200 sessions or over 6 in 10
// have say nothing. The newest 10,000 sessions are clustered (clusters.hpp). k, 2 to 8, is where the
// mean silhouette is furthest above that of the same items dealt at random among the sessions (the
// idea of the gap statistic: Tibshirani et al., 2001). No segments: fewer than 300 such sessions, a
// gap under 0.05, or a cluster of under 3 %.
//
// Segments last: clustering begins with the centroids of the generation before, and stays with them
// unless starting anew sets the clusters apart by 0.05 more. A segment whose centroid stays within
// a cosine of 0.7 keeps its name.
//
// A name is "auto: " and the one or two values that set the segment apart most, joined by " + ".
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "learn/session_log.hpp"
#include "store/builder.hpp"

namespace pz::learn {

struct FoundSegments {
    static constexpr std::uint8_t kNone = 0xff;
    // Weights: what Profile multiplies the visitor's shares with.
    std::vector<store::SegmentInput> segments;
    std::vector<std::uint8_t> segment_of;  // by session of the log
};

// `items` by item; `item_of[slot]` names the item, store::kNoItem: not listed. `previous`: the
// segments of the generation before, may be empty.
FoundSegments find_segments(std::span<const store::ItemInput* const> items,
                            std::span<const store::ItemIndex> item_of, const SessionLog& sessions,
                            std::span<const store::SegmentInput> previous, std::size_t most);

}  // namespace pz::learn
