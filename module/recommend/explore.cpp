#include "recommend/explore.hpp"

#include <cmath>
#include <functional>

#include "recommend/candidates.hpp"

namespace pz::recommend {

namespace {

constexpr std::int64_t kDay = 86400;
constexpr std::size_t kPerPlace = 4;  // candidates: rules may hide some
constexpr std::size_t kFavouriteTypes = 3;
constexpr float kScore = 0.01F;    // of an item that no recommender named
constexpr float kLeastFit = 0.1F;  // of an item that fits nothing of the visitor

// splitmix64 (Steele et al., OOPSLA 2014).
std::uint64_t mix(std::uint64_t seed, std::uint64_t value) {
    std::uint64_t x = seed + (value + 1) * 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31U);
}

std::uint64_t hash(std::string_view text) {
    return std::hash<std::string_view>()(text);
}

// 0..1, neither included.
double uniform(std::uint64_t bits) {
    return (static_cast<double>(bits >> 11U) + 0.5) * 0x1.0p-53;
}

void draw_places(std::uint64_t seed, float share, std::size_t limit, Scratch::State& state) {
    for (std::uint32_t place = 1; place < limit; ++place) {
        if (uniform(mix(seed, place)) < static_cast<double>(share)) {
            state.explored.push_back(place);
        }
    }
}

class Pool {
  public:
    Pool(const Request& request, std::uint64_t seed, Scratch::State& state)
        : query_(request.query), seed_(seed), state_(state), affinity_(request.query, state) {
        state_.best.clear();
        state_.taken.reset(query_.snapshot->item_count());
    }

    void add_lists() {
        const store::ValueId type =
            query_.snapshot->value(query_.page_item, store::field::product_type);
        if (query_.category != store::kNoValue) {
            add(query_.category);
        } else if (type != store::kNoValue) {
            add(type);
        } else {
            add_favourites();
            add(store::kNoValue);
        }
    }

  private:
    void add_favourites() {
        std::size_t left = personal(query_) ? kFavouriteTypes : 0;
        for (const visitor::Affinity& affinity : query_.visitor->affinities()) {
            if (affinity.field == store::field::product_type && left > 0) {
                add(affinity.value);
                --left;
            }
        }
    }

    void add(store::ValueId category) {
        const store::Snapshot& snapshot = *query_.snapshot;
        for (const store::ScoredItem& scored :
             snapshot.ranked(store::ListKind::unproven, category)) {
            if (scored.score > 0 && state_.taken.get(scored.item) == 0 &&
                state_.excluded.get(scored.item) != kNever && presentable(query_, scored.item)) {
                state_.taken.at(scored.item) = 1;
                const double weight =
                    static_cast<double>(scored.score * (kLeastFit + affinity_.of(scored.item)));
                const double draw = uniform(mix(seed_, hash(snapshot.id(scored.item))));
                state_.best.push_back({scored.item, static_cast<float>(std::log(draw) / weight)});
            }
        }
    }

    const Query& query_;
    const std::uint64_t seed_;
    Scratch::State& state_;
    const AffinityScale affinity_;
};

// The candidate's place; appended when no recommender named the item.
std::uint32_t candidate_of(store::ItemIndex item, Scratch::State& state) {
    auto& all = state.candidates;
    const auto found = std::find_if(all.begin(), all.end(),
                                    [item](const Candidate& each) { return each.item == item; });
    const auto index = static_cast<std::uint32_t>(found - all.begin());
    if (found == all.end()) {
        Candidate& candidate = append_candidate(item, Tier::pre, all);
        candidate.position = index;
        add_part(candidate, Signal::exploration, kScore);
    }
    return index;
}

}  // namespace

void explore(const Request& request, std::string_view placement, std::size_t limit,
             Scratch::State& state) {
    state.explored.clear();
    state.exploring.clear();
    if (request.seed == 0 || request.explore <= 0) {
        return;
    }
    const auto day = static_cast<std::uint64_t>(request.query.now / kDay);
    const std::uint64_t seed = mix(mix(request.seed, day), hash(placement));
    draw_places(seed, request.explore, limit, state);
    if (state.explored.empty()) {
        return;
    }
    Pool(request, seed, state).add_lists();
    for (const store::ScoredItem& drawn :
         best_of(state.best, state.explored.size() * kPerPlace, state)) {
        const std::uint32_t index = candidate_of(drawn.item, state);
        if (index >= limit) {
            state.exploring.push_back(index);
        }
    }
}

}  // namespace pz::recommend
