// Recommenders: each names items for a visitor in a context, from the snapshot and the profile
// alone.
//
// One idea a file; the list of them is recommenders(). They fill candidates with scores and signal
// parts; rank.hpp turns candidates into the final order. What rank excludes (unavailable, page item,
// cart, shown before, disliked) they need not exclude: they only name enough, and an item that is
// not available does not count for that. Scores are >= 0.
// Query::level caps what is looked at: `pre` ignores the profile, `segment` sees only the visitor's
// segments; no candidate's tier is above it. Thread rules: stateless, but for the Scratch that the
// caller owns (one per thread).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "rules/candidate.hpp"
#include "store/snapshot.hpp"
#include "visitor/profile.hpp"

namespace pz::recommend {

using rules::Candidate;
using rules::Signal;
using rules::Tier;

// What a placement asks.
struct Query {
    const store::Snapshot* snapshot = nullptr;
    const visitor::Profile* visitor =
        nullptr;  // never null; empty when nothing is known or allowed
    store::ItemIndex page_item = store::kNoItem;  // the item of the page, or the one just added
    store::ValueId category = store::kNoValue;    // product_type or a leading level of one
    Tier level = Tier::individual;                // the highest tier allowed
    std::int64_t now = 0;                         // unix seconds
    std::int64_t gap_micros = 0;  // what the cart lacks to free shipping; 0: nothing, or unknown
    std::size_t wanted = 0;       // name at least so many available ones, if there are
    std::size_t places = ~std::size_t{0};          // of them, so many are shown
    std::span<const store::ItemIndex> shown = {};  // on the page already
};

// Working memory that lives as long as the thread; grows to the snapshot's size once.
class Scratch {
  public:
    Scratch();
    ~Scratch();
    struct State;
    State& state() { return *state_; }

  private:
    std::unique_ptr<State> state_;
};

// Appends to `out`, best first, each item once.
using Recommend = void (*)(const Query&, Scratch&, std::vector<Candidate>& out);

struct Recommender {
    std::string_view name;     // as written in personalize_widget
    std::string_view summary;  // one line, for `personalize help` and error messages
    Recommend recommend;
};

// popular, new, sale, recent, for_you, cross_sell, free_shipping, bundle, similar, replenish,
// back_in_stock, price_drop.
std::span<const Recommender> recommenders();
const Recommender* find_recommender(std::string_view name);  // nullptr: no such
std::span<const std::string_view> recommender_names();       // for rules that name some

}  // namespace pz::recommend
