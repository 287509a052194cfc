// Session-kNN: what followed in sessions like the visitor's, two sources of next_item.hpp.
//
// The index and the choice of neighbours are VMIS-kNN's (Kersbergen, Sprangers, Schelter: Serenade,
// SIGMOD 2022): of the last 9 items' session lists, newest first, the m newest sessions are taken,
// then the k most similar. The weights are V-STAN's (Ludewig et al., Empirical analysis of
// session-based recommendation algorithms, 2021), with i the place of an item in the visitor's
// session counted from the end, 0 the latest:
//   similarity(s) = sum over common items of exp(-i / l1), divided by sqrt(length of s),
//                   times exp(-age of s / l2)
//   near(x) = sum over neighbours of similarity(s) * exp(-p / l4) * exp(-|place of x - place of p|
//             / l3), times 1 + w * idf(x)
//   wide(x) = sum over neighbours of similarity(s) * exp(-p / 9)
// where p is the latest item of the visitor's session that s has. Near is right where one item leads
// to the next, wide where a session is a collection. Internal to recommend.
#pragma once

#include <span>

#include "recommend/scratch.hpp"

namespace pz::recommend {

// Adds to `scratch.clues` of all items that the neighbours have. `items`: the evolving session,
// oldest first, whose places are in the clues. Returns how many sessions have any of the items, at
// most m.
std::size_t add_sessions(const store::Snapshot& snapshot, std::span<const store::ItemIndex> items,
                         std::int64_t now, Scratch::State& scratch);

// The same for the items alone that have a clue, which are in `scratch.few`; `others` gets the sums
// over all the others.
std::size_t add_sessions_of_listed(const store::Snapshot& snapshot,
                                   std::span<const store::ItemIndex> items, std::int64_t now,
                                   Scratch::State& scratch, Clue& others);

}  // namespace pz::recommend
