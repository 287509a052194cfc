// Wishes: what the visitor turned to and has not bought since. Of an item's like, unlike and dislike
// events only the newest counts, as in the profile. Internal to recommend.
#pragma once

#include <cstdint>
#include <vector>

#include "recommend/recommender.hpp"
#include "recommend/scratch.hpp"

namespace pz::recommend {

// Fills state.wishes, newest first, each item once. None below Tier::individual.
void find_wishes(const Query& query, Scratch::State& state);

// How much a wish counts: 0.4 for a view, more for a like, 1 for what was in the cart.
float strength(const Wish& wish);

}  // namespace pz::recommend
