// Whether people buy several items of one kind together, or one of them. Internal to learn.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "learn/session_log.hpp"

namespace pz::learn {

inline constexpr std::uint32_t kNoKind = 0xffffffffU;

// For each kind (product type), what a pair of its items keeps of its score in cross_sell:
//   max(1/4, min(1, 2 * (n2 + 1) / (n1 + 4)))
// with n1 the baskets that have the kind and n2 those with two or more different units of it. Where
// half of the baskets with a mug have another mug, mugs go together; where hardly any kettle comes
// with another, kettles are substitutes. Without baskets it is 1/2. `kind_of[slot]` may be kNoKind;
// slots of one unit (item group) are one item.
std::vector<float> kept_within_kinds(const SessionLog& baskets,
                                     std::span<const std::uint32_t> unit_of,
                                     std::span<const std::uint32_t> kind_of, std::size_t kinds);

}  // namespace pz::learn
