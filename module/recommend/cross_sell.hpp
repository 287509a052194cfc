// What goes together with the page's item, the cart or earlier purchases: the candidates that
// cross_sell, free_shipping and bundle choose from. Internal to recommend.
//
// Each given item g brings its list of neighbours with weight u(g). With
//   together(x) = sqrt(sum of u(g) * s(x|g)^2), the best made 1,
//   own(x) = 1/2 sqrt(min(n, 5) / 5) + 1/2 sqrt(min(sum of 2^(-age / 60 days), 2) / 2)
//     over the visitor's n purchases of x,
// a candidate's score is (together + 0.4 own + 0.5 sqrt(together * own)) * sense(x).
// The power of the sum lies between adding, which lets many weak hints win, and the maximum. It and
// the shares were chosen on the last weeks of the Online Retail training baskets. A purchase of the
// last 7 days counts only of an item that customers buy again (its interval is known). `sense`
// keeps accessories cheaper than what they are for: the item of the page, or else the whole cart.
// It is 1 up to that price, then sqrt(that price / price of x).
#pragma once

#include <cstdint>
#include <vector>

#include "recommend/scratch.hpp"

namespace pz::recommend {

// Appends to `out`, best first; nothing where nothing goes together with anything given.
void find_together(const Query& query, Scratch& scratch, std::vector<Candidate>& out);

// sense(x) of an item for one of that price; 1 where either is 0: unknown.
float price_sense(float main_price, float price);

// What the item costs now, in micros; 0: unknown.
inline std::int64_t price_of(const store::Snapshot& snapshot, store::ItemIndex item) {
    return snapshot.live(item).current_price_micros();
}

}  // namespace pz::recommend
