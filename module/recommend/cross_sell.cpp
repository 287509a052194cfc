// cross_sell: what is bought together with the page's item, the cart, or what the visitor bought.
#include "recommend/cross_sell.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "recommend/best.hpp"
#include "recommend/candidates.hpp"

namespace pz::recommend {

namespace {

constexpr float kCartWeight = 0.5F;      // beside the page's item; alone it does not matter
constexpr float kPurchaseWeight = 0.3F;  // what was bought, when nothing else is given
constexpr std::size_t kMaxCart = 50;
constexpr std::size_t kMaxPurchases = 10;
constexpr float kOwnShare = 0.4F;
constexpr float kOwnTogetherShare = 0.5F;
constexpr float kManyPurchases = 5;
constexpr float kManyRecentPurchases = 2;
constexpr std::int64_t kJustBought = 7 * 86400;  // seconds
constexpr float kPurchaseHalfLife = 60 * 86400;  // seconds
constexpr float kRepeat = 0.8F;                  // for each better candidate of the same type
constexpr std::size_t kVaried = 64;              // candidates that are kept apart by type

void add_given(const store::Snapshot& snapshot, store::ItemIndex given, float weight,
               float Together::*sum, Dense<Together>& all) {
    for (const store::ScoredItem scored :
         snapshot.neighbours(store::NeighbourKind::cross_sell, given)) {
        all.at(scored.item).*sum += weight * scored.score * scored.score;
    }
}

// The visitor's part: the cart, or, with nothing given at all, what was bought last.
void add_own(const Query& query, Dense<Together>& all) {
    const auto cart = query.visitor->cart();
    for (const store::ItemIndex item : cart.first(std::min(cart.size(), kMaxCart))) {
        if (item != query.page_item) {
            add_given(*query.snapshot, item, kCartWeight, &Together::own, all);
        }
    }
    if (query.page_item == store::kNoItem && cart.empty()) {
        const auto bought = query.visitor->purchased();
        for (const store::ItemIndex item : bought.first(std::min(bought.size(), kMaxPurchases))) {
            add_given(*query.snapshot, item, kPurchaseWeight, &Together::own, all);
        }
    }
}

// Who has just bought a thing is not offered another, unless customers buy it again and again.
bool tells(const Query& query, const visitor::Touch& purchase) {
    return query.now - purchase.time >= kJustBought ||
           query.snapshot->signals(purchase.item).interval > 0;
}

// How often the visitor bought each item, ever and lately.
void count_purchases(const Query& query, Dense<Together>& all) {
    for (const visitor::Touch& touch : query.visitor->touches()) {
        if (touch.type == visitor::EventType::purchase && tells(query, touch)) {
            Together& item = all.at(touch.item);
            item.bought += 1;
            item.recently +=
                std::exp2(-static_cast<float>(query.now - touch.time) / kPurchaseHalfLife);
        }
    }
}

// own(x) of the header.
float own_share(const Together& item) {
    if (item.bought == 0) {
        return 0;
    }
    const float ever = std::min(item.bought, kManyPurchases) / kManyPurchases;
    const float lately = std::min(item.recently, kManyRecentPurchases) / kManyRecentPurchases;
    return (std::sqrt(ever) + std::sqrt(lately)) / 2;
}

// A candidate's score in its parts, before sense(x).
struct Parts {
    float together, own;
};

Parts parts_of(const Together& item, float best) {
    const float together = std::sqrt(item.page + item.own) / best;
    const float own = own_share(item);
    return {together,
            own == 0 ? 0 : kOwnShare * own + kOwnTogetherShare * std::sqrt(together * own)};
}

// What the others are for costs so much; 0: unknown.
float main_price(const Query& query) {
    if (query.page_item != store::kNoItem || !personal(query)) {
        return static_cast<float>(price_of(*query.snapshot, query.page_item));
    }
    float sum = 0;
    const auto cart = query.visitor->cart();
    for (const store::ItemIndex item : cart.first(std::min(cart.size(), kMaxCart))) {
        sum += static_cast<float>(price_of(*query.snapshot, item));
    }
    return sum;
}

// What goes together with what is given, scored, and put in order before any candidate is made of
// it: of hundreds a few are wanted.
class Ranking {
  public:
    Ranking(const Query& query, Scratch::State& state)
        : query_(query),
          state_(state),
          all_(state.together),
          best_(state.best),
          main_(main_price(query)) {}

    // The best `count` in order; empty where nothing goes together.
    void find(std::size_t count) {
        sum_up();
        best_.clear();
        float most = 0;
        for (const Together& item : all_.all()) {
            most = std::max(most, item.page + item.own);
        }
        if (most == 0) {
            return;  // what was bought before is no substitute for what goes together
        }
        most_ = std::sqrt(most);
        for (std::size_t look = count + count / 4 + 8; !find_among(look, count); look *= 4) {
        }
    }

    // Not three more of the same: of one product type each further one counts less.
    void vary_types() {
        state_.types.reset(kVaried);
        for (store::ScoredItem& scored : std::span(best_).first(std::min(best_.size(), kVaried))) {
            const store::ValueId type =
                query_.snapshot->value(scored.item, store::field::product_type);
            if (type != store::kNoValue) {
                float& before = state_.types.at({store::field::product_type, type});
                const float factor = repeated(static_cast<std::size_t>(before));
                all_.at(scored.item).factor = factor;
                scored.score *= factor;
                before += 1;
            }
        }
        best_of(best_, best_.size(), state_);
    }

    void append(std::vector<Candidate>& out) const {
        for (const store::ScoredItem& scored : best_) {
            append_one(*all_.find(scored.item), scored.score, out);
        }
    }

  private:
    // Looks at the availability and price only of the `look` best, as if nothing were against them: no
    // price makes a score larger. False: what it did not look at may be among the best `count`.
    bool find_among(std::size_t look, std::size_t count) {
        std::vector<std::uint64_t>& keys = state_.keys;
        keys.clear();
        const auto all = all_.all();
        for (std::uint32_t i = 0; i < all.size(); ++i) {
            const Parts parts = parts_of(all[i], most_);
            keys.push_back(key_of(parts.together + parts.own, i));
        }
        keep_smallest(look, keys);
        const bool whole = keys.size() == all.size();
        float least = std::numeric_limits<float>::max();
        best_.clear();
        for (const std::uint64_t key : keys) {
            const store::ItemIndex item = all[index_of(key)].item;
            least = std::min(least, score_of(key));
            if (available(*query_.snapshot, item)) {
                best_.push_back({item, score_of(key) * sense_of(item)});
            }
        }
        best_.resize(best_of(best_, count, state_).size());
        return whole || (best_.size() == count && best_.back().score > least);
    }

    void sum_up() {
        all_.reset(query_.snapshot->item_count());
        if (query_.page_item != store::kNoItem) {
            add_given(*query_.snapshot, query_.page_item, 1, &Together::page, all_);
        }
        if (personal(query_)) {
            add_own(query_, all_);
            count_purchases(query_, all_);
        }
    }

    float sense_of(store::ItemIndex item) const {
        return main_ > 0 ? price_sense(main_, static_cast<float>(price_of(*query_.snapshot, item)))
                         : 1;
    }

    static float repeated(std::size_t times) {
        static const std::array<float, kVaried> kFactors = [] {
            std::array<float, kVaried> factors{};
            for (std::size_t i = 0; i < factors.size(); ++i) {
                factors[i] = std::pow(kRepeat, static_cast<float>(i));
            }
            return factors;
        }();
        return kFactors[times];
    }

    void append_one(const Together& item, float score, std::vector<Candidate>& out) const {
        const Parts parts = parts_of(item, most_);
        const bool personal = item.bought > 0 || item.own > 0;
        Candidate& candidate =
            append_candidate(item.item, personal ? Tier::individual : Tier::pre, out);
        const float factor = sense_of(item.item) * item.factor;
        part(candidate, Signal::session) = factor * parts.together;
        part(candidate, Signal::recency) = factor * parts.own;
        candidate.score = score;
    }

    const Query& query_;
    Scratch::State& state_;
    Dense<Together>& all_;
    std::vector<store::ScoredItem>& best_;
    const float main_;  // price
    float most_ = 0;
};

// What is in the cart, and does not count, may be among them.
std::size_t count_of(const Query& query) {
    return query.wanted + query.visitor->cart().size();
}

}  // namespace

float price_sense(float main_price, float price) {
    return main_price > 0 && price > main_price ? std::sqrt(main_price / price) : 1;
}

void find_together(const Query& query, Scratch& scratch, std::vector<Candidate>& out) {
    Ranking ranking(query, scratch.state());
    ranking.find(count_of(query));
    ranking.append(out);
}

void recommend_cross_sell(const Query& query, Scratch& scratch, std::vector<Candidate>& out) {
    Ranking ranking(query, scratch.state());
    ranking.find(count_of(query));
    ranking.vary_types();
    ranking.append(out);
}

}  // namespace pz::recommend
