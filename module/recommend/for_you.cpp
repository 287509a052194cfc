// for_you: what followed in sessions like this one, blended with the visitor's tastes, and what is
// like the items looked at last.
// It is for finding things: what the visitor has looked at or bought is left to "recent".
#include "recommend/for_you.hpp"

#include <algorithm>

#include "recommend/candidates.hpp"
#include "recommend/next_item.hpp"

namespace pz::recommend {

namespace {

constexpr float kSessionShare = 0.65F;
constexpr float kAffinityShare = 0.30F;
constexpr float kAlikeShare = 0.10F;
constexpr float kPopularityShare = 0.005F;  // for what nothing else tells apart
constexpr std::size_t kValuesPerField = 3;  // of the visitor's favourites
constexpr std::size_t kItemsPerValue = 40;
constexpr std::size_t kLookedAt = 3;  // items looked at last, whose alternatives are named

void want(store::ItemIndex item, Scratch::State& state) {
    state.clues.at(item).wanted = 1;
}

// Favourite brands and product types bring their popular items in, known to the sessions or not.
void add_favourites(const Query& query, Scratch::State& state) {
    std::size_t brands = 0;
    std::size_t types = 0;
    for (const visitor::Affinity& affinity : query.visitor->affinities()) {
        const bool brand = affinity.field == store::field::brand;
        const bool type = affinity.field == store::field::product_type;
        if ((!brand || ++brands > kValuesPerField) && (!type || ++types > kValuesPerField)) {
            continue;
        }
        const auto list = query.snapshot->ranked(
            brand ? store::ListKind::in_brand : store::ListKind::in_category, affinity.value);
        std::size_t left = kItemsPerValue;
        for (auto scored = list.begin(); scored != list.end() && left > 0; ++scored) {
            if (available(*query.snapshot, scored->item)) {
                want(scored->item, state);
                --left;
            }
        }
    }
}

// What is like the items looked at last and stands in no session with them: so come items that
// nobody has looked at yet. The first `of_sessions` clues are those of sessions.
void add_alike(const Query& query, std::size_t of_sessions, Scratch::State& state) {
    const auto recent = query.visitor->recent();
    for (const store::ItemIndex item : recent.first(std::min(recent.size(), kLookedAt))) {
        const auto list = query.snapshot->neighbours(store::NeighbourKind::similar, item);
        for (const store::ScoredItem scored : list) {
            const Clue* known = state.clues.find(scored.item);
            const bool in_session =
                known != nullptr && known < state.clues.all().data() + of_sessions;
            if (!in_session && available(*query.snapshot, scored.item)) {
                Clue& clue = state.clues.at(scored.item);
                clue.alike = std::max(clue.alike, scored.score / list.front().score);
                clue.wanted = 1;
            }
        }
    }
}

void mark_known(const visitor::Profile& visitor, Clues& clues) {
    for (const auto known : {visitor.recent(), visitor.purchased()}) {
        for (const store::ItemIndex item : known) {
            clues.at(item).known = 1;
        }
    }
}

// As many of the best that are available; which are is asked of the best alone.
void add_best_of_sessions(const Query& query, Scratch::State& state) {
    state.best.clear();
    for (const Clue& clue : state.clues.all()) {
        if (clue.score > 0 && clue.known == 0) {
            state.best.push_back({clue.item, clue.score});
        }
    }
    std::span<store::ScoredItem> rest = state.best;
    for (std::size_t left = query.wanted; left > 0 && !rest.empty();) {
        const auto best = best_of(rest, left, state);
        rest = rest.subspan(best.size());
        for (const store::ScoredItem& scored : best) {
            query.snapshot->expect(scored.item);
        }
        for (const store::ScoredItem& scored : best) {
            if (available(*query.snapshot, scored.item)) {
                want(scored.item, state);
                --left;
            }
        }
    }
}

}  // namespace

void rank_for_you(const Query& query, Known known, Scratch& scratch, std::vector<Candidate>& out) {
    if (!personal(query)) {
        return;
    }
    Scratch::State& state = scratch.state();
    session_scores(query, state);
    const std::size_t of_sessions = state.clues.all().size();
    if (known == Known::left_out) {
        mark_known(*query.visitor, state.clues);
    }
    add_best_of_sessions(query, state);
    add_favourites(query, state);
    add_alike(query, of_sessions, state);
    const AffinityScale affinity(query, state);
    const PopularityScale popularity(*query.snapshot);
    const std::size_t begin = out.size();
    for (const Clue& clue : state.clues.all()) {
        if (clue.wanted != 0 && clue.known == 0) {
            Candidate& candidate = append_candidate(clue.item, Tier::individual, out);
            add_part(candidate, Signal::session, kSessionShare * clue.score);
            add_part(candidate, Signal::affinity,
                     kAffinityShare * affinity.of(clue.item) + kAlikeShare * clue.alike);
            add_part(candidate, Signal::popularity, kPopularityShare * popularity.of(clue.item));
        }
    }
    sort_by_score(std::span(out).subspan(begin), state);
}

void recommend_for_you(const Query& query, Scratch& scratch, std::vector<Candidate>& out) {
    rank_for_you(query, Known::left_out, scratch, out);
}

}  // namespace pz::recommend
