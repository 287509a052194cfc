// price_drop: what the visitor cared for and costs less than when they last looked. The price then
// is what their event says (price=), the price now is that of this moment.
#include "recommend/candidates.hpp"
#include "recommend/wishes.hpp"

namespace pz::recommend {

void recommend_price_drop(const Query& query, Scratch& scratch, std::vector<Candidate>& out) {
    constexpr float kLeastDrop = 0.01F;  // below are roundings
    Scratch::State& state = scratch.state();
    find_wishes(query, state);
    const std::size_t begin = out.size();
    for (const Wish& wish : state.wishes) {
        const store::LiveFields live = query.snapshot->live(wish.item);
        const std::int64_t price = live.current_price_micros();
        if (wish.price_micros <= 0 || price <= 0 || !live.available() ||
            !in_category(*query.snapshot, wish.item, query.category)) {
            continue;
        }
        const float drop = 1 - static_cast<float>(price) / static_cast<float>(wish.price_micros);
        if (drop < kLeastDrop) {
            continue;
        }
        Candidate& candidate = append_candidate(wish.item, Tier::individual, out);
        add_part(candidate, Signal::reminder, drop * strength(wish));
    }
    sort_by_score(std::span(out).subspan(begin), state);
}

}  // namespace pz::recommend
