// back_in_stock: what the visitor cared for and became available again since they last looked.
#include <cmath>

#include "recommend/candidates.hpp"
#include "recommend/wishes.hpp"

namespace pz::recommend {

void recommend_back_in_stock(const Query& query, Scratch& scratch, std::vector<Candidate>& out) {
    constexpr float kHalfLife = 7 * 86400.0F;  // seconds, of the news
    constexpr std::int64_t kOldest = 60 * 86400;
    Scratch::State& state = scratch.state();
    find_wishes(query, state);
    const std::size_t begin = out.size();
    for (const Wish& wish : state.wishes) {
        const store::LiveFields live = query.snapshot->live(wish.item);
        const std::int64_t age = query.now - live.restocked;
        if (!live.available() || live.restocked <= wish.time || age > kOldest ||
            !in_category(*query.snapshot, wish.item, query.category)) {
            continue;
        }
        Candidate& candidate = append_candidate(wish.item, Tier::individual, out);
        add_part(candidate, Signal::reminder,
                 strength(wish) *
                     std::exp2(-static_cast<float>(std::max<std::int64_t>(age, 0)) / kHalfLife));
    }
    sort_by_score(std::span(out).subspan(begin), state);
}

}  // namespace pz::recommend
