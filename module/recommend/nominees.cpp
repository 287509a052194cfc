#include "recommend/nominees.hpp"

#include <algorithm>

#include "recommend/candidates.hpp"
#include "recommend/explore.hpp"

namespace pz::recommend {

namespace {

using Reason = rules::Nomination::Reason;

constexpr std::size_t kBeforePins = 48;  // pins find room behind the others
constexpr std::size_t kOfPin = 2;        // one may be no candidate
constexpr std::size_t kPerPlace = 2;     // rules may take some out; boosted ones compete anyway

// Those of one rule that may be shown, as far as can be told without much effort, until there are
// `most` in all.
void append(const Query& query, const rules::Nomination& nomination, std::size_t count,
            std::size_t most, Scratch::State& state) {
    for (const store::ItemIndex item : nomination.items) {
        if (count == 0 || state.candidates.size() >= most) {
            return;
        }
        if (item >= query.snapshot->item_count() || state.excluded.get(item) != kMayShow ||
            state.taken.get(item) != 0 || !query.snapshot->available(item)) {
            continue;
        }
        state.taken.at(item) = 1;
        Candidate& candidate = append_candidate(item, Tier::pre, state.candidates);
        add_part(candidate, Signal::popularity, query.snapshot->popularity(item));
        candidate.named_by = static_cast<std::uint16_t>(nomination.rule + 1);
        candidate.rules |= nomination.rule < 64 ? std::uint64_t{1} << nomination.rule : 0;
        --count;
    }
}

// So many different item groups, and items without one, are among the first candidates.
std::size_t count_groups(const Query& query, std::size_t end, std::size_t most,
                         Scratch::State& state) {
    std::size_t count = 0;
    state.groups.clear();
    for (std::size_t i = 0; i < end && count < most; ++i) {
        const store::ValueId group =
            query.snapshot->value(state.candidates[i].item, store::field::item_group_id);
        const bool known =
            std::find(state.groups.begin(), state.groups.end(), group) != state.groups.end();
        if (group != store::kNoValue && !known) {
            state.groups.push_back(group);
        }
        count += group == store::kNoValue || !known ? 1 : 0;
    }
    return count;
}

}  // namespace

void append_nominees(const Query& query, std::span<const rules::Nomination> nominations,
                     Scratch::State& state) {
    const std::size_t begin = state.candidates.size();
    const std::size_t count = std::min(kPerPlace * query.places, kMostOfRule);
    state.taken.reset(query.snapshot->item_count());
    for (const rules::Nomination& nomination : nominations) {
        if (nomination.reason != Reason::pinned) {
            append(query, nomination,
                   nomination.reason == Reason::lifted ? std::min(query.places, count) : count,
                   begin + kBeforePins, state);
        }
    }
    for (const rules::Nomination& nomination : nominations) {
        if (nomination.reason == Reason::pinned) {
            append(query, nomination, kOfPin, begin + kMostNominees, state);
        }
    }
}

std::size_t settle_nominees(const Query& query, std::span<const rules::Nomination> nominations,
                            std::size_t begin, std::size_t end, std::size_t limit,
                            Scratch::State& state) {
    bool alone = false;
    for (const rules::Nomination& nomination : nominations) {
        alone = alone || nomination.reason == Reason::alone;
        for (std::size_t i = begin; i < end && nomination.reason == Reason::pinned; ++i) {
            Candidate& candidate = state.candidates[i];
            const bool placed =
                candidate.pin >= 0 && static_cast<std::size_t>(candidate.pin) < limit;
            if (candidate.named_by == nomination.rule + 1 && !placed) {
                candidate.hidden = 1;
            }
        }
    }
    return begin > 0 && alone ? limit : count_groups(query, begin, limit, state);
}

}  // namespace pz::recommend
