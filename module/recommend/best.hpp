// The best of many, without sorting all of them. Internal to recommend.
//
// What is chosen among are keys of 64 bits, because one number is compared faster than a score and
// an item, and moves less than a candidate.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "store/item.hpp"

namespace pz::recommend {

// Ascending keys are falling scores, equal ones in the order of `index`. A positive float with
// larger bits is larger, a negative one smaller.
inline std::uint64_t key_of(float score, std::uint32_t index) {
    const auto bits = std::bit_cast<std::uint32_t>(score + 0.0F);  // -0 is 0
    const std::uint64_t falling = bits >> 31U != 0 ? bits : ~bits & 0x7fffffffU;
    return falling << 32U | index;
}
inline float score_of(std::uint64_t key) {
    const auto falling = static_cast<std::uint32_t>(key >> 32U);
    return std::bit_cast<float>(falling >> 31U != 0 ? falling : ~falling & 0x7fffffffU);
}
inline std::uint32_t index_of(std::uint64_t key) {
    return static_cast<std::uint32_t>(key);
}

// Leaves the `count` smallest keys, or all if there are fewer, in no order.
void keep_smallest(std::size_t count, std::vector<std::uint64_t>& keys);

}  // namespace pz::recommend
