#include "recommend/wishes.hpp"

#include <algorithm>
#include <utility>

#include "recommend/candidates.hpp"

namespace pz::recommend {

namespace {

using visitor::EventType;

// A wish is closed by a purchase or a dislike: what was before counts no more.
bool closes(EventType type) {
    return type == EventType::purchase || type == EventType::dislike;
}

// Of an item's opinions the newest counts; `judged` has the items whose it was.
bool outdated(const visitor::Touch& touch, Sparse<float>& judged) {
    return visitor::is_opinion(touch.type) && std::exchange(judged.at(touch.item), 1.0F) > 0;
}

}  // namespace

void find_wishes(const Query& query, Scratch::State& state) {
    state.wishes.clear();
    state.own.reset(query.snapshot->item_count());  // place in wishes, from 1; -1: closed
    if (!personal(query)) {
        return;
    }
    state.bought.reset(query.snapshot->item_count());  // judged
    for (const visitor::Touch& touch : query.visitor->touches()) {
        const float interest = visitor::interest(touch.type);
        float& place = state.own.at(touch.item);
        if (outdated(touch, state.bought) || place < 0 || (interest <= 0 && !closes(touch.type))) {
            continue;
        }
        if (closes(touch.type)) {
            place = place > 0 ? place : -1;
            if (place > 0) {
                state.wishes[static_cast<std::size_t>(place) - 1].closed = true;
            }
            continue;
        }
        if (place == 0) {
            state.wishes.push_back({touch.item, touch.time, 0, 0, false});
            place = static_cast<float>(state.wishes.size());
        }
        Wish& wish = state.wishes[static_cast<std::size_t>(place) - 1];
        if (!wish.closed) {
            wish.price_micros = wish.price_micros > 0 ? wish.price_micros : touch.price_micros;
            wish.interest = std::max(wish.interest, interest);
        }
    }
}

float strength(const Wish& wish) {
    constexpr float kCart = 4;
    return (1 + std::min(wish.interest, kCart)) / (1 + kCart);
}

}  // namespace pz::recommend
