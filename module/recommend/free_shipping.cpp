// free_shipping: what brings the cart over the shop's threshold, alone or two items together.
//
// Of what goes together with the cart, an item that costs at least the gap bridges it alone: its
// score is cross_sell's times gap / price, so that nobody is asked for more than is missing. Two
// that cost less bridge it together, the best pair by the mean of their scores times gap / sum; the
// two stand side by side, and where there is no room for both of them, neither does (rules and
// exploration may still part them). The best sellers of the shop, and those of the prices that
// bridge, fill in where little goes together. What costs over three times the gap is no way to save
// the postage, unless nothing costs less: then the cheapest that bridge it are named, in the order of
// their prices.
#include <algorithm>
#include <array>
#include <limits>

#include "recommend/candidates.hpp"
#include "recommend/cross_sell.hpp"
#include "recommend/explore.hpp"

namespace pz::recommend {

namespace {

constexpr std::size_t kPaired = 32;              // the best candidates that pairs are made of
constexpr std::size_t kCheapest = 8;             // where nothing costs less than kMostOver gaps
constexpr float kFillShare = 0.1F;               // of the best seller, beside what goes together
constexpr float kLeastPopular = 0.01F;           // of the best seller, for one that nobody bought
constexpr std::int64_t kMostOver = 3;            // gaps
constexpr std::uint8_t kNamed = 1, kBarred = 2;  // in state.taken

// Prices' sum; of prices that no shop has, the one.
std::int64_t together(std::int64_t a, std::int64_t b) {
    return a > std::numeric_limits<std::int64_t>::max() - b ? a : a + b;
}

struct Pair {
    std::size_t first = 0, second = 0;
    float score = 0;
};

// How well spending so much fits a gap; 0: it does not bridge it.
float fit(std::int64_t gap, std::int64_t spent) {
    return spent >= gap ? static_cast<float>(gap) / static_cast<float>(spent) : 0;
}

std::int64_t most_for(std::int64_t gap) {
    return gap > std::numeric_limits<std::int64_t>::max() / kMostOver ? gap : kMostOver * gap;
}

// The same, and not by far too much.
float close_fit(std::int64_t gap, std::int64_t spent) {
    return spent <= most_for(gap) ? fit(gap, spent) : 0;
}

// What is in the cart or on the page already makes no pair either.
void bar(const Query& query, Scratch::State& state) {
    state.taken.reset(query.snapshot->item_count());
    const auto each = [&](store::ItemIndex item) {
        if (item < query.snapshot->item_count()) {
            state.taken.at(item) = kBarred;
        }
    };
    each(query.page_item);
    std::for_each(query.shown.begin(), query.shown.end(), each);
    if (personal(query)) {
        std::for_each(query.visitor->cart().begin(), query.visitor->cart().end(), each);
    }
}

bool usable(const Query& query, const Scratch::State& state, store::ItemIndex item) {
    return state.taken.get(item) != kBarred && presentable(query, item) &&
           price_of(*query.snapshot, item) > 0;
}

// Those that may be shown and whose price is known are left, and named.
void keep_usable(const Query& query, Scratch::State& state) {
    std::erase_if(state.found, [&](const Candidate& candidate) {
        return !usable(query, state, candidate.item);
    });
    for (const Candidate& candidate : state.found) {
        state.taken.at(candidate.item) = kNamed;
    }
}

void append_fill(const Query& query, Scratch::State& state) {
    const store::Snapshot& snapshot = *query.snapshot;
    const PopularityScale popularity(snapshot);
    state.shelves.visit(query.gap_micros / 2, most_for(query.gap_micros), [&](auto items) {
        for (const store::ScoredItem& scored : items) {
            if (state.taken.get(scored.item) == 0 && usable(query, state, scored.item)) {
                Candidate& candidate = append_candidate(scored.item, Tier::pre, state.found);
                add_part(candidate, Signal::popularity,
                         kFillShare * std::max(popularity.of(scored.item), kLeastPopular));
            }
        }
        return true;
    });
    keep_usable(query, state);
    append_popular(snapshot, snapshot.ranked(store::ListKind::popular), kFillShare,
                   state.found.size() + query.wanted, state.taken, state.found);
    keep_usable(query, state);
}

// One stands for its variants.
bool variants(const store::Snapshot& snapshot, store::ItemIndex a, store::ItemIndex b) {
    const store::ValueId group = snapshot.value(a, store::field::item_group_id);
    return group != store::kNoValue && group == snapshot.value(b, store::field::item_group_id);
}

Pair best_pair(const Query& query, std::span<const Candidate> candidates) {
    const store::Snapshot& snapshot = *query.snapshot;
    std::array<std::size_t, kPaired> cheap{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < candidates.size() && count < kPaired; ++i) {
        cheap[count] = i;
        count += price_of(snapshot, candidates[i].item) < query.gap_micros ? 1 : 0;
    }
    Pair best;
    for (std::size_t j = 1; j < count; ++j) {
        const Candidate& second = candidates[cheap[j]];
        for (std::size_t i = 0; i < j; ++i) {
            const Candidate& first = candidates[cheap[i]];
            const std::int64_t sum =
                together(price_of(snapshot, first.item), price_of(snapshot, second.item));
            const float score = (first.score + second.score) / 2 * close_fit(query.gap_micros, sum);
            if (score > best.score && !variants(snapshot, first.item, second.item)) {
                best = {cheap[i], cheap[j], score};
            }
        }
    }
    return best;
}

void rescale(float score, Candidate& candidate) {
    const float factor = candidate.score > 0 ? score / candidate.score : 0;
    for (float& each : candidate.parts) {
        each *= factor;
    }
    candidate.score = factor * candidate.score;
}

// Scored by how well they bridge, best first; `pair` may be of none.
void append_bridging(const Query& query, const Pair& pair, Scratch::State& state,
                     std::vector<Candidate>& out) {
    const std::size_t begin = out.size();
    for (std::size_t i = 0; i < state.found.size(); ++i) {
        const bool paired = pair.score > 0 && (i == pair.first || i == pair.second);
        const std::int64_t price = price_of(*query.snapshot, state.found[i].item);
        const float score =
            paired ? pair.score : state.found[i].score * close_fit(query.gap_micros, price);
        if (score > 0) {
            out.push_back(state.found[i]);
            rescale(score, out.back());
        }
    }
    sort_by_score(std::span(out).subspan(begin), state);
}

// One of a pair alone bridges nothing: without room for both, both go.
void part_no_pair(const Query& query, std::size_t begin, std::vector<Candidate>& out) {
    const auto half = [&](const Candidate& candidate) {
        return price_of(*query.snapshot, candidate.item) < query.gap_micros;
    };
    const auto first =
        std::find_if(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), half);
    if (first != out.end() && static_cast<std::size_t>(first - out.begin()) + 2 > query.places) {
        out.erase(std::remove_if(first, out.end(), half), out.end());
    }
}

void append_cheapest(const Query& query, Scratch::State& state, std::vector<Candidate>& out) {
    const std::size_t begin = out.size();
    state.shelves.visit(
        query.gap_micros, std::numeric_limits<std::int64_t>::max(), [&](auto items) {
            for (const store::ScoredItem& scored : items) {
                const float score = fit(query.gap_micros, price_of(*query.snapshot, scored.item));
                if (score > 0 && usable(query, state, scored.item)) {
                    add_part(append_candidate(scored.item, Tier::pre, out), Signal::popularity,
                             score);
                }
            }
            return out.size() - begin < kCheapest;
        });
    sort_by_score(std::span(out).subspan(begin), state);
}

}  // namespace

void recommend_free_shipping(const Query& query, Scratch& scratch, std::vector<Candidate>& out) {
    if (query.gap_micros <= 0) {
        return;
    }
    Scratch::State& state = scratch.state();
    state.shelves.fill(*query.snapshot);
    state.found.clear();
    find_together(query, scratch, state.found);
    bar(query, state);
    keep_usable(query, state);
    append_fill(query, state);
    sort_by_score(state.found, state);
    const std::size_t begin = out.size();
    append_bridging(query, best_pair(query, state.found), state, out);
    part_no_pair(query, begin, out);
    if (out.size() == begin) {
        append_cheapest(query, state, out);
    }
}

}  // namespace pz::recommend
