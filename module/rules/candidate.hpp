// The candidate: one item on its way to a placement. Shared by recommenders, rank and rules; plain
// C layout, because Lua rules see an array of them through LuaJIT's FFI.
#pragma once

#include <cstdint>

#include "store/item.hpp"

namespace pz::rules {

enum class Tier : std::uint8_t { pre, segment, individual };

// What speaks for a candidate. The parts add up to the score before rules.
enum class Signal : std::uint8_t {
    popularity,   // everybody
    segment,      // the visitor's segments
    session,      // session-kNN, co-view or co-purchase with what the visitor did now
    affinity,     // the visitor's preferences by attribute
    recency,      // seen by the visitor, or new in the shop
    order,        // the shop's own order (listings)
    reminder,     // due to be bought again, back in stock, cheaper than when the visitor looked
    exploration,  // little is known of it yet
    count
};

inline constexpr int kNoPin = -1;

struct Candidate {
    store::ItemIndex item;
    float score;  // larger is better; rules multiply it
    float parts[static_cast<int>(Signal::count)];
    std::uint64_t rules;  // bit i: rule i (the first 64 of the file) changed this candidate
    std::int16_t pin;     // 0-based position that a rule gave, or kNoPin
    std::uint8_t hidden;  // 1: a rule took it out
    Tier tier;
    std::uint16_t label;     // RuleSet::label(); 0: none
    std::uint16_t named_by;  // the rule + 1 that brought it, no recommender did; 0: none
    std::uint32_t position;  // where it was before ranking (listings: the shop's place)
};

}  // namespace pz::rules
