// Learning the order of listings: the learner's lists and clicks, scored by a store that was made
// before them.
#pragma once

#include <cstdint>
#include <vector>

#include "learn/trainer.hpp"
#include "store/snapshot.hpp"

namespace pz::cli {

// Weights for Trainer::set_order_weights(), from the clicks on listings shown at `since` or later,
// each with the profile that the edge would have built. Empty: too few to tell anything.
std::vector<float> learn_order(const learn::Trainer& trainer, const store::Snapshot& snapshot,
                               std::int64_t since);

}  // namespace pz::cli
