// popular: the segments' favourites first, then those of the category or the whole shop.
#include "recommend/candidates.hpp"

namespace pz::recommend {

namespace {

// What the visitor has just seen is a favourite of their segment, too, but no news to them.
void mark_known(const Query& query, Sparse<float>& known) {
    known.reset(query.snapshot->item_count());
    if (personal(query)) {
        for (const store::ItemIndex item : query.visitor->recent()) {
            known.at(item) = 1;
        }
    }
}

void append_segments(const Query& query, Scratch::State& state, std::vector<Candidate>& out) {
    if (!segmented(query)) {
        return;
    }
    segment_scores(query, state.pool);
    mark_known(query, state.own);
    const std::size_t begin = out.size();
    for (const store::ItemIndex item : state.pool.touched()) {
        if (state.own.get(item) == 0 && available(*query.snapshot, item) &&
            in_category(*query.snapshot, item, query.category)) {
            Candidate& candidate = append_candidate(item, Tier::segment, out);
            add_part(candidate, Signal::segment, 1 + state.pool.get(item));  // before everybody's
            state.taken.at(item) = 1;
        }
    }
    sort_by_score(std::span(out).subspan(begin), state);
}

// The list of the category if there is one, else of the whole shop.
std::span<const store::ScoredItem> popular_list(const Query& query) {
    if (query.category != store::kNoValue) {
        const auto list = query.snapshot->ranked(store::ListKind::in_category, query.category);
        if (!list.empty()) {
            return list;
        }
    }
    return query.snapshot->ranked(store::ListKind::popular);
}

}  // namespace

void recommend_popular(const Query& query, Scratch& scratch, std::vector<Candidate>& out) {
    Scratch::State& state = scratch.state();
    state.taken.reset(query.snapshot->item_count());
    const std::size_t end = out.size() + query.wanted;
    append_segments(query, state, out);
    append_popular(*query.snapshot, popular_list(query), 1, end, state.taken, out);
}

}  // namespace pz::recommend
