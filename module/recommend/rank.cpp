// fill: one widget, from its recommenders' candidates.
#include "recommend/rank.hpp"

#include <algorithm>
#include <cmath>

#include "recommend/candidates.hpp"
#include "recommend/explore.hpp"

namespace pz::recommend {

namespace {

constexpr std::size_t kLeastWanted = 64;  // so that rules have something to work with
constexpr std::size_t kMaxLimit = 200;
constexpr std::uint32_t kFree = 0xffffffffU;

// Each recommender's candidates lie in a band of scores of their own, from kBand times its top to
// the top, and the next band begins below: fallbacks stand behind, unless a rule lifts them.
constexpr float kBand = 0.25F;
constexpr float kNextTop = 0.24F;

void exclude(std::span<const store::ItemIndex> items, std::size_t count,
             Sparse<std::uint8_t>& excluded) {
    for (const store::ItemIndex item : items) {
        if (item < count) {
            excluded.at(item) = kNever;
        }
    }
}

void mark_excluded(const Request& request, Sparse<std::uint8_t>& excluded) {
    const std::size_t count = request.query.snapshot->item_count();
    excluded.reset(count);
    exclude({&request.query.page_item, 1}, count, excluded);
    exclude(request.query.visitor->cart(), count, excluded);
    if (request.shown != nullptr) {
        exclude(*request.shown, count, excluded);
    }
}

store::ValueId group_of(const Query& query, store::ItemIndex item) {
    return query.snapshot->value(item, store::field::item_group_id);
}

bool may_show(const Query& query, const Candidate& candidate,
              const Sparse<std::uint8_t>& excluded) {
    return candidate.item < query.snapshot->item_count() &&
           excluded.get(candidate.item) == kMayShow && candidate.score >= 0 &&
           std::isfinite(candidate.score) && presentable(query, candidate.item);
}

// The parts keep their shares. A score of 0 is the catalog's order, which is everybody's.
void rescale(Candidate& candidate, float score) {
    if (candidate.score > 0) {
        for (float& part : candidate.parts) {
            part *= score / candidate.score;
        }
    } else {
        part(candidate, Signal::popularity) = score;
    }
    candidate.score = score;
}

// Takes the source's candidates in, best first, below `top`.
void take(const Query& query, float top, Scratch::State& state) {
    std::erase_if(state.scored, [&](const Candidate& candidate) {
        const bool taken = !may_show(query, candidate, state.excluded);
        if (!taken) {
            state.excluded.at(candidate.item) = kCandidate;
        }
        return taken;
    });
    float best = 0;
    for (const Candidate& candidate : state.scored) {
        best = std::max(best, candidate.score);
    }
    for (Candidate& candidate : state.scored) {
        const float share = best > 0 ? candidate.score / best : 0;
        rescale(candidate, top * (kBand + (1 - kBand) * share));
        candidate.position = static_cast<std::uint32_t>(state.candidates.size());
        state.candidates.push_back(candidate);
    }
}

void gather(const Query& query, const Widget& widget, Scratch& scratch) {
    Scratch::State& state = scratch.state();
    state.candidates.clear();
    state.sources.clear();
    float top = 1;
    for (const Recommender* recommender : widget.recommenders) {
        if (state.candidates.size() >= query.wanted) {
            return;
        }
        state.scored.clear();
        recommender->recommend(query, scratch, state.scored);
        take(query, top, state);
        state.sources.push_back(static_cast<std::uint32_t>(state.candidates.size()));
        top *= kNextTop;
    }
}

// A rule's recommenders stand before the widget's own, which fill up behind them.
Widget replaced(const Widget& widget, const rules::Replacement& replacement,
                std::vector<const Recommender*>& chosen) {
    chosen.clear();
    for (const std::string& name : replacement.recommenders) {
        if (const Recommender* recommender = find_recommender(name)) {
            chosen.push_back(recommender);
        }
    }
    for (const Recommender* own : widget.recommenders) {
        if (std::find(chosen.begin(), chosen.end(), own) == chosen.end()) {
            chosen.push_back(own);
        }
    }
    return {widget.placement, chosen, widget.limit, widget.min};
}

// Whose recommenders it were is part of the explanation.
void sign_replaced(const rules::Replacement& replacement, Scratch::State& state) {
    if (replacement.rule >= 64 || state.sources.empty()) {
        return;
    }
    const std::size_t named = std::min(replacement.recommenders.size(), state.sources.size());
    const std::size_t end = named == 0 ? 0 : state.sources[named - 1];
    for (std::size_t i = 0; i < end; ++i) {
        state.candidates[i].rules |= std::uint64_t{1} << replacement.rule;
    }
}

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

// Candidates that rules left in, best first, in state.order.
void sort_visible(const store::Snapshot& snapshot, Scratch::State& state) {
    state.order.clear();
    for (std::uint32_t i = 0; i < state.candidates.size(); ++i) {
        Candidate& candidate = state.candidates[i];
        if (!std::isfinite(candidate.score)) {
            candidate.score = 0;
        }
        if (candidate.hidden == 0) {
            state.order.push_back(i);
        }
    }
    const auto before = [&](std::uint32_t a, std::uint32_t b) {
        const Candidate& left = state.candidates[a];
        const Candidate& right = state.candidates[b];
        if (left.score != right.score) {
            return left.score > right.score;
        }
        const float left_appeal = snapshot.signals(left.item).appeal;
        const float right_appeal = snapshot.signals(right.item).appeal;
        return left_appeal != right_appeal ? left_appeal > right_appeal : a < b;
    };
    // As recommenders give them, unless a rule moved some.
    if (!std::is_sorted(state.order.begin(), state.order.end(), before)) {
        std::sort(state.order.begin(), state.order.end(), before);
    }
}

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

// Pinned ones first; a pin outside the widget is none.
void choose(const Query& query, std::size_t limit, std::size_t own, Scratch::State& state) {
    state.slots.assign(limit, kFree);
    state.groups.clear();
    const auto pinned = [&](std::uint32_t index) {
        const std::int16_t pin = state.candidates[index].pin;
        return index < own && pin >= 0 && static_cast<std::size_t>(pin) < limit;
    };
    for (const std::uint32_t index : state.order) {
        if (pinned(index)) {
            const auto pin = static_cast<std::size_t>(state.candidates[index].pin);
            // With no room behind the pin, the last comers compete from the front.
            if (!place(query, index, pin, state)) {
                place(query, index, 0, state);
            }
        }
    }
    place_explored(query, state);
    const auto placed = [&](std::uint32_t index) {
        return std::find(state.slots.begin(), state.slots.end(), index) != state.slots.end();
    };
    for (const std::uint32_t index : state.order) {
        const bool free = index < own && !pinned(index) && !placed(index);
        if (free && !place(query, index, 0, state)) {
            return;
        }
    }
}

std::string_view source_of(const Candidate& candidate, const Widget& widget,
                           const Scratch::State& state) {
    const auto source =
        std::upper_bound(state.sources.begin(), state.sources.end(), candidate.position);
    return widget.recommenders[static_cast<std::size_t>(source - state.sources.begin())]->name;
}

}  // namespace

bool presentable(const Query& query, store::ItemIndex item) {
    const store::ValueId group = group_of(query, item);
    const bool variant = group != store::kNoValue && group == group_of(query, query.page_item);
    return !variant && query.snapshot->live(item).available() && !query.visitor->disliked(item);
}

rules::RuleLimits rule_limits() {
    rules::RuleLimits limits;
    limits.recommenders = recommender_names();
    return limits;
}

void fill(Request& request, const Widget& asked, Scratch& scratch, Ranked& out) {
    out.items.clear();
    out.recommender = {};
    out.rules = {};
    Scratch::State& state = scratch.state();
    rules::Replacement replacement;
    if (request.rules != nullptr) {
        request.rule_context.placement = asked.placement;
        replacement = request.rules->replacement(request.rule_context, out.rules);
    }
    const Widget widget = replaced(asked, replacement, state.chosen);
    const std::size_t limit = std::min(widget.limit, kMaxLimit);
    Query query = request.query;
    query.wanted = std::max(limit * 4, kLeastWanted);
    mark_excluded(request, state.excluded);
    gather(query, widget, scratch);
    sign_replaced(replacement, state);
    const std::size_t own = state.candidates.size();
    explore(request, widget.placement, limit, state);
    if (request.rules != nullptr && !state.candidates.empty()) {
        out.rules.add(request.rules->apply(request.rule_context, state.candidates));
    }
    sort_visible(*query.snapshot, state);
    choose(query, limit, own, state);
    const auto named = std::find_if(state.slots.begin(), state.slots.end(),
                                    [own](std::uint32_t index) { return index < own; });
    if (named == state.slots.end()) {
        return;
    }
    out.items.reserve(limit);
    out.recommender = source_of(state.candidates[*named], widget, state);
    for (const std::uint32_t index : state.slots) {
        if (index != kFree) {
            out.items.push_back(state.candidates[index]);
        }
    }
    if (out.items.size() < widget.min) {
        out.items.clear();
        out.recommender = {};
        return;
    }
    if (request.shown != nullptr) {
        for (const Candidate& candidate : out.items) {
            request.shown->push_back(candidate.item);
        }
    }
}

}  // namespace pz::recommend
