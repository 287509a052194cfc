// Tile signals: what speaks for each tile of a listing, and what it weighs. Shared by reorder() and
// OrderFit.
//
// A tile's score is exp(u - the best u) with u = sum over signals of weight * value: a conditional
// logit (McFadden, 1974) of which tile is clicked, so that a rule's boost of 2 doubles a tile's
// odds. The weights come with the store when the learner has seen enough lists and clicks
// (Snapshot::order_weights()), else they are kOrderDefaults. Internal to recommend.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "recommend/recommender.hpp"

namespace pz::recommend {

// The order is part of the store's format: kOrderWeights changes with it.
enum class TileSignal : std::uint8_t {
    place,       // -log(1 + place), the shop's order
    appeal,      // log clicks beyond what the places explain
    popularity,  // log(1 + weight among everybody)
    touched,     // log(1 + times the visitor turned to it)
    latest,      // 1: the item touched last
    recency,     // 1 / how many touches ago
    taken,       // 1: selected from a list, put in the cart or bought before
    behind,      // 1/d when it stands d = 1..3 tiles below the tile touched last
    followed,    // log lift: how much oftener than others it came right after the item touched last
    session,     // log(1 + 1000 * probability that it comes next), see next_item.hpp
    affinity,    // the visitor's preferences by attribute, 0..1
    price,       // -|log(price / what the visitor's last items cost)|
    segment,     // the share that the visitor's segments give it, 0..1
    count
};
inline constexpr std::size_t kTileSignals = static_cast<std::size_t>(TileSignal::count);
using TileValues = std::array<float, kTileSignals>;

extern const TileValues kOrderDefaults;

// values[i] belongs to items[i] (all in the snapshot), which stands on places[i] of the listing,
// ascending. tiers[i]: the highest whose evidence speaks for the tile. True when there is
// evidence above `pre`, and it tells tiles apart.
bool tile_signals(const Query& query, Scratch& scratch, std::span<const store::ItemIndex> items,
                  std::span<const std::uint32_t> places, std::vector<TileValues>& values,
                  std::vector<Tier>& tiers);

// The store's weights, or the defaults when it has none of this program's.
TileValues order_weights(const store::Snapshot& snapshot);

}  // namespace pz::recommend
