// fill: one widget, from its recommenders' candidates.
#include "recommend/rank.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "recommend/best.hpp"
#include "recommend/candidates.hpp"
#include "recommend/choose.hpp"
#include "recommend/explore.hpp"
#include "recommend/nominees.hpp"

namespace pz::recommend {

namespace {

constexpr std::size_t kLeastWanted = 32;  // so that rules have something to work with
constexpr std::size_t kWantedMore = 8;    // times as many, where rules or the page left too few
constexpr std::size_t kMaxLimit = 200;

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

// What rules name for a widget, and how far it is asked for.
struct Nominated {
    std::span<const rules::Nomination> all;
    float best = 0;           // the most that boosts make of an item's score
    bool lifts = false;       // boosted ones were left out
    bool fills = false;       // those were that fill up what rules take out
    bool everything = false;  // none are
};

// Keeps the nominations that are likely to matter: boosted items that all their boosts bring past the
// last place of the recommenders', and what is pinned or stands alone.
void keep_useful(float top, std::size_t places, Nominated& nominated, Scratch::State& state) {
    using Reason = rules::Nomination::Reason;
    nominated.best = top;
    for (const rules::Nomination& nomination : nominated.all) {
        nominated.best *= nomination.factor;
    }
    const bool reach = nominated.everything || state.given.size() < places ||
                       nominated.best >= state.given[places - 1];
    nominated.lifts = nominated.fills = false;
    for (const rules::Nomination& nomination : nominated.all) {
        if (nomination.reason == Reason::lifted && !reach) {
            nominated.lifts = true;
        } else if (nomination.reason == Reason::left && !nominated.everything) {
            nominated.fills = true;
        } else {
            state.nominations.push_back(nomination);
        }
    }
}

// What rules name stands behind what the recommenders named.
void append_nominated(const Query& query, float top, Nominated& nominated, Scratch::State& state) {
    state.nominations.clear();
    if (nominated.all.empty()) {
        return;
    }
    keep_useful(top, query.places, nominated, state);
    if (!state.nominations.empty()) {
        const std::size_t begin = state.candidates.size();
        append_nominees(query, state.nominations, state);
        take(query, begin, top, state);
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

// What a widget is made of.
struct Making {
    Nominated nominated;
    Ends ends;
    bool more = false;  // the recommenders may have more
    bool free = false;  // places are
    rules::Outcome outcome;
};

// Finds candidates, lets rules have their say, and gives each place one.
void compose(Request& request, const Query& query, const Widget& widget,
             const rules::Replacement& replacement, Scratch& scratch, Making& making) {
    Scratch::State& state = scratch.state();
    mark_excluded(request, state.excluded);
    const Gathered gathered = gather(query, widget, scratch);
    making.more = gathered.more;
    sign_replaced(replacement, state);
    Ends& ends = making.ends;
    ends.recommended = state.candidates.size();
    append_nominated(query, gathered.top, making.nominated, state);
    ends.own = state.candidates.size();
    explore(request, widget.placement, query.places, state);
    if (request.rules != nullptr && !state.candidates.empty()) {
        making.outcome = making.nominated.everything
                             ? request.rules->apply_again(request.rule_context, state.candidates)
                             : request.rules->apply(request.rule_context, state.candidates);
    }
    ends.length = state.nominations.empty()
                      ? query.places
                      : settle_nominees(query, state.nominations, ends.recommended, ends.own,
                                        query.places, state);
    choose(query, query.places, ends, state);
    making.free = ends.length < query.places ||
                  std::find(state.slots.begin(), state.slots.end(), kFree) != state.slots.end();
}

// Whether places are free for which there may be more than was asked for, or what was not brought in
// may be better than the last of those on the places.
bool falls_short(const Making& making, const Scratch::State& state) {
    const auto recommended = std::span(state.candidates).first(making.ends.recommended);
    const bool fills = making.nominated.fills &&
                       std::any_of(recommended.begin(), recommended.end(),
                                   [](const Candidate& each) { return each.hidden != 0; });
    const bool beaten =
        making.nominated.lifts &&
        std::any_of(state.slots.begin(), state.slots.end(), [&](std::uint32_t index) {
            return index < recommended.size() && recommended[index].pin == rules::kNoPin &&
                   recommended[index].score < making.nominated.best;
        });
    return beaten || (making.free && (making.more || fills || making.nominated.lifts));
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
    Making making;
    if (request.rules != nullptr && limit > 0) {
        making.nominated.all = request.rules->nominate(request.rule_context, out.rules);
    }
    compose(request, query, widget, replacement, scratch, making);
    if (falls_short(making, state)) {
        query.wanted *= making.free && making.more ? kWantedMore : 1;
        making.nominated.everything = true;
        compose(request, query, widget, replacement, scratch, making);
    }
    out.rules.add(std::move(making.outcome));
    take_chosen(widget, limit, making.ends, state, out);
    if (request.shown != nullptr) {
        for (const Candidate& candidate : out.items) {
            request.shown->push_back(candidate.item);
        }
    }
}

}  // namespace pz::recommend
