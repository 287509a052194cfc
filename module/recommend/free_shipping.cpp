// free_shipping: what brings the cart over the shop's threshold, alone or two items together.
//
// Of what goes together with the cart, an item that costs at least the gap bridges it alone: its
// score is cross_sell's times gap / price, so that nobody is asked for more than is missing. Two
// that cost less bridge it together, the best pair by the mean of their scores times gap / sum; the
// two stand side by side. The best sellers of the shop fill in where little goes together.
#include <algorithm>

#include "recommend/candidates.hpp"
#include "recommend/cross_sell.hpp"
#include "recommend/explore.hpp"

namespace pz::recommend {

namespace {

constexpr std::size_t kPaired = 32;  // the best candidates that pairs are made of
constexpr float kFillShare = 0.1F;   // of the best seller, beside what goes together
constexpr float kMostOver = 3;       // gaps: what costs more is no way to save the postage

struct Pair {
    std::size_t first = 0, second = 0;
    float score = 0;
};

// How well spending so much fits a gap; 0: it does not bridge it, or by far too much.
float fit(std::int64_t gap, std::int64_t spent) {
    const float share =
        static_cast<float>(gap) / static_cast<float>(std::max<std::int64_t>(spent, 1));
    return spent >= gap && share * kMostOver >= 1 ? share : 0;
}

// Those that may be shown and whose price is known, best first.
void keep_priced(const Query& query, std::vector<Candidate>& candidates) {
    const auto cart = query.visitor->cart();
    std::erase_if(candidates, [&](const Candidate& candidate) {
        return !presentable(query, candidate.item) || candidate.item == query.page_item ||
               price_of(*query.snapshot, candidate.item) <= 0 ||
               (personal(query) &&
                std::find(cart.begin(), cart.end(), candidate.item) != cart.end());
    });
}

Pair best_pair(const Query& query, std::span<const Candidate> candidates) {
    Pair best;
    candidates = candidates.first(std::min(candidates.size(), kPaired));
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const std::int64_t price = price_of(*query.snapshot, candidates[i].item);
        for (std::size_t j = i + 1; j < candidates.size() && price < query.gap_micros; ++j) {
            const std::int64_t other = price_of(*query.snapshot, candidates[j].item);
            const float mean = (candidates[i].score + candidates[j].score) / 2;
            const float score = mean * fit(query.gap_micros, price + other);
            if (other < query.gap_micros && score > best.score) {
                best = {i, j, score};
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

}  // namespace

void recommend_free_shipping(const Query& query, Scratch& scratch, std::vector<Candidate>& out) {
    if (query.gap_micros <= 0) {
        return;
    }
    Scratch::State& state = scratch.state();
    std::vector<Candidate>& found = state.found;
    found.clear();
    find_together(query, scratch, found);
    state.taken.reset(query.snapshot->item_count());
    for (const Candidate& candidate : found) {
        state.taken.at(candidate.item) = 1;
    }
    append_popular(*query.snapshot, query.snapshot->ranked(store::ListKind::popular), kFillShare,
                   found.size() + query.wanted, state.taken, found);
    keep_priced(query, found);
    sort_by_score(found, state);
    const Pair pair = best_pair(query, found);
    const std::size_t begin = out.size();
    for (std::size_t i = 0; i < found.size(); ++i) {
        const std::int64_t price = price_of(*query.snapshot, found[i].item);
        const bool paired = pair.score > 0 && (i == pair.first || i == pair.second);
        rescale(paired ? pair.score : found[i].score * fit(query.gap_micros, price), found[i]);
        if (found[i].score > 0) {
            out.push_back(found[i]);
        }
    }
    sort_by_score(std::span(out).subspan(begin), state);
}

}  // namespace pz::recommend
