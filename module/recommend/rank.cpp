// fill: one widget, from its recommenders' candidates.
#include "recommend/rank.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "recommend/best.hpp"
#include "recommend/candidates.hpp"
#include "recommend/explore.hpp"
#include "recommend/nominees.hpp"

namespace pz::recommend {

namespace {

constexpr std::size_t kLeastWanted = 32;  // so that rules have something to work with
constexpr std::size_t kWantedMore = 8;    // times as many, where rules or the page left too few
constexpr std::size_t kMaxLimit = 200;
constexpr std::uint32_t kFree = 0xffffffffU;
constexpr std::uint32_t kClosed = 0xfffffffeU;  // stays empty

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
    exclude(request.query.visitor->disliked(), count, excluded);
    if (request.shown != nullptr) {
        exclude(*request.shown, count, excluded);
    }
}

store::ValueId group_of(const Query& query, store::ItemIndex item) {
    return query.snapshot->value(item, store::field::item_group_id);
}

// Of the first exclusions, and may be shown as presentable() says.
class Showable {
  public:
    Showable(const Query& query, const Sparse<std::uint8_t>& excluded)
        : query_(query), excluded_(excluded), page_group_(group_of(query, query.page_item)) {}
    bool has(const Candidate& candidate) const {
        return candidate.item < query_.snapshot->item_count() &&
               excluded_.get(candidate.item) == kMayShow && candidate.score >= 0 &&
               std::isfinite(candidate.score) && available(*query_.snapshot, candidate.item) &&
               (page_group_ == store::kNoValue || group_of(query_, candidate.item) != page_group_);
    }

  private:
    const Query& query_;
    const Sparse<std::uint8_t>& excluded_;
    const store::ValueId page_group_;
};

// Makes the parts, of which only the shares were right so far, add up to the score before rules.
// Nothing speaks for what is there in the catalog's order, which is everybody's.
void add_up(float score, Candidate& candidate) {
    static_assert(std::size(Candidate().parts) == 8);
    const float* parts = candidate.parts;  // in pairs, which do not wait for each other
    const float sum = ((parts[0] + parts[1]) + (parts[2] + parts[3])) +
                      ((parts[4] + parts[5]) + (parts[6] + parts[7]));
    if (sum <= 0) {
        part(candidate, Signal::popularity) = score;
        return;
    }
    for (float& part : candidate.parts) {
        part *= score / sum;
    }
}

// Keeps what may be shown of the source's candidates, which begin at `begin`, and brings it below
// `top`, in the order given.
void take(const Query& query, std::size_t begin, float top, Scratch::State& state) {
    const Showable showable(query, state.excluded);
    std::vector<Candidate>& all = state.candidates;
    std::size_t end = begin;
    float best = 0;
    for (std::size_t i = begin; i < all.size(); ++i) {
        if (showable.has(all[i])) {
            state.excluded.at(all[i].item) = kCandidate;
            best = std::max(best, all[i].score);
            if (end != i) {
                all[end] = all[i];
            }
            ++end;
        }
    }
    all.resize(end);
    const float per_score = best > 0 ? top * (1 - kBand) / best : 0;
    for (std::size_t i = begin; i < end; ++i) {
        all[i].score = top * kBand + per_score * all[i].score;
        state.given.push_back(all[i].score);
        all[i].position = static_cast<std::uint32_t>(i);
    }
}

// What a widget's recommenders leave to others.
struct Gathered {
    float top = 1;      // of those behind their candidates
    bool more = false;  // they may have more
};

Gathered gather(const Query& query, const Widget& widget, Scratch& scratch) {
    Scratch::State& state = scratch.state();
    state.candidates.clear();
    state.given.clear();
    state.sources.clear();
    Gathered gathered;
    for (const Recommender* recommender : widget.recommenders) {
        const std::size_t begin = state.candidates.size();
        if (begin >= query.wanted) {
            gathered.more = true;
            break;
        }
        recommender->recommend(query, scratch, state.candidates);
        gathered.more = gathered.more || state.candidates.size() - begin >= query.wanted;
        take(query, begin, gathered.top, state);
        state.sources.push_back(static_cast<std::uint32_t>(state.candidates.size()));
        gathered.top *= kNextTop;
    }
    return gathered;
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

// Keeps the nominations that matter: boosted items that all their boosts bring past the last place of
// the recommenders', and what else may stay only where something must `fill_up`. True: some that
// would fill up are left out.
bool keep_useful(std::span<const rules::Nomination> nominations, float top, std::size_t places,
                 bool fill_up, Scratch::State& state) {
    using Reason = rules::Nomination::Reason;
    float best = top;
    for (const rules::Nomination& nomination : nominations) {
        best *= nomination.factor;
    }
    const bool reach = state.given.size() < places || best >= state.given[places - 1];
    bool left_out = false;
    state.nominations.clear();
    for (const rules::Nomination& nomination : nominations) {
        const bool left = nomination.reason == Reason::left;
        if (left ? fill_up : reach || nomination.reason != Reason::lifted) {
            state.nominations.push_back(nomination);
        }
        left_out = left_out || (left && !fill_up);
    }
    return left_out;
}

// What rules name stands behind what the recommenders named. Returns what keep_useful() does.
bool nominate(Request& request, const Query& query, float top, bool fill_up, Scratch::State& state,
              rules::Outcome& outcome) {
    state.nominations.clear();
    if (request.rules == nullptr || query.places == 0) {
        return false;
    }
    const bool left_out = keep_useful(request.rules->nominate(request.rule_context, outcome), top,
                                      query.places, fill_up, state);
    if (!state.nominations.empty()) {
        const std::size_t begin = state.candidates.size();
        append_nominees(query, state.nominations, state);
        take(query, begin, top, state);
    }
    return left_out;
}

// Where the candidates' parts end: those of recommenders, then of rules; then come explored ones.
struct Ends {
    std::size_t recommended = 0;
    std::size_t own = 0;
    std::size_t length = 0;  // places for all but a rule's pinned ones
};

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

// Pinned ones first.
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

std::string_view source_of(const Candidate& candidate, const Widget& widget,
                           const Scratch::State& state) {
    if (candidate.named_by != 0) {
        return kByRules;
    }
    const auto source =
        std::upper_bound(state.sources.begin(), state.sources.end(), candidate.position);
    return widget.recommenders[static_cast<std::size_t>(source - state.sources.begin())]->name;
}

// The first place with one of the first `end` candidates.
const std::uint32_t* first_below(std::size_t end, const std::vector<std::uint32_t>& slots) {
    const auto found = std::find_if(slots.begin(), slots.end(),
                                    [end](std::uint32_t index) { return index < end; });
    return found == slots.end() ? nullptr : &*found;
}

// Those on the places, unless there are too few, or none that anybody named.
void take_chosen(const Widget& widget, std::size_t limit, const Ends& ends, Scratch::State& state,
                 Ranked& out) {
    const std::uint32_t* named = first_below(ends.recommended, state.slots);
    named = named != nullptr ? named : first_below(ends.own, state.slots);
    const auto filled = static_cast<std::size_t>(
        std::count_if(state.slots.begin(), state.slots.end(),
                      [](std::uint32_t index) { return index < kClosed; }));
    if (named == nullptr || filled < widget.min) {
        return;
    }
    out.items.reserve(limit);
    out.recommender = source_of(state.candidates[*named], widget, state);
    for (const std::uint32_t index : state.slots) {
        if (index >= kClosed) {
            continue;
        }
        out.items.push_back(state.candidates[index]);
        if (index < ends.own) {
            add_up(state.given[index], out.items.back());
        }
    }
}

// Finds candidates, lets rules have their say, and gives each place one. True when places stay free
// for which there may be more: the second time, rules `fill_up`.
bool compose(Request& request, const Query& query, const Widget& widget,
             const rules::Replacement& replacement, bool fill_up, Scratch& scratch, Ends& ends,
             rules::Outcome& outcome) {
    Scratch::State& state = scratch.state();
    mark_excluded(request, state.excluded);
    const Gathered gathered = gather(query, widget, scratch);
    sign_replaced(replacement, state);
    ends.recommended = state.candidates.size();
    const bool left_out = nominate(request, query, gathered.top, fill_up, state, outcome);
    ends.own = state.candidates.size();
    explore(request, widget.placement, query.places, state);
    if (request.rules != nullptr && !state.candidates.empty()) {
        outcome.add(request.rules->apply(request.rule_context, state.candidates));
    }
    ends.length = state.nominations.empty()
                      ? query.places
                      : settle_nominees(query, state.nominations, ends.recommended, ends.own,
                                        query.places, state);
    choose(query, query.places, ends, state);
    return (gathered.more || left_out) &&
           (ends.length < query.places ||
            std::find(state.slots.begin(), state.slots.end(), kFree) != state.slots.end());
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
    query.places = limit;
    query.shown = request.shown == nullptr ? std::span<const store::ItemIndex>() : *request.shown;
    Ends ends;
    rules::Outcome outcome;
    if (compose(request, query, widget, replacement, false, scratch, ends, outcome)) {
        query.wanted *= kWantedMore;
        outcome = {};
        compose(request, query, widget, replacement, true, scratch, ends, outcome);
    }
    out.rules.add(std::move(outcome));
    take_chosen(widget, limit, ends, state, out);
    if (request.shown != nullptr) {
        for (const Candidate& candidate : out.items) {
            request.shown->push_back(candidate.item);
        }
    }
}

}  // namespace pz::recommend
