// for_you: what followed in sessions like this one, blended with the visitor's tastes, and what is
// like the items looked at last.
// It is for finding things: what the visitor has looked at or bought is left to "recent".
#include "recommend/for_you.hpp"

#include <algorithm>

#include "recommend/best.hpp"
#include "recommend/candidates.hpp"
#include "recommend/next_item.hpp"

namespace pz::recommend {

namespace {

constexpr float kSessionShare = 0.65F;
constexpr float kAffinityShare = 0.30F;
constexpr float kAlikeShare = 0.10F;
constexpr float kPopularityShare = 0.005F;  // for what nothing else tells apart
constexpr std::size_t kValuesPerField = 3;  // of the visitor's favourites
constexpr std::size_t kValueShare = 4;      // of what is wanted, a quarter for each favourite
constexpr std::size_t kLookedAt = 3;        // items looked at last, whose alternatives are named

void want(store::ItemIndex item, Scratch::State& state) {
    state.clues.at(item).wanted = 1;
}

// Favourite brands and product types bring their popular items in, known to the sessions or not.
void add_favourites(const Query& query, Scratch::State& state) {
    const std::size_t per_value = query.wanted / kValueShare + 1;
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
        for (const store::ScoredItem& scored : list.first(std::min(list.size(), per_value))) {
            query.snapshot->expect(scored.item);
            state.clues.expect(scored.item);
        }
        std::size_t left = per_value;
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

// The best that are available, at least as many as are wanted, if there are: which are available is
// asked of the best alone.
void want_best_of_sessions(const Query& query, Scratch::State& state) {
    const std::span<Clue> clues = state.clues.all();
    std::vector<std::uint64_t>& keys = state.keys;
    std::size_t found = 0;
    for (std::size_t most = query.wanted + query.wanted / 8 + 4; found < query.wanted; most *= 2) {
        keys.clear();
        for (std::uint32_t i = 0; i < clues.size(); ++i) {
            if (clues[i].score > 0 && clues[i].known == 0) {
                keys.push_back(key_of(clues[i].score, i));
            }
        }
        const std::size_t all = keys.size();
        keep_smallest(most, keys);
        for (const std::uint64_t key : keys) {
            query.snapshot->expect(clues[index_of(key)].item);
        }
        found = 0;
        for (const std::uint64_t key : keys) {
            Clue& clue = clues[index_of(key)];
            clue.wanted = available(*query.snapshot, clue.item) ? 1 : 0;
            found += clue.wanted;
        }
        if (most >= all) {
            return;
        }
    }
}

// What speaks for an item, in parts.
class Blend {
  public:
    // `to_one` is session_scores()'s. The scratch's affinities are in use as long as this.
    Blend(const Query& query, float to_one, Scratch::State& state)
        : session_(kSessionShare * to_one), affinity_(query, state), popularity_(*query.snapshot) {}

    struct Parts {
        float session, affinity, popularity;
        float score() const { return session + affinity + popularity; }
    };
    void expect(store::ItemIndex item) const { affinity_.expect(item); }
    Parts of(const Clue& clue) const {
        return {session_ * clue.score,
                kAffinityShare * affinity_.of(clue.item) + kAlikeShare * clue.alike,
                kPopularityShare * popularity_.of(clue.item)};
    }

  private:
    const float session_;
    const AffinityScale affinity_;
    const PopularityScale popularity_;
};

// The best of the clues that are wanted, as state.keys of the items.
void find_best(const Blend& blend, std::size_t count, Scratch::State& state) {
    std::vector<std::uint32_t>& wanted = state.met;
    wanted.clear();
    const std::span<const Clue> clues = state.clues.all();
    for (std::uint32_t i = 0; i < clues.size(); ++i) {
        if (clues[i].wanted != 0 && clues[i].known == 0) {
            blend.expect(clues[i].item);
            wanted.push_back(i);
        }
    }
    state.keys.clear();
    for (const std::uint32_t i : wanted) {
        state.keys.push_back(key_of(blend.of(clues[i]).score(), clues[i].item));
    }
    keep_smallest(count, state.keys);
    std::sort(state.keys.begin(), state.keys.end());
}

}  // namespace

void rank_for_you(const Query& query, Known known, Scratch& scratch, std::vector<Candidate>& out) {
    if (!personal(query)) {
        return;
    }
    Scratch::State& state = scratch.state();
    const float to_one = session_scores(query, state);
    const std::size_t of_sessions = state.clues.all().size();
    if (known == Known::left_out) {
        mark_known(*query.visitor, state.clues);
    }
    want_best_of_sessions(query, state);
    add_favourites(query, state);
    add_alike(query, of_sessions, state);
    const Blend blend(query, to_one, state);
    find_best(blend, query.wanted, state);
    for (const std::uint64_t key : state.keys) {
        const Blend::Parts parts = blend.of(*state.clues.find(index_of(key)));
        Candidate& candidate = append_candidate(index_of(key), Tier::individual, out);
        add_part(candidate, Signal::session, parts.session);
        add_part(candidate, Signal::affinity, parts.affinity);
        add_part(candidate, Signal::popularity, parts.popularity);
    }
}

void recommend_for_you(const Query& query, Scratch& scratch, std::vector<Candidate>& out) {
    rank_for_you(query, Known::left_out, scratch, out);
}

}  // namespace pz::recommend
