#include "recommend/recommender.hpp"

#include <algorithm>
#include <array>

#include "recommend/candidates.hpp"

namespace pz::recommend {

namespace {

constexpr Recommender kRecommenders[] = {
    {"popular", "what everybody, or the visitor's segment, looks at and buys", recommend_popular},
    {"new", "the newest items of the catalog", recommend_new},
    {"sale", "items on sale, deepest discount first", recommend_sale},
    {"recent", "what the visitor viewed, newest first", recommend_recent},
    {"for_you", "what visitors with sessions like this one went on to, and the visitor's tastes",
     recommend_for_you},
    {"cross_sell", "what is bought together with the item and the cart", recommend_cross_sell},
    {"free_shipping", "what brings the cart to free shipping (gap=), alone or two together",
     recommend_free_shipping},
    {"bundle", "two or three items that make a set with the item", recommend_bundle},
    {"similar", "alternatives to the item", recommend_similar},
    {"replenish", "what the visitor bought and is due to need again", recommend_replenish},
    {"back_in_stock", "what the visitor looked at and is available again", recommend_back_in_stock},
    {"price_drop", "what the visitor looked at and costs less now", recommend_price_drop},
};

}  // namespace

Scratch::Scratch() : state_(std::make_unique<State>()) {}
Scratch::~Scratch() = default;

std::span<const Recommender> recommenders() {
    return kRecommenders;
}

std::span<const std::string_view> recommender_names() {
    static const auto kNames = [] {
        std::array<std::string_view, std::size(kRecommenders)> names;
        std::transform(std::begin(kRecommenders), std::end(kRecommenders), names.begin(),
                       [](const Recommender& each) { return each.name; });
        return names;
    }();
    return kNames;
}

const Recommender* find_recommender(std::string_view name) {
    const auto* found = std::find_if(std::begin(kRecommenders), std::end(kRecommenders),
                                     [name](const Recommender& r) { return r.name == name; });
    return found == std::end(kRecommenders) ? nullptr : found;
}

}  // namespace pz::recommend
