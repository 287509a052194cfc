// sale: deepest discount first, by the prices of this moment.
#include "recommend/candidates.hpp"

namespace pz::recommend {

void recommend_sale(const Query& query, Scratch& /*scratch*/, std::vector<Candidate>& out) {
    const store::Snapshot& snapshot = *query.snapshot;
    const std::size_t begin = out.size();
    for (const store::ScoredItem& scored : snapshot.ranked(store::ListKind::on_sale)) {
        const store::LiveFields live = snapshot.live(scored.item);
        if (!live.on_sale() || !in_category(snapshot, scored.item, query.category)) {
            continue;
        }
        Candidate candidate = make_candidate(scored.item, Tier::pre);
        add_part(
            candidate, Signal::popularity,
            1 - static_cast<float>(live.sale_price_micros) / static_cast<float>(live.price_micros));
        out.push_back(candidate);
    }
    sort_by_score(std::span(out).subspan(begin));
}

}  // namespace pz::recommend
