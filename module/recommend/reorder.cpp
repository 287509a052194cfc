// reorder: one listing, the shop's own order being the first of the signals.
#include <algorithm>
#include <cmath>

#include "recommend/candidates.hpp"
#include "recommend/rank.hpp"

namespace pz::recommend {

namespace {

constexpr std::uint32_t kFree = 0xffffffffU;
// Of the shop's first place, beside at most 1 of the visitor's signals (measured on the eshop2008
// listings).
constexpr float kOrderShare = 0.2F;

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

// Places lose less and less: the tenth is seen more often than the hundredth, but not ten times
// more.
float order_prior(std::uint32_t place, std::size_t count) {
    return kOrderShare *
           (1 - std::log1p(static_cast<float>(place)) / std::log1p(static_cast<float>(count)));
}

// The tiles that may move, scored, in state.scored. True when anything of the visitor speaks for
// any.
bool score_tiles(const Query& query, std::size_t count, Scratch& scratch) {
    Scratch::State& state = scratch.state();
    state.scored.resize(state.listed.size());
    score_items(query, scratch, state.listed, state.scored);
    bool signal = false;
    for (std::size_t i = 0; i < state.scored.size(); ++i) {
        Candidate& candidate = state.scored[i];
        signal |= candidate.score > 0;
        candidate.position = state.places[i];
        add_part(candidate, Signal::order, order_prior(state.places[i], count));
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

// The best on the free ones of the first `top` places, the others behind in the shop's order, the
// hidden last.
void place_others(std::size_t top, Scratch::State& state) {
    std::size_t room = 0;
    for (std::size_t i = 0; i < state.places.size() && state.places[i] < top; ++i) {
        room += state.slots[i] == kFree ? 1 : 0;
    }
    std::size_t next = 0;
    for (const std::uint32_t tile : state.order) {
        if (room > 0 && state.placed[tile] == 0 && state.scored[tile].hidden == 0) {
            place_next(tile, &next, state);
            --room;
        }
    }
    for (const std::uint8_t hidden : {0, 1}) {
        for (std::uint32_t tile = 0; tile < state.scored.size(); ++tile) {
            if (state.placed[tile] == 0 && state.scored[tile].hidden == hidden) {
                place_next(tile, &next, state);
            }
        }
    }
}

void start(std::span<const store::ItemIndex> items, Order& out) {
    out.order.resize(items.size());
    out.candidates.resize(items.size());
    for (std::uint32_t i = 0; i < items.size(); ++i) {
        out.order[i] = i;
        out.candidates[i] = make_candidate(items[i], Tier::pre);
        out.candidates[i].position = i;
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

void reorder(Request& request, std::string_view placement, std::span<const store::ItemIndex> items,
             std::size_t top, Scratch& scratch, Order& out) {
    start(items, out);
    Scratch::State& state = scratch.state();
    find_movable(*request.query.snapshot, items, state);
    const bool signal = score_tiles(request.query, items.size(), scratch);
    const bool ruled = apply_rules(request, placement, state, out);
    if (!signal && !ruled) {
        return;
    }
    sort_tiles(state);
    place_pinned(state);
    place_others(top, state);
    finish(state, out);
}

}  // namespace pz::recommend
