// sale: deepest discount first, by the prices of this moment.
#include "recommend/candidates.hpp"

namespace pz::recommend {

namespace {

// The share of its price that the item is cheaper now; 0: it is not, or not to be had.
float discount(const store::Snapshot& snapshot, store::ItemIndex item) {
    const store::LiveFields live = snapshot.live(item);
    return live.on_sale() && live.available() ? 1 - static_cast<float>(live.sale_price_micros) /
                                                        static_cast<float>(live.price_micros)
                                              : 0;
}

}  // namespace

void recommend_sale(const Query& query, Scratch& scratch, std::vector<Candidate>& out) {
    const store::Snapshot& snapshot = *query.snapshot;
    std::vector<store::ScoredItem>& found = scratch.state().best;
    found.clear();
    for (const store::ScoredItem& scored : snapshot.ranked(store::ListKind::on_sale)) {
        const float share = discount(snapshot, scored.item);
        if (share > 0 && in_category(snapshot, scored.item, query.category)) {
            found.push_back({scored.item, share});
        }
    }
    for (const store::ScoredItem& scored : best_of(found, query.wanted)) {
        Candidate candidate = make_candidate(scored.item, Tier::pre);
        add_part(candidate, Signal::popularity, scored.score);
        out.push_back(candidate);
    }
}

}  // namespace pz::recommend
