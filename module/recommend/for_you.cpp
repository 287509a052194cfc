// for_you: what followed in sessions like this one, blended with the visitor's tastes, and what is
// like the items looked at last.
// It is for finding things: what the visitor has looked at or bought is left to "recent".
#include "recommend/for_you.hpp"

#include <algorithm>
#include <array>

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

// Makes a candidate of the clue's item, unless it is one, or not to be one.
void want(Clue& clue, Scratch::State& state) {
    if (clue.wanted == 0 && clue.known == 0) {
        clue.wanted = 1;
        state.wanted.push_back(static_cast<std::uint32_t>(&clue - state.clues.all().data()));
    }
}

// Favourite brands and product types bring their popular items in, known to the sessions or not.
class Favourites {
  public:
    // Finds their lists, and starts to bring what add() will read into the cache.
    Favourites(const Query& query, const Clues& clues)
        : snapshot_(*query.snapshot), per_value_(query.wanted / kValueShare + 1) {
        std::size_t brands = 0;
        std::size_t types = 0;
        for (const visitor::Affinity& affinity : query.visitor->affinities()) {
            const bool brand = affinity.field == store::field::brand;
            const bool type = affinity.field == store::field::product_type;
            if ((brand && ++brands <= kValuesPerField) || (type && ++types <= kValuesPerField)) {
                lists_[count_++] = snapshot_.ranked(
                    brand ? store::ListKind::in_brand : store::ListKind::in_category,
                    affinity.value);
            }
        }
        for (const auto list : std::span(lists_).first(count_)) {
            for (const store::ScoredItem& scored : list.first(std::min(list.size(), per_value_))) {
                snapshot_.expect(scored.item);
                clues.expect(scored.item);
            }
        }
    }
    void add(Scratch::State& state) const {
        for (const auto list : std::span(lists_).first(count_)) {
            std::size_t left = per_value_;
            for (auto scored = list.begin(); scored != list.end() && left > 0; ++scored) {
                if (available(snapshot_, scored->item)) {
                    want(state.clues.at(scored->item), state);
                    --left;
                }
            }
        }
    }

  private:
    const store::Snapshot& snapshot_;
    const std::size_t per_value_;
    std::array<std::span<const store::ScoredItem>, 2 * kValuesPerField> lists_;
    std::size_t count_ = 0;
};

// What is like the items looked at last and stands in no session with them: so come items that
// nobody has looked at yet. The first `of_sessions` clues are those of sessions.
void add_alike(const Query& query, std::size_t of_sessions, Scratch::State& state) {
    const auto recent = query.visitor->recent();
    for (const store::ItemIndex item : recent.first(std::min(recent.size(), kLookedAt))) {
        const auto list = query.snapshot->neighbours(store::NeighbourKind::similar, item);
        for (const store::ScoredItem scored : list) {
            query.snapshot->expect(scored.item);
            state.clues.expect(scored.item);
        }
        for (const store::ScoredItem scored : list) {
            const Clue* known = state.clues.find(scored.item);
            const bool in_session =
                known != nullptr && known < state.clues.all().data() + of_sessions;
            if (!in_session && available(*query.snapshot, scored.item)) {
                Clue& clue = state.clues.at(scored.item);
                clue.alike = std::max(clue.alike, scored.score / list.front().score);
                want(clue, state);
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
    // The score is not above this, which no more than the clue says.
    float most(const Clue& clue) const {
        return Parts{session_ * clue.score,
                     kAffinityShare * affinity_.most() + kAlikeShare * clue.alike, kPopularityShare}
            .score();
    }
    Parts of(const Clue& clue) const {
        return {session_ * clue.score,
                kAffinityShare * affinity_.of(clue.item) + kAlikeShare * clue.alike,
                kPopularityShare * popularity_.of(clue.item)};
    }
    // For a clue that has the part of tastes.
    Parts again(const Clue& clue) const {
        return {session_ * clue.score, clue.alike, kPopularityShare * popularity_.of(clue.item)};
    }

  private:
    const float session_;
    const AffinityScale affinity_;
    const PopularityScale popularity_;
};

// The clues that speak for items not known, as state.keys.
void list_unknown(Scratch::State& state) {
    const std::span<const Clue> clues = state.clues.all();
    state.keys.resize(clues.size());
    std::size_t end = 0;
    for (std::uint32_t i = 0; i < clues.size(); ++i) {
        state.keys[end] = key_of(clues[i].score, i);
        end += static_cast<unsigned>(clues[i].score > 0) & static_cast<unsigned>(!clues[i].known);
    }
    state.keys.resize(end);
}

// The best that are available, at least as many as are wanted, if there are: which are available is
// asked of the best alone.
void want_best_of_sessions(const Query& query, const Blend& blend, Scratch::State& state) {
    const std::span<Clue> clues = state.clues.all();
    for (std::size_t most = query.wanted + query.wanted / 8 + 4;; most *= 2) {
        list_unknown(state);
        const std::size_t all = state.keys.size();
        keep_smallest(most, state.keys);
        for (const std::uint64_t key : state.keys) {
            query.snapshot->expect(clues[index_of(key)].item);
            blend.expect(clues[index_of(key)].item);
        }
        state.wanted.resize(state.keys.size());
        std::size_t found = 0;
        for (const std::uint64_t key : state.keys) {
            Clue& clue = clues[index_of(key)];
            clue.wanted = available(*query.snapshot, clue.item) ? 1 : 0;
            state.wanted[found] = index_of(key);
            found += clue.wanted;
        }
        state.wanted.resize(found);
        if (found >= query.wanted || most >= all) {
            return;
        }
    }
}

// Adds those candidates to state.keys, by their items, that may score `least`; their clues get the
// part of tastes.
void weigh(const Blend& blend, std::span<std::uint32_t> wanted, float least,
           Scratch::State& state) {
    const std::span<Clue> clues = state.clues.all();
    std::size_t end = 0;
    for (const std::uint32_t i : wanted) {
        wanted[end] = i;
        end += blend.most(clues[i]) >= least ? 1 : 0;
    }
    for (const std::uint32_t i : wanted.first(end)) {
        blend.expect(clues[i].item);
    }
    for (const std::uint32_t i : wanted.first(end)) {
        const Blend::Parts parts = blend.of(clues[i]);
        clues[i].alike = parts.affinity;
        state.keys.push_back(key_of(parts.score(), clues[i].item));
    }
}

// What a candidate must score beside those in state.keys, of which `count` are to be shown.
float least_score(std::size_t count, Scratch::State& state) {
    if (state.keys.size() < count || count == 0) {
        return 0;
    }
    keep_smallest(count, state.keys);
    return score_of(*std::max_element(state.keys.begin(), state.keys.end()));
}

// The best candidates, as state.keys: first those of sessions, the first so many. They mostly win,
// and few others need a look at their attributes.
void find_best(const Blend& blend, std::size_t of_sessions, std::size_t count,
               Scratch::State& state) {
    state.keys.clear();
    const std::span<std::uint32_t> wanted = state.wanted;
    weigh(blend, wanted.first(of_sessions), 0, state);
    weigh(blend, wanted.subspan(of_sessions), least_score(count, state), state);
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
    const std::size_t clues_of_sessions = state.clues.all().size();
    if (known == Known::left_out) {
        mark_known(*query.visitor, state.clues);
    }
    const Favourites favourites(query, state.clues);
    const Blend blend(query, to_one, state);
    want_best_of_sessions(query, blend, state);
    const std::size_t of_sessions = state.wanted.size();
    favourites.add(state);
    add_alike(query, clues_of_sessions, state);
    find_best(blend, of_sessions, query.wanted, state);
    for (const std::uint64_t key : state.keys) {
        const Blend::Parts parts = blend.again(*state.clues.find(index_of(key)));
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
