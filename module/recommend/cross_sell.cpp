// cross_sell: what is bought together with the page's item, the cart, or what the visitor bought.
#include "recommend/cross_sell.hpp"

#include <cmath>

#include "recommend/candidates.hpp"

namespace pz::recommend {

namespace {

constexpr float kCartWeight = 0.5F;      // beside the page's item; alone it does not matter
constexpr float kPurchaseWeight = 0.3F;  // what was bought, when nothing else is given
constexpr std::size_t kMaxCart = 50;
constexpr std::size_t kMaxPurchases = 10;
constexpr float kOwnShare = 0.4F;
constexpr float kOwnTogetherShare = 0.5F;
constexpr float kManyPurchases = 5;
constexpr float kManyRecentPurchases = 2;
constexpr float kPurchaseHalfLife = 60 * 86400;  // seconds
constexpr float kRepeat = 0.8F;                  // for each better candidate of the same type
constexpr std::size_t kVaried = 64;              // candidates that are kept apart by type

void add_given(const store::Snapshot& snapshot, store::ItemIndex given, float weight,
               Sparse<float>& pool) {
    for (const store::ScoredItem scored :
         snapshot.neighbours(store::NeighbourKind::cross_sell, given)) {
        pool.at(scored.item) += weight * scored.score * scored.score;
    }
}

// The visitor's part: the cart, or, with nothing given at all, what was bought last.
void add_own(const Query& query, Sparse<float>& own) {
    const auto cart = query.visitor->cart();
    for (const store::ItemIndex item : cart.first(std::min(cart.size(), kMaxCart))) {
        if (item != query.page_item) {
            add_given(*query.snapshot, item, kCartWeight, own);
        }
    }
    if (query.page_item == store::kNoItem && cart.empty()) {
        const auto bought = query.visitor->purchased();
        for (const store::ItemIndex item : bought.first(std::min(bought.size(), kMaxPurchases))) {
            add_given(*query.snapshot, item, kPurchaseWeight, own);
        }
    }
}

// How often the visitor bought each item, ever and lately.
void count_purchases(const Query& query, Scratch::State& state) {
    for (const visitor::Touch& touch : query.visitor->touches()) {
        if (touch.type == visitor::EventType::purchase) {
            state.bought.at(touch.item) += 1;
            state.recency.at(touch.item) +=
                std::exp2(-static_cast<float>(query.now - touch.time) / kPurchaseHalfLife);
        }
    }
}

// own(x) of the header.
float own_share(const Scratch::State& state, store::ItemIndex item) {
    const float ever = std::min(state.bought.get(item), kManyPurchases) / kManyPurchases;
    const float lately =
        std::min(state.recency.get(item), kManyRecentPurchases) / kManyRecentPurchases;
    return (std::sqrt(ever) + std::sqrt(lately)) / 2;
}

// The sums become scores, in state.pool; returns the best.
float finish_sums(Scratch::State& state) {
    for (const store::ItemIndex item : state.own.touched()) {
        state.pool.at(item) += state.own.get(item);
    }
    float best = 0;
    for (const store::ItemIndex item : state.pool.touched()) {
        float& sum = state.pool.at(item);
        sum = std::sqrt(sum);
        best = std::max(best, sum);
    }
    return best;
}

// sense(x) of the header.
float price_sense(const Query& query, store::ItemIndex item) {
    const auto main = static_cast<float>(price_of(*query.snapshot, query.page_item));
    const auto price = static_cast<float>(price_of(*query.snapshot, item));
    return main > 0 && price > main ? std::sqrt(main / price) : 1;
}

void scale(float factor, Candidate& candidate) {
    for (float& each : candidate.parts) {
        each *= factor;
    }
    candidate.score *= factor;
}

Candidate make_together(const Query& query, const Scratch::State& state, store::ItemIndex item,
                        float best) {
    const float together = state.pool.get(item) / best;
    const float bought = own_share(state, item);
    const bool personal = bought > 0 || state.own.get(item) > 0;
    Candidate candidate = make_candidate(item, personal ? Tier::individual : Tier::pre);
    add_part(candidate, Signal::session, together);
    add_part(candidate, Signal::recency,
             kOwnShare * bought + kOwnTogetherShare * std::sqrt(together * bought));
    scale(price_sense(query, item), candidate);
    return candidate;
}

// Not three more of the same: of one product type each further candidate counts less.
void vary_types(const store::Snapshot& snapshot, std::span<Candidate> candidates,
                std::vector<store::ValueId>& types) {
    types.clear();
    for (Candidate& candidate : candidates.first(std::min(candidates.size(), kVaried))) {
        const store::ValueId type = snapshot.value(candidate.item, store::field::product_type);
        if (type != store::kNoValue && available(snapshot, candidate.item)) {
            const auto before = std::count(types.begin(), types.end(), type);
            scale(std::pow(kRepeat, static_cast<float>(before)), candidate);
            types.push_back(type);
        }
    }
    sort_by_score(candidates);
}

// Sorts what stands from `begin` on and keeps the best `count`: what is in the cart, and does not
// count, may be among them.
void keep_best(std::size_t begin, std::size_t count, std::vector<Candidate>& out) {
    if (out.size() - begin > count) {
        const auto first = out.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto end = first + static_cast<std::ptrdiff_t>(count);
        std::nth_element(first, end, out.end(), better);
        out.erase(end, out.end());
    }
    sort_by_score(std::span(out).subspan(begin));
}

}  // namespace

void find_together(const Query& query, Scratch& scratch, std::vector<Candidate>& out) {
    Scratch::State& state = scratch.state();
    for (Sparse<float>* sparse : {&state.pool, &state.own, &state.bought, &state.recency}) {
        sparse->reset(query.snapshot->item_count());
    }
    if (query.page_item != store::kNoItem) {
        add_given(*query.snapshot, query.page_item, 1, state.pool);
    }
    if (personal(query)) {
        add_own(query, state.own);
        count_purchases(query, state);
    }
    const float best = finish_sums(state);
    if (best == 0) {
        return;  // what was bought before is a supplement to what goes together, not a substitute
    }
    for (const store::ItemIndex item : state.bought.touched()) {
        state.pool.at(item) += 0;
    }
    const std::size_t begin = out.size();
    for (const store::ItemIndex item : state.pool.touched()) {
        if (available(*query.snapshot, item)) {
            out.push_back(make_together(query, state, item, best));
        }
    }
    keep_best(begin, query.wanted + query.visitor->cart().size(), out);
}

void recommend_cross_sell(const Query& query, Scratch& scratch, std::vector<Candidate>& out) {
    const std::size_t begin = out.size();
    find_together(query, scratch, out);
    vary_types(*query.snapshot, std::span(out).subspan(begin), scratch.state().types);
}

}  // namespace pz::recommend
