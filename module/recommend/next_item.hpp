// What comes next in a session, from several sources whose probabilities are mixed. Shared by
// for_you and listings. Internal to recommend.
//
//   p(x) = sum over sources s of share(s, context) * p_s(x)
//
// Sources of items that are new to the session, each summing to 1 over them:
//   near, wide    sessions like this one, see session_knn.hpp
//   link          what is viewed next after the last 5 items (NeighbourKind::next), the i-th from
//                 the end with weight exp(-i / 1.5)
//   second_link   the same over two steps, the 16 best of each, for what few sessions have seen
// Sources of items to which the visitor returns:
//   last, before_last  the item itself (1)
//   earlier            exp(-(place - 3) / 3) for the others, the place counted from the end
// The shares depend on the session (store/mixture.hpp). They are a snapshot's own, found by
// MixtureFit from the shop's sessions, or default_mixture(). A mixture of distributions with
// weights by context is Jelinek and Mercer's (Interpolated estimation of Markov source parameters
// from sparse data, 1980).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "recommend/scratch.hpp"
#include "store/mixture.hpp"

namespace pz::recommend {

// What was found to suit many kinds of shops.
const store::Mixture& default_mixture();

// Probabilities of all items that any source names, in `scratch.clues`. For the visitor's current
// session, or else for what was touched last. Returns what scales the best that the session has not
// to 1; 0: the level or the visitor gives nothing.
float session_scores(const Query& query, Scratch::State& scratch);

// The same of these items alone, which is cheaper: probabilities of no other are in `scratch.clues`,
// but for those of the visitor's session; none at all where there is nothing to go by.
void score_listed(const Query& query, std::span<const store::ItemIndex> items,
                  Scratch::State& scratch);

// What each source says of one item. For finding shares.
struct Opinion {
    std::size_t context = 0;        // of store::Mixture
    store::Mixture::Shares says{};  // probabilities by source
    bool said = false;              // by any
};
Opinion opinion_of(const Query& query, store::ItemIndex item, Scratch::State& scratch);

}  // namespace pz::recommend
