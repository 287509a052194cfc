// Cold items: what hardly anybody has looked at stands in no list of what was viewed together, and
// would stay there unseen. Each gets a seat in the lists of alternatives of items that it is like.
// Internal to learn.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "learn/alike.hpp"
#include "learn/pairs.hpp"

namespace pz::learn {

// Fewer items than these were seen in sessions with it.
inline constexpr std::size_t kFewCoViewed = 5;

// How much likeness of attributes counts beside co-views, whose cosines are about as large.
inline constexpr float kAlikeShare = 0.25F;

// `rows` by item, best first; `alike` names items as they do. Each of `cold` gets two seats in rows
// of others, in the order given, at the most alike that have one free: an eighth of `options.keep` in
// each row, below which other neighbours make room. Rows of those that are cold themselves, and items
// that `options.behind` names, are left out.
void seat_cold(Alike& alike, std::span<const std::uint32_t> cold, const PairOptions& options,
               std::vector<std::vector<Pair>>& rows);

}  // namespace pz::learn
