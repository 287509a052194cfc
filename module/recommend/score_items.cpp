// score_items: how well given items fit the visitor, for listings.
#include "recommend/candidates.hpp"
#include "recommend/next_item.hpp"

namespace pz::recommend {

namespace {

constexpr float kSessionShare = 0.6F;
constexpr float kAffinityShare = 0.4F;
constexpr float kSegmentShare = 0.3F;
constexpr float kSeenNow = 0.25F;  // what the visitor has just looked at has been found already
constexpr float kPopularityShare = 0.05F;  // of what else speaks for the item

}  // namespace

void score_items(const Query& query, Scratch& scratch, std::span<const store::ItemIndex> items,
                 std::span<Candidate> out) {
    Scratch::State& state = scratch.state();
    session_scores(query, state);
    segment_scores(query, state.pool);
    const bool in_session = !query.visitor->session().empty();
    const AffinityScale affinity(query, state);
    const PopularityScale popularity(*query.snapshot);
    for (std::size_t i = 0; i < items.size(); ++i) {
        Candidate& candidate = out[i] = make_candidate(items[i], Tier::pre);
        candidate.position = static_cast<std::uint32_t>(i);
        if (items[i] >= query.snapshot->item_count()) {
            continue;
        }
        if (const Clue* clue = state.clues.find(items[i])) {
            const float seen = in_session && clue->place != 0 ? kSeenNow : 1;
            add_part(candidate, Signal::session,
                     kSessionShare * seen * std::min(clue->score, 1.0F));
        }
        add_part(candidate, Signal::affinity, kAffinityShare * affinity.of(items[i]));
        const bool individual = candidate.score > 0;
        add_part(candidate, Signal::segment, kSegmentShare * state.pool.get(items[i]));
        if (candidate.score > 0) {
            candidate.tier = individual ? Tier::individual : Tier::segment;
            add_part(candidate, Signal::popularity,
                     kPopularityShare * candidate.score * popularity.of(items[i]));
        }
    }
}

}  // namespace pz::recommend
