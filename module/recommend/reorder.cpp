// reorder: one listing, the shop's own order being the first of the signals.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "recommend/candidates.hpp"
#include "recommend/rank.hpp"

namespace pz::recommend {

namespace {

constexpr std::uint32_t kFree = 0xffffffffU;

// Tiles that may move: of known items that stand here once. What stands several times stays put, so
// that it neither parts from its twin nor takes two of the first places.
void find_movable(const store::Snapshot& snapshot, std::span<const store::ItemIndex> items,
                  Scratch::State& state) {
    Sparse<std::uint8_t>& seen = state.excluded;
    seen.reset(snapshot.item_count());
    for (const store::ItemIndex item : items) {
        if (item < snapshot.item_count()) {
            seen.at(item) = seen.get(item) == 0 ? 1 : 2;
        }
    }
    state.places.clear();
    state.listed.clear();
    for (std::uint32_t i = 0; i < items.size(); ++i) {
        if (items[i] < snapshot.item_count() && seen.get(items[i]) == 1) {
            state.places.push_back(i);
            state.listed.push_back(items[i]);
        }
    }
}

// How a signal is called in an explanation.
constexpr Signal kSignalOf[kTileSignals] = {
    Signal::order,    Signal::popularity, Signal::popularity, Signal::recency, Signal::recency,
    Signal::recency,  Signal::recency,    Signal::session,    Signal::session, Signal::session,
    Signal::affinity, Signal::affinity,   Signal::segment};

// The least that each signal adds to any tile: what all tiles have in common explains no order.
TileValues least_parts(const TileValues& weights, std::span<const TileValues> tiles) {
    TileValues least;
    least.fill(std::numeric_limits<float>::max());
    for (const TileValues& tile : tiles) {
        for (std::size_t k = 0; k < kTileSignals; ++k) {
            least[k] = std::min(least[k], weights[k] * tile[k]);
        }
    }
    return least;
}

// u in parts, none below 0.
void weigh_tile(const TileValues& weights, const TileValues& least, const TileValues& tile,
                Candidate& candidate) {
    for (std::size_t k = 0; k < kTileSignals; ++k) {
        add_part(candidate, kSignalOf[k], weights[k] * tile[k] - least[k]);
    }
}

// u becomes exp(u - best), in the same shares.
void finish_score(float best, Candidate& candidate) {
    const float score = std::exp(candidate.score - best);
    const float share = candidate.score > 0 ? score / candidate.score : 0;
    for (float& each : candidate.parts) {
        each *= share;
    }
    if (candidate.score <= 0) {
        part(candidate, Signal::order) = score;
    }
    candidate.score = score;
}

// Without the visitor: the shop's order and, where that may change it, the appeal.
TileValues everybodys_weights(const store::Snapshot& snapshot, Rest rest) {
    TileValues weights{};
    weights[static_cast<std::size_t>(TileSignal::place)] = order_weights(snapshot)[0];
    weights[static_cast<std::size_t>(TileSignal::appeal)] = rest == Rest::learned ? 1.0F : 0.0F;
    return weights;
}

// The tiles in the order of the places behind the first, in state.rest. A disliked one rises by
// nobody's clicks.
void order_rest(const Query& query, Rest rest, Scratch::State& state) {
    state.rest.resize(state.scored.size());
    std::iota(state.rest.begin(), state.rest.end(), 0U);
    if (rest == Rest::shop) {
        return;
    }
    const TileValues weights = everybodys_weights(*query.snapshot, rest);
    const auto worth = [&](std::uint32_t tile) {
        return unwanted(query, state.listed[tile])
                   ? std::numeric_limits<float>::lowest()
                   : weights[0] * state.tiles[tile][0] + weights[1] * state.tiles[tile][1];
    };
    std::stable_sort(state.rest.begin(), state.rest.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return worth(a) > worth(b); });
}

// The tiles that may move, scored, in state.scored. True when anything of the visitor speaks for
// any; else everybody's order alone is their score.
bool score_tiles(const Query& query, Rest rest, Scratch& scratch) {
    Scratch::State& state = scratch.state();
    const bool signal =
        tile_signals(query, scratch, state.listed, state.places, state.tiles, state.tiers);
    const TileValues weights =
        signal ? order_weights(*query.snapshot) : everybodys_weights(*query.snapshot, rest);
    const TileValues least = least_parts(weights, state.tiles);
    state.scored.clear();
    float best = 0;
    for (std::size_t i = 0; i < state.listed.size(); ++i) {
        Candidate& candidate = append_candidate(state.listed[i], state.tiers[i], state.scored);
        candidate.position = state.places[i];
        weigh_tile(weights, least, state.tiles[i], candidate);
        best = std::max(best, candidate.score);
    }
    for (Candidate& candidate : state.scored) {
        finish_score(best, candidate);
    }
    return signal;
}

// True when a rule did anything.
bool apply_rules(Request& request, std::string_view placement, Scratch::State& state, Order& out) {
    if (request.rules == nullptr || state.scored.empty()) {
        return false;
    }
    request.rule_context.placement = placement;
    out.rules = request.rules->apply(request.rule_context, state.scored);
    for (Candidate& candidate : state.scored) {
        if (!std::isfinite(candidate.score)) {
            candidate.score = 0;
        }
    }
    return out.rules.applied > 0;
}

// Tiles' numbers, best first; those that rules hide last, in the shop's order.
void sort_tiles(Scratch::State& state) {
    state.order.resize(state.scored.size());
    for (std::uint32_t i = 0; i < state.order.size(); ++i) {
        state.order[i] = i;
    }
    std::sort(state.order.begin(), state.order.end(), [&](std::uint32_t a, std::uint32_t b) {
        const Candidate& left = state.scored[a];
        const Candidate& right = state.scored[b];
        if (left.hidden != right.hidden) {
            return left.hidden < right.hidden;
        }
        return left.hidden == 0 && left.score != right.score ? left.score > right.score : a < b;
    });
}

// state.slots[i]: the tile for state.places[i]. Pinned ones, best first, each on its place or the
// next that is free.
void place_pinned(Scratch::State& state) {
    state.slots.assign(state.places.size(), kFree);
    state.placed.assign(state.places.size(), 0);
    for (const std::uint32_t tile : state.order) {
        const Candidate& candidate = state.scored[tile];
        if (candidate.pin < 0 || candidate.hidden != 0) {
            continue;
        }
        const auto from = std::lower_bound(state.places.begin(), state.places.end(),
                                           static_cast<std::uint32_t>(candidate.pin)) -
                          state.places.begin();
        const auto free = std::find(state.slots.begin() + from, state.slots.end(), kFree);
        if (free != state.slots.end()) {
            *free = tile;
            state.placed[tile] = 1;
        }
    }
}

// Puts the tile on the next free slot; `next` moves on.
void place_next(std::uint32_t tile, std::size_t* next, Scratch::State& state) {
    while (state.slots[*next] != kFree) {
        ++*next;
    }
    state.slots[*next] = tile;
    state.placed[tile] = 1;
}

// The best that the visitor does not dislike on the free ones of the first `top` places, the others
// behind in the order of state.rest, the hidden last.
void place_others(const Query& query, std::size_t top, Scratch::State& state) {
    std::size_t room = 0;
    for (std::size_t i = 0; i < state.places.size() && state.places[i] < top; ++i) {
        room += state.slots[i] == kFree ? 1 : 0;
    }
    std::size_t next = 0;
    for (const std::uint32_t tile : state.order) {
        if (room > 0 && state.placed[tile] == 0 && state.scored[tile].hidden == 0 &&
            !unwanted(query, state.listed[tile])) {
            place_next(tile, &next, state);
            --room;
        }
    }
    for (const std::uint8_t hidden : {0, 1}) {
        for (const std::uint32_t tile : state.rest) {
            if (state.placed[tile] == 0 && state.scored[tile].hidden == hidden) {
                place_next(tile, &next, state);
            }
        }
    }
}

bool any_unwanted(const Query& query, const Scratch::State& state) {
    return std::any_of(state.listed.begin(), state.listed.end(),
                       [&](store::ItemIndex item) { return unwanted(query, item); });
}

void start(std::span<const store::ItemIndex> items, Order& out) {
    out.order.resize(items.size());
    out.candidates.clear();
    for (std::uint32_t i = 0; i < items.size(); ++i) {
        out.order[i] = i;
        append_candidate(items[i], Tier::pre, out.candidates).position = i;
    }
    out.changed = false;
    out.rules = {};
}

void finish(const Scratch::State& state, Order& out) {
    for (std::size_t i = 0; i < state.places.size(); ++i) {
        const std::uint32_t place = state.places[i];
        const Candidate& candidate = state.scored[state.slots[i]];
        out.order[place] = candidate.position;
        out.candidates[place] = candidate;
        out.changed |= candidate.position != place;
    }
}

}  // namespace

void reorder(Request& request, const Listing& listing, Scratch& scratch, Order& out) {
    start(listing.items, out);
    Scratch::State& state = scratch.state();
    find_movable(*request.query.snapshot, listing.items, state);
    const bool signal = score_tiles(request.query, listing.rest, scratch);
    const bool ruled = apply_rules(request, listing.placement, state, out);
    if (!signal && !ruled && listing.rest == Rest::shop && !any_unwanted(request.query, state)) {
        return;
    }
    sort_tiles(state);
    order_rest(request.query, listing.rest, state);
    place_pinned(state);
    place_others(request.query, listing.top, state);
    finish(state, out);
}

}  // namespace pz::recommend
