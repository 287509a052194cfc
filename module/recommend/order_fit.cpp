#include "recommend/order_fit.hpp"

#include <algorithm>
#include <cmath>

#include "recommend/tile_signals.hpp"

namespace pz::recommend {

namespace {

constexpr double kPriorLists = 50;
constexpr int kSteps = 200;
constexpr double kRate = 0.03;
constexpr double kMomentum = 0.9;
constexpr double kScaleMemory = 0.99;

// The signals, and what a tile's being moved adds.
constexpr std::size_t kMoved = kTileSignals;
constexpr std::size_t kValues = kTileSignals + 1;
using Values = std::array<float, kValues>;
using Weights = std::array<double, kValues>;

}  // namespace

struct OrderFit::State {
    std::vector<Values> tiles;
    std::vector<std::size_t> begin = {0};  // of each list, and the end
    std::vector<std::size_t> clicked;      // index into tiles, by list

    // Of add().
    std::vector<std::uint32_t> order;  // indices of what was shown, by the shop's place
    std::vector<store::ItemIndex> items;
    std::vector<std::uint32_t> places;
    std::vector<TileValues> values;
    std::vector<Tier> tiers;

    void sort_known(std::span<const store::ItemIndex> shown, std::span<const std::uint16_t> shop,
                    std::size_t item_count);
    Weights deviations() const;
    Weights gradient(const Weights& weights, std::vector<double>& chances) const;
};

OrderFit::OrderFit() : state_(std::make_unique<State>()) {}
OrderFit::~OrderFit() = default;

void OrderFit::add(const Query& query, Scratch& scratch, std::span<const store::ItemIndex> items,
                   std::span<const std::uint16_t> places, std::size_t clicked) {
    State& state = *state_;
    state.sort_known(items, places, query.snapshot->item_count());
    const auto target = std::find(state.order.begin(), state.order.end(), clicked);
    if (target == state.order.end() ||
        !tile_signals(query, scratch, state.items, state.places, state.values, state.tiers)) {
        return;
    }
    state.clicked.push_back(state.tiles.size() +
                            static_cast<std::size_t>(target - state.order.begin()));
    for (std::size_t i = 0; i < state.order.size(); ++i) {
        Values& tile = state.tiles.emplace_back();
        std::copy(state.values[i].begin(), state.values[i].end(), tile.begin());
        tile[kMoved] = std::log1p(static_cast<float>(state.places[i])) -
                       std::log1p(static_cast<float>(state.order[i]));
    }
    state.begin.push_back(state.tiles.size());
}

// Those of the snapshot, in the shop's order.
void OrderFit::State::sort_known(std::span<const store::ItemIndex> shown,
                                 std::span<const std::uint16_t> shop, std::size_t item_count) {
    order.clear();
    items.clear();
    places.clear();
    for (std::uint32_t i = 0; i < std::min(shown.size(), shop.size()); ++i) {
        if (shown[i] < item_count) {
            order.push_back(i);
        }
    }
    std::sort(order.begin(), order.end(),
              [shop](std::uint32_t a, std::uint32_t b) { return shop[a] < shop[b]; });
    for (const std::uint32_t i : order) {
        items.push_back(shown[i]);
        places.push_back(shop[i]);
    }
}

std::size_t OrderFit::list_count() const {
    return state_->clicked.size();
}

// 1 for what is everywhere the same.
Weights OrderFit::State::deviations() const {
    Weights sum{};
    Weights squares{};
    for (const Values& tile : tiles) {
        for (std::size_t k = 0; k < kValues; ++k) {
            sum[k] += tile[k];
            squares[k] += static_cast<double>(tile[k]) * tile[k];
        }
    }
    Weights deviation{};
    const auto count = static_cast<double>(std::max<std::size_t>(tiles.size(), 1));
    for (std::size_t k = 0; k < kValues; ++k) {
        const double mean = sum[k] / count;
        const double variance = squares[k] / count - mean * mean;
        deviation[k] = variance > 1e-9 ? std::sqrt(variance) : 1;
    }
    return deviation;
}

// Of the likelihood, by weight of standardized signals: expected minus seen, summed over lists.
Weights OrderFit::State::gradient(const Weights& weights, std::vector<double>& chances) const {
    Weights result{};
    for (std::size_t list = 0; list < clicked.size(); ++list) {
        const std::span lot(tiles.data() + begin[list], begin[list + 1] - begin[list]);
        chances.resize(lot.size());
        double best = -1e300;
        for (std::size_t i = 0; i < lot.size(); ++i) {
            double u = 0;
            for (std::size_t k = 0; k < kValues; ++k) {
                u += weights[k] * lot[i][k];
            }
            chances[i] = u;
            best = std::max(best, u);
        }
        double total = 0;
        for (double& chance : chances) {
            total += chance = std::exp(chance - best);
        }
        for (std::size_t i = 0; i < lot.size(); ++i) {
            for (std::size_t k = 0; k < kValues; ++k) {
                result[k] += chances[i] / total * lot[i][k];
            }
        }
        for (std::size_t k = 0; k < kValues; ++k) {
            result[k] -= tiles[clicked[list]][k];
        }
    }
    return result;
}

std::vector<float> OrderFit::solve() const {
    const Weights deviation = state_->deviations();
    Weights start{};
    std::copy(kOrderDefaults.begin(), kOrderDefaults.end(), start.begin());
    start[kMoved] = kOrderDefaults[static_cast<std::size_t>(TileSignal::place)];
    Weights weights = start;
    Weights pace{};
    Weights scale{};
    std::vector<double> chances;
    const auto lists = static_cast<double>(std::max<std::size_t>(list_count(), 1));
    for (int step = 1; step <= kSteps && list_count() > 0; ++step) {
        const Weights slope = state_->gradient(weights, chances);
        for (std::size_t k = 0; k < kValues; ++k) {
            // In terms of the standardized signal, whose weight is deviation * weight.
            const double pull = kPriorLists * deviation[k] * (weights[k] - start[k]);
            const double g = (slope[k] / deviation[k] + pull) / lists;
            pace[k] = kMomentum * pace[k] + (1 - kMomentum) * g;
            scale[k] = kScaleMemory * scale[k] + (1 - kScaleMemory) * g * g;
            const double mean = pace[k] / (1 - std::pow(kMomentum, step));
            const double spread = std::sqrt(scale[k] / (1 - std::pow(kScaleMemory, step)));
            weights[k] -= kRate * mean / (spread + 1e-8) / deviation[k];
        }
    }
    return {weights.begin(), weights.begin() + kTileSignals};
}

}  // namespace pz::recommend
