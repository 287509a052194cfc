// cross_sell: what is bought together with the page's item, the cart, or what the visitor bought.
//
// Each given item g brings its list with weight u(g); an item's score is (sum of u(g) *
// s(x|g)^1.5)^(1/1.5), the best made 1. The power lies between the sum, which lets many weak hints
// win, and the maximum; it was chosen on the Online Retail baskets, as was the share for what the
// visitor bought before.
#include <cmath>

#include "recommend/candidates.hpp"

namespace pz::recommend {

namespace {

constexpr float kPower = 1.5F;
constexpr float kCartWeight = 0.5F;      // beside the page's item; alone it does not matter
constexpr float kPurchaseWeight = 0.3F;  // what was bought, when nothing else is given
constexpr std::size_t kMaxCart = 50;
constexpr std::size_t kMaxPurchases = 10;
constexpr float kRepurchaseShare = 0.7F;  // bought five times or oftener
constexpr float kRepurchases = 5;
constexpr float kSubstitute = 0.5F;  // items of the page item's own product type

void add_given(const store::Snapshot& snapshot, store::ItemIndex given, float weight,
               Sparse<float>& pool) {
    for (const store::ScoredItem& scored :
         snapshot.neighbours(store::NeighbourKind::cross_sell, given)) {
        if (scored.score > 0) {
            pool.at(scored.item) += weight * scored.score * std::sqrt(scored.score);
        }
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

// How often the visitor bought each item, in `counts`.
void count_purchases(const Query& query, Sparse<float>& counts) {
    for (const visitor::Touch& touch : query.visitor->touches()) {
        if (touch.type == visitor::EventType::purchase) {
            counts.at(touch.item) += 1;
        }
    }
}

bool substitute(const Query& query, store::ItemIndex item) {
    const store::ValueId type = query.snapshot->value(item, store::field::product_type);
    return query.page_item != store::kNoItem && type != store::kNoValue &&
           type == query.snapshot->value(query.page_item, store::field::product_type);
}

// The sums become scores, in state.pool; returns the best.
float finish_sums(const Query& query, Scratch::State& state) {
    for (const store::ItemIndex item : state.own.touched()) {
        state.pool.at(item) += state.own.get(item);
    }
    float best = 0;
    for (const store::ItemIndex item : state.pool.touched()) {
        float& sum = state.pool.at(item);
        sum = std::pow(sum, 1 / kPower) * (substitute(query, item) ? kSubstitute : 1);
        best = std::max(best, sum);
    }
    return best;
}

}  // namespace

void recommend_cross_sell(const Query& query, Scratch& scratch, std::vector<Candidate>& out) {
    Scratch::State& state = scratch.state();
    for (Sparse<float>* sparse : {&state.pool, &state.own, &state.bought}) {
        sparse->reset(query.snapshot->item_count());
    }
    if (query.page_item != store::kNoItem) {
        add_given(*query.snapshot, query.page_item, 1, state.pool);
    }
    if (personal(query)) {
        add_own(query, state.own);
        count_purchases(query, state.bought);
    }
    const float best = finish_sums(query, state);
    if (best == 0) {
        return;  // what was bought before is a supplement to what goes together, not a substitute
    }
    for (const store::ItemIndex item : state.bought.touched()) {
        state.pool.at(item) += 0;
    }
    const std::size_t begin = out.size();
    for (const store::ItemIndex item : state.pool.touched()) {
        const float bought = std::min(state.bought.get(item), kRepurchases) / kRepurchases;
        const bool own = bought > 0 || state.own.get(item) > 0;
        Candidate candidate = make_candidate(item, own ? Tier::individual : Tier::pre);
        add_part(candidate, Signal::session, state.pool.get(item) / best);
        add_part(candidate, Signal::recency, kRepurchaseShare * bought);
        out.push_back(candidate);
    }
    sort_by_score(std::span(out).subspan(begin));
}

}  // namespace pz::recommend
