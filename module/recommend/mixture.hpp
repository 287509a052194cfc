// Finds the shares of a mixture from a shop's own sessions, by expectation-maximization (Dempster,
// Laird, Rubin 1977): the shares under which the items that did come next were most probable.
// Deterministic; needs neither a learning rate nor a seed.
// Thread rules: one thread.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "recommend/recommender.hpp"
#include "store/mixture.hpp"

namespace pz::recommend {

class MixtureFit {
  public:
    // `next` came after what the query's visitor did. The snapshot must not know of it: it must
    // have been written from sessions before.
    void add(const Query& query, store::ItemIndex next, Scratch& scratch);
    std::size_t count() const { return count_; }  // of those that any source named

    // A context with few examples stays near what its turn and length say (worth 50 examples), and
    // these with few near the default (worth 10).
    store::Mixture fit() const;

  private:
    void fit(std::size_t turn, std::size_t length, store::Mixture& mixture) const;

    std::array<std::vector<store::Mixture::Shares>, store::kMixtureContexts> says_;
    std::size_t count_ = 0;
};

}  // namespace pz::recommend
