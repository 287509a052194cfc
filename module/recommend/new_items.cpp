// new: the newest items, of the category if one is asked for.
#include <algorithm>

#include "recommend/candidates.hpp"

namespace pz::recommend {

void recommend_new(const Query& query, Scratch& /*scratch*/, std::vector<Candidate>& out) {
    constexpr float kFresh = 14 * 86400.0F;  // seconds; an item of this age scores a half
    const store::Snapshot& snapshot = *query.snapshot;
    const std::size_t end = out.size() + query.wanted;
    for (const store::ScoredItem& scored : snapshot.ranked(store::ListKind::new_items)) {
        if (out.size() >= end) {
            return;
        }
        if (!available(snapshot, scored.item) ||
            !in_category(snapshot, scored.item, query.category)) {
            continue;
        }
        const auto age = static_cast<float>(
            std::max<std::int64_t>(query.now - snapshot.first_seen(scored.item), 0));
        Candidate& candidate = append_candidate(scored.item, Tier::pre, out);
        add_part(candidate, Signal::recency, kFresh / (kFresh + age));
    }
}

}  // namespace pz::recommend
