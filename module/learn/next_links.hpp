// What is viewed next, from a log of sessions: the one-hop links of recommend/next_item.hpp.
// Internal to learn.
//
// With d the places between a and b in a session,
//   w(b given a) = sum over sessions with both of
//       2^(-age / 42 days) * exp(-(d - 1) / 3), and half of that where b came before a
//   p(b given a) = w(b given a) / sum over x of w(x given a)
// Sequential rules with decays by distance and age (Ludewig, Jannach: Evaluation of session-based
// recommendation algorithms, 2018), that also look back.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "learn/session_log.hpp"
#include "store/item.hpp"

namespace pz::learn {

// `item_of[slot]`: kNoItem for what is not listed, which counts as not there. Calls row(item, the
// `keep` best) for each of the `items` items that has any, in order. Ties by number, so that equal
// input gives equal output.
void for_each_next(
    const SessionLog& log, std::span<const store::ItemIndex> item_of, std::size_t items,
    std::size_t keep,
    const std::function<void(store::ItemIndex, std::vector<store::ScoredItem>)>& row);

}  // namespace pz::learn
