// Session-kNN: what followed in sessions like the visitor's. Shared by for_you and reorder.
//
// The index and the choice of neighbours are VMIS-kNN's (Kersbergen, Sprangers, Schelter: Serenade,
// SIGMOD 2022): of the last 9 items' session lists, newest first, the m newest sessions are taken,
// then the k most similar. The weights are V-STAN's (Ludewig et al., Empirical analysis of
// session-based recommendation algorithms, 2021), with i the place of an item in the visitor's
// session counted from the end, 0 the latest:
//   similarity(s) = sum over common items of exp(-i / l1), divided by sqrt(length of s),
//                   times exp(-age of s / l2)
//   score(x) = sum over neighbours of similarity(s) * exp(-p / l4) * exp(-|place of x - place of p|
//   / l3)
//              times 1 + w * idf(x)
// where p is the latest item of the visitor's session that s has. Internal to recommend.
#pragma once

#include <span>

#include "recommend/scratch.hpp"

namespace pz::recommend {

// Scores of all items that the neighbours have, the best 1, in `scratch.session`. `items`: the
// evolving session, oldest first. False, and no scores, when no session has any of them.
bool session_scores(const store::Snapshot& snapshot, std::span<const store::ItemIndex> items,
                    std::int64_t now, Scratch::State& scratch);

// For the visitor's current session, or else for what was touched last. False when the level or
// the visitor gives nothing.
bool session_scores(const Query& query, Scratch::State& scratch);

}  // namespace pz::recommend
