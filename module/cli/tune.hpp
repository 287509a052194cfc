// Tuning: what suits this shop, found from the end of its own history.
#pragma once

#include <string>

#include "learn/trainer.hpp"

namespace pz::cli {

// The mixture: learns from all but the last day (longer, if that has fewer than 2,000 sessions; at
// most a quarter of the sessions that are kept for trials), predicts that day, and gives the trainer
// the mixture (recommend/mixture.hpp) under which what came next was most probable.
// The order: learns from what was before the newer half of the lists that are kept, and gives the
// trainer the weights (recommend/order_fit.hpp) under which what was clicked in these was most
// probable, when they are 100 or more.
// `said`: what was found, a few lines; that there is too little history to learn from is not an
// error, and the trainer keeps what it had.
Status tune(learn::Trainer& trainer, std::string* said);

}  // namespace pz::cli
