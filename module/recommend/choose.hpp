// Choose: which candidate a widget's places get. Internal to recommend.
//
// Pinned ones stand on their places, unproven ones on those that were drawn for them, the others in
// the order of their scores; of an item group one. Thread rules: those of the Scratch.
#pragma once

#include <cstddef>
#include <cstdint>

#include "recommend/scratch.hpp"

namespace pz::recommend {

// In the place of a candidate's index.
inline constexpr std::uint32_t kFree = 0xffffffffU;
inline constexpr std::uint32_t kClosed = 0xfffffffeU;  // stays empty

// Where the candidates' parts end: those of recommenders, then of rules; then come explored ones.
struct Ends {
    std::size_t recommended = 0;
    std::size_t own = 0;
    std::size_t length = 0;  // places for all but a rule's pinned ones
};

// Fills state.slots, of which there are `limit`, from state.candidates as rules left them.
void choose(const Query& query, std::size_t limit, const Ends& ends, Scratch::State& state);

}  // namespace pz::recommend
