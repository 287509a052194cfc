// OrderFit: what each kind of evidence weighs in the order of a shop's listings, learned from lists
// that were shown and the tile of each that was clicked.
//
// The weights w maximize the conditional logit's likelihood (tile_signals.hpp) with the defaults as
// their prior: minimal is
//   -sum over lists of log(exp(u(clicked)) / sum over tiles of exp(u)) + r/2 * sum of (s (w - w0))^2
// with s each signal's standard deviation over all tiles and r worth 50 lists; so with few lists
// the defaults stay. A tile that was moved is clicked for where it stood, too: to its u is added
//   w(moved) * (log(1 + shop's place) - log(1 + place shown))
// whose weight, as much as that of the shop's place to begin with, is fitted and then forgotten:
// else what moved the tile would be praised for its place, and move it further each time.
// Found by gradient descent with momentum and steps per weight (Adam; Kingma and
// Ba, 2015), on lists newer than the snapshot that they are scored with: what has been learned from
// a click must not explain it.
// Thread rules: one thread. Memory: 56 bytes a tile.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "recommend/recommender.hpp"

namespace pz::recommend {

class OrderFit {
  public:
    OrderFit();
    ~OrderFit();

    // The query's visitor as known when the list was shown; `items` in the order shown (kNoItem:
    // not in the snapshot), `places` where the shop had put each, and items[clicked] was clicked. Lists where nothing speaks for any
    // tile teach nothing: they are left as they are.
    void add(const Query& query, Scratch& scratch, std::span<const store::ItemIndex> items,
             std::span<const std::uint16_t> places, std::size_t clicked);
    std::size_t list_count() const;
    // For Trainer::set_order_weights().
    std::vector<float> solve() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace pz::recommend
