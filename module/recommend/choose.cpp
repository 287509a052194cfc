#include "recommend/choose.hpp"

#include <algorithm>
#include <cmath>

#include "recommend/best.hpp"
#include "recommend/candidates.hpp"

namespace pz::recommend {

namespace {

// One item group once: places a candidate on the first free slot from `slot` on.
bool place(const Query& query, std::uint32_t index, std::size_t slot, Scratch::State& state) {
    const auto free = std::find(state.slots.begin() + static_cast<std::ptrdiff_t>(slot),
                                state.slots.end(), kFree);
    if (free == state.slots.end()) {
        return false;
    }
    const store::ValueId group = group_of(query, state.candidates[index].item);
    if (group != store::kNoValue) {
        if (std::find(state.groups.begin(), state.groups.end(), group) != state.groups.end()) {
            return true;  // its variant stands here; there may be room for others
        }
        state.groups.push_back(group);
    }
    *free = index;
    return true;
}

// Candidates that rules left in, best first, of equal ones that of more appeal: the latter as far as
// they are asked for, which is a few of a hundred.
class BestFirst {
  public:
    BestFirst(const store::Snapshot& snapshot, Scratch::State& state)
        : snapshot_(snapshot),
          candidates_(state.candidates),
          keys_(state.keys),
          order_(state.order) {
        keys_.clear();
        order_.clear();
        for (std::uint32_t i = 0; i < candidates_.size(); ++i) {
            Candidate& candidate = candidates_[i];
            if (!std::isfinite(candidate.score)) {
                candidate.score = 0;
            }
            if (candidate.hidden == 0) {
                keys_.push_back(key_of(candidate.score, i));
            }
        }
        // As recommenders give them, unless a rule moved some.
        if (!std::is_sorted(keys_.begin(), keys_.end())) {
            std::sort(keys_.begin(), keys_.end());
        }
    }
    std::size_t size() const { return keys_.size(); }
    std::uint32_t operator[](std::size_t place) {
        while (place >= order_.size()) {
            take_next();
        }
        return order_[place];
    }

  private:
    // With all that have the same score.
    void take_next() {
        const auto begin = static_cast<std::ptrdiff_t>(order_.size());
        const float score = score_of(keys_[order_.size()]);
        while (order_.size() < keys_.size() && score_of(keys_[order_.size()]) == score) {
            order_.push_back(index_of(keys_[order_.size()]));
        }
        if (order_.end() - order_.begin() > begin + 1) {
            std::sort(order_.begin() + begin, order_.end(),
                      [this](std::uint32_t a, std::uint32_t b) {
                          const float left = appeal(a);
                          const float right = appeal(b);
                          return left != right ? left > right : a < b;
                      });
        }
    }
    float appeal(std::uint32_t index) const {
        return snapshot_.signals(candidates_[index].item).appeal;
    }

    const store::Snapshot& snapshot_;
    std::vector<Candidate>& candidates_;
    std::vector<std::uint64_t>& keys_;  // in order
    std::vector<std::uint32_t>& order_;
};

// Unproven items on the places that were drawn for them, which is why they stand there.
void place_explored(const Query& query, Scratch::State& state) {
    auto next = state.exploring.begin();
    for (const std::uint32_t slot : state.explored) {
        for (; state.slots[slot] == kFree && next != state.exploring.end(); ++next) {
            Candidate& candidate = state.candidates[*next];
            if (candidate.hidden == 0 && place(query, *next, slot, state) &&
                state.slots[slot] == *next) {
                std::fill(std::begin(candidate.parts), std::end(candidate.parts), 0.0F);
                part(candidate, Signal::exploration) = candidate.score;
            }
        }
    }
}

// With no room behind the pin, the last comers compete from the front. A pin outside the widget is
// none.
void place_pinned(const Query& query, std::size_t own, BestFirst& order, Scratch::State& state) {
    const auto pinned = [&](const Candidate& candidate) {
        return candidate.pin >= 0 && static_cast<std::size_t>(candidate.pin) < state.slots.size();
    };
    const auto all = std::span(state.candidates).first(own);
    if (std::none_of(all.begin(), all.end(), pinned)) {
        return;
    }
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::uint32_t index = order[i];
        if (index < own && pinned(all[index]) &&
            !place(query, index, static_cast<std::size_t>(all[index].pin), state)) {
            place(query, index, 0, state);
        }
    }
}

// The last free places, as far as there are more than `length` leaves.
void close_places(const Ends& ends, std::vector<std::uint32_t>& slots) {
    const auto taken = static_cast<std::size_t>(std::count_if(
        slots.begin(), slots.end(), [&](std::uint32_t index) { return index < ends.recommended; }));
    auto free = static_cast<std::size_t>(std::count(slots.begin(), slots.end(), kFree));
    for (auto slot = slots.rbegin(); slot != slots.rend() && free + taken > ends.length; ++slot) {
        if (*slot == kFree && free > 0) {
            *slot = kClosed;
            --free;
        }
    }
}

}  // namespace

void choose(const Query& query, std::size_t limit, const Ends& ends, Scratch::State& state) {
    state.slots.assign(limit, kFree);
    state.groups.clear();
    BestFirst order(*query.snapshot, state);
    place_pinned(query, ends.own, order, state);
    place_explored(query, state);
    close_places(ends, state.slots);
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::uint32_t index = order[i];
        const bool pinned = state.candidates[index].pin >= 0 &&
                            static_cast<std::size_t>(state.candidates[index].pin) < limit;
        const bool placed =
            std::find(state.slots.begin(), state.slots.end(), index) != state.slots.end();
        if (index < ends.own && !pinned && !placed && !place(query, index, 0, state)) {
            return;
        }
    }
}

}  // namespace pz::recommend
