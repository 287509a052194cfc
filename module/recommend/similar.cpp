// similar: alternatives to the page's item, or else to what the visitor looked at last.
#include "recommend/candidates.hpp"

namespace pz::recommend {

namespace {

constexpr float kAffinityShare = 0.3F;  // what taste adds to the most alike item's 1
constexpr float kFill = 0.1F;           // the category's best seller, behind the alternatives

store::ItemIndex subject(const Query& query) {
    if (query.page_item != store::kNoItem || !personal(query) || query.visitor->recent().empty()) {
        return query.page_item;
    }
    return query.visitor->recent().front();
}

}  // namespace

void recommend_similar(const Query& query, Scratch& scratch, std::vector<Candidate>& out) {
    const store::ItemIndex item = subject(query);
    if (item >= query.snapshot->item_count()) {
        return;
    }
    const store::Snapshot& snapshot = *query.snapshot;
    Scratch::State& state = scratch.state();
    state.taken.reset(snapshot.item_count());
    state.taken.at(item) = 1;
    const AffinityScale affinity(query, state);
    const bool own = query.page_item == store::kNoItem;
    const std::size_t begin = out.size();
    const auto neighbours = snapshot.neighbours(store::NeighbourKind::similar, item);
    for (const store::ScoredItem scored : neighbours) {
        if (!available(snapshot, scored.item)) {
            continue;
        }
        const float taste = affinity.of(scored.item);
        Candidate& candidate =
            append_candidate(scored.item, own || taste > 0 ? Tier::individual : Tier::pre, out);
        // Never below the fill that follows.
        add_part(candidate, Signal::session,
                 kFill + (1 - kFill) * scored.score / neighbours.front().score);
        add_part(candidate, Signal::affinity, kAffinityShare * taste);
        state.taken.at(scored.item) = 1;
    }
    sort_by_score(std::span(out).subspan(begin), state);
    const store::ValueId category = snapshot.value(item, store::field::product_type);
    if (category != store::kNoValue) {
        append_popular(snapshot, snapshot.ranked(store::ListKind::in_category, category), kFill,
                       begin + query.wanted, state.taken, out);
    }
}

}  // namespace pz::recommend
