// cross_sell, free_shipping and bundle.
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "unit/recommend/shop.hpp"

using namespace pz;
using namespace pz::test;
using recommend::Candidate;
using recommend::Signal;
using recommend::Tier;
using store::NeighbourKind;

namespace {

float part(const Candidate& candidate, Signal signal) {
    return candidate.parts[static_cast<int>(signal)];
}

std::string tiers(const std::vector<Candidate>& candidates) {
    std::string result;
    for (const Candidate& candidate : candidates) {
        result += "psi"[static_cast<int>(candidate.tier)];
    }
    return result;
}

bool near(double a, double b) {
    return std::abs(a - b) < 1e-4;
}

// A shop of items "a", "b", ... of given types and prices, and who is bought with whom.
struct Priced {
    std::string id, type, price;
};

}  // namespace

struct OwnShop : Shop {
    void open(const std::vector<Priced>& items, const std::map<std::string, Scored>& together) {
        store::SnapshotBuilder builder;
        for (const Priced& each : items) {
            Fields fields = {{"id", each.id}, {"price", each.price + " GBP"}};
            if (!each.type.empty()) {
                fields.emplace_back("product_type", each.type);
            }
            BOOST_REQUIRE(builder.add_item({.fields = fields}).ok());
        }
        for (const auto& [given, others] : together) {
            std::vector<store::ScoredItem> list;
            for (const auto& [id, score] : others) {
                list.push_back({builder.find(id), score});
            }
            builder.set_neighbours(NeighbourKind::cross_sell, builder.find(given), list);
        }
        snapshot = open_snapshot(builder);
        request.query.snapshot = snapshot.get();
        request.rule_context.snapshot = snapshot.get();
        profile.clear();
    }
};

BOOST_FIXTURE_TEST_SUITE(cross_sell, OwnShop)

BOOST_AUTO_TEST_CASE(for_the_page_item) {
    request.query.page_item = item("mug");
    BOOST_TEST(run("cross_sell") == "cup tea milk");
    BOOST_TEST(tiers(candidates) == "ppp");
    BOOST_TEST(candidates[0].score == 1.0F);
    BOOST_TEST(near(candidates[1].score, 0.64 / 0.81));
    BOOST_TEST(near(candidates[2].score, 0.16 / 0.81 * 0.8));  // food, as the tea
    request.query.wanted = 2;
    BOOST_TEST(run("cross_sell") == "cup tea");
    request.query.page_item = item("lamp");
    BOOST_TEST(run("cross_sell").empty());
}

BOOST_AUTO_TEST_CASE(for_the_cart) {
    know({"add_to_cart mug 10", "add_to_cart pot 20"});
    BOOST_TEST(run("cross_sell") == "cup tea lamp milk");
    BOOST_TEST(tiers(candidates) == "iiii");
    const double tea = std::sqrt(0.5 * (0.64 * 0.64 + 0.16 * 0.16));
    const double cup = std::sqrt(0.5 * 0.81 * 0.81);
    BOOST_TEST(near(candidates[1].score, tea / cup));
    request.query.level = Tier::pre;
    BOOST_TEST(run("cross_sell").empty());
}

BOOST_AUTO_TEST_CASE(the_page_item_weighs_most) {
    know({"add_to_cart pot 20"});
    request.query.page_item = item("mug");
    BOOST_TEST(run("cross_sell") == "cup tea lamp milk");
    BOOST_TEST(tiers(candidates) == "piip");
    request.query.level = Tier::segment;
    BOOST_TEST(run("cross_sell") == "cup tea milk");
}

BOOST_AUTO_TEST_CASE(by_purchases_when_nothing_else_is_given) {
    know({"purchase pot 8640000"});
    BOOST_TEST(run("cross_sell") == "lamp tea pot");
    const double lately = std::exp2(-100.0 / 60);
    const double own = (std::sqrt(0.2) + std::sqrt(lately / 2)) / 2;
    BOOST_TEST(near(part(candidates[2], Signal::recency), 0.4 * own));
}

BOOST_AUTO_TEST_CASE(lifts_what_was_bought_before) {
    know({"add_to_cart mug 10", "purchase milk 691200", "purchase milk 777600",
          "purchase milk 864000", "purchase milk 950400", "purchase milk 1036800"});
    BOOST_TEST(run("cross_sell") == "cup milk tea");
    const double together = 0.16 / 0.81;
    BOOST_TEST(near(part(candidates[1], Signal::session), together));
    BOOST_TEST(near(part(candidates[1], Signal::recency), 0.4 + 0.5 * std::sqrt(together)));
}

BOOST_AUTO_TEST_CASE(what_was_just_bought_is_lifted_when_customers_buy_it_again) {
    store::SnapshotBuilder builder;
    for (const char* id : {"pan", "lid", "oil"}) {
        BOOST_REQUIRE(builder.add_item({.fields = {{"id", id}}}).ok());
    }
    builder.set_neighbours(NeighbourKind::cross_sell, 0, {{1, 0.8F}, {2, 0.7F}});
    builder.set_signals(2, {.interval = 30 * 86400});
    snapshot = open_snapshot(builder);
    request.query.snapshot = snapshot.get();
    request.query.page_item = item("pan");
    know({"purchase oil 86400", "purchase lid 86400"});
    BOOST_TEST(run("cross_sell") == "oil lid");
    BOOST_TEST(part(candidates[0], Signal::recency) > 0);
    BOOST_TEST(part(candidates[1], Signal::recency) == 0);
}

BOOST_AUTO_TEST_CASE(not_three_more_of_the_same) {
    open({{"tv", "TV", "500"},
          {"hdmi1", "Cables", "9"},
          {"hdmi2", "Cables", "8"},
          {"hdmi3", "Cables", "7"},
          {"wall", "Mounts", "30"},
          {"x", "", "5"},
          {"y", "", "5"}},
         {{"tv",
           {{"hdmi1", 0.9F},
            {"hdmi2", 0.8F},
            {"hdmi3", 0.7F},
            {"wall", 0.65F},
            {"x", 0.4F},
            {"y", 0.39F}}}});
    request.query.page_item = item("tv");
    BOOST_TEST(run("cross_sell") == "hdmi1 wall hdmi2 hdmi3 x y");
    BOOST_TEST(near(candidates[2].score, 0.8 * 0.8 / 0.9));
    BOOST_TEST(near(candidates[3].score, 0.8 * 0.8 * 0.7 / 0.9));
    BOOST_TEST(near(candidates[5].score, 0.39 / 0.9));  // no type: never the same
}

BOOST_AUTO_TEST_CASE(an_accessory_costs_less_than_its_item) {
    open({{"phone", "", "100"}, {"laptop", "", "400"}, {"case", "", "20"}},
         {{"phone", {{"laptop", 0.9F}, {"case", 0.6F}}}, {"case", {{"phone", 0.5F}}}});
    request.query.page_item = item("phone");
    BOOST_TEST(run("cross_sell") == "case laptop");
    BOOST_TEST(near(candidates[1].score, 0.5));  // sqrt(100 / 400)
    request.query.page_item = store::kNoItem;
    know({"add_to_cart phone 10"});
    BOOST_TEST(run("cross_sell") == "case laptop");
    know({"add_to_cart case 5", "add_to_cart phone 10"});
    BOOST_TEST(run("cross_sell") == "case phone laptop");  // 120: the laptop costs more
}

BOOST_AUTO_TEST_CASE(what_is_dearer_than_all_of_the_cart_counts_less) {
    open({{"card", "", "21"}, {"bag", "", "40"}, {"camera", "", "480"}, {"cloth", "", "5"}},
         {{"card", {{"camera", 0.9F}, {"cloth", 0.5F}}}, {"bag", {{"camera", 0.9F}}}});
    know({"add_to_cart card 10"});
    BOOST_TEST(run("cross_sell") == "cloth camera");
    know({"add_to_cart camera 5", "add_to_cart card 10"});
    run("cross_sell");
    BOOST_TEST(candidates[0].score == 1);
}

BOOST_AUTO_TEST_CASE(agrees_with_the_formula_on_any_shop) {
    std::mt19937 random(1);
    const auto chance = [&random] { return static_cast<float>(random() % 1000 + 1) / 1000; };
    std::vector<Priced> all;
    std::map<std::string, Scored> together;
    std::map<std::pair<int, int>, double> s;
    for (int i = 0; i < 40; ++i) {
        all.push_back({"i" + std::to_string(i), "", "1"});
        for (int j = 0; j < 40; ++j) {
            if (i != j && random() % 3 == 0) {
                const float score = chance();
                together["i" + std::to_string(i)].emplace_back("i" + std::to_string(j), score);
                s[{i, j}] = score;
            }
        }
    }
    open(all, together);
    know({"add_to_cart i3 10", "add_to_cart i7 20", "purchase i9 691200", "purchase i9 1555200"});
    request.query.wanted = 100;
    run("cross_sell");
    std::map<int, double> expected;
    double best = 0;
    for (int x = 0; x < 40; ++x) {
        expected[x] = std::sqrt(std::pow(s[{3, x}], 2) + std::pow(s[{7, x}], 2));
        best = std::max(best, expected[x]);
    }
    const double lately = std::exp2(-8.0 / 60) + std::exp2(-18.0 / 60);
    const double own = (std::sqrt(2 / 5.0) + std::sqrt(std::min(lately, 2.0) / 2)) / 2;
    for (const Candidate& candidate : candidates) {
        const auto x = static_cast<int>(candidate.item);
        const double base = expected[x] / best;
        const double bought = x == 9 ? own : 0;
        BOOST_TEST(near(candidate.score, base + 0.4 * bought + 0.5 * std::sqrt(base * bought)));
        expected.erase(x);
    }
    for (const auto& [x, sum] : expected) {
        BOOST_TEST(sum == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(free_shipping, OwnShop)

BOOST_AUTO_TEST_CASE(alone) {
    open({{"cart", "", "30"},
          {"near", "", "6"},
          {"dear", "", "14"},
          {"far", "", "50"},
          {"cheap", "", "1"}},
         {{"cart", {{"cheap", 1}, {"far", 0.9F}, {"dear", 0.8F}, {"near", 0.8F}}}});
    know({"add_to_cart cart 10"});
    BOOST_TEST(run("free_shipping").empty());  // no gap, nothing to bridge
    request.query.gap_micros = 5'000'000;
    BOOST_TEST(run("free_shipping") == "near dear");  // 1 is too little, 50 far too much
    BOOST_TEST(near(candidates[0].score, 0.8 * 5 / 6));
    BOOST_TEST(fill("free_shipping") == "near dear");
}

BOOST_AUTO_TEST_CASE(two_together_stand_side_by_side) {
    open({{"cart", "", "30"},
          {"six", "", "6"},
          {"five", "", "5"},
          {"one", "", "1"},
          {"ten", "", "25"}},
         {{"cart", {{"one", 1}, {"six", 0.9F}, {"five", 0.8F}, {"ten", 0.5F}}}});
    know({"add_to_cart cart 10"});
    request.query.gap_micros = 10'000'000;
    BOOST_TEST(run("free_shipping") == "six five ten");  // 6 + 5; with the 1 none of them does it
    BOOST_TEST(near(candidates[0].score, 0.85 * 10 / 11));
    BOOST_TEST(candidates[1].score == candidates[0].score);
}

// With what may not be shown, a set bridges nothing.
BOOST_AUTO_TEST_CASE(a_disliked_item_makes_no_set) {
    open({{"cart", "", "30"}, {"six", "", "6"}, {"five", "", "5"}, {"ten", "", "25"}},
         {{"cart", {{"six", 0.9F}, {"five", 0.8F}, {"ten", 0.5F}}}});
    know({"dislike six 5", "add_to_cart cart 10"});
    request.query.gap_micros = 10'000'000;
    BOOST_TEST(run("free_shipping") == "ten");
}

// 300 items from 1 to 300, of which few were ever bought: some cost what is missing.
BOOST_AUTO_TEST_CASE(whatever_the_catalog_has_can_bridge) {
    std::vector<Priced> all;
    for (int price = 1; price <= 300; ++price) {
        all.push_back({"i" + std::to_string(price), "", std::to_string(price)});
    }
    open(all, {{"i3", {{"i5", 0.9F}, {"i200", 0.8F}}}});
    know({"add_to_cart i3 10"});
    for (const int gap : {2, 10, 30, 90, 250}) {
        BOOST_TEST_CONTEXT("gap " << gap) {
            request.query.gap_micros = gap * 1'000'000;
            run("free_shipping");
            BOOST_REQUIRE(candidates.size() >= std::min(16U, 2U * static_cast<unsigned>(gap)));
            std::int64_t two = 0;
            for (const Candidate& candidate : candidates) {
                const std::int64_t price = snapshot->live(candidate.item).current_price_micros();
                BOOST_TEST(price <= 3 * request.query.gap_micros);
                two += price < request.query.gap_micros ? price : 0;
            }
            BOOST_TEST((two == 0 || two >= request.query.gap_micros));
        }
    }
}

// A large catalog is looked through in parts, none of which is left out.
BOOST_AUTO_TEST_CASE(an_item_at_the_end_of_a_large_catalog_bridges) {
    std::vector<Priced> all = {{"cart", "", "30"}};
    for (int i = 0; i < 20'000; ++i) {
        all.push_back({"i" + std::to_string(i), "", "1"});
    }
    all.push_back({"last", "", "6"});
    open(all, {});
    know({"add_to_cart cart 10"});
    request.query.gap_micros = 5'000'000;
    for (int i = 0; i < 3; ++i) {
        run("free_shipping");
    }
    BOOST_TEST(run("free_shipping") == "last");
    open({{"cart", "", "30"}, {"other", "", "7"}}, {});
    know({"add_to_cart cart 10"});
    BOOST_TEST(run("free_shipping") == "other");
}

BOOST_AUTO_TEST_CASE(where_all_cost_far_more_the_cheapest_bridge) {
    open({{"cart", "", "30"}, {"dear", "", "60"}, {"cheap", "", "9"}, {"fair", "", "12"}},
         {{"cart", {{"dear", 0.9F}, {"fair", 0.8F}}}});
    know({"add_to_cart cart 10"});
    request.query.gap_micros = 1'000'000;
    BOOST_TEST(run("free_shipping") == "cheap fair dear");
    know({"dislike cheap 5", "add_to_cart cart 10"});
    BOOST_TEST(run("free_shipping") == "fair dear");
}

BOOST_AUTO_TEST_CASE(two_together_or_neither) {
    open({{"cart", "", "30"},
          {"six", "", "6"},
          {"five", "", "5"},
          {"nine", "", "9"},
          {"ten", "", "25"}},
         {{"cart", {{"six", 0.9F}, {"five", 0.8F}, {"nine", 0.1F}, {"ten", 0.5F}}}});
    know({"add_to_cart cart 10"});
    request.query.gap_micros = 10'000'000;
    BOOST_TEST(fill("free_shipping", 2) == "six five");
    shown.clear();
    BOOST_TEST(fill("free_shipping", 1) == "ten");
    // What the page shows already is no half of a pair.
    shown = items("six");
    BOOST_TEST(fill("free_shipping", 3) == "five nine ten");
    shown = items("six nine");
    BOOST_TEST(fill("free_shipping", 3) == "ten");
}

BOOST_AUTO_TEST_CASE(variants_make_no_pair) {
    store::SnapshotBuilder builder;
    for (const char* id : {"a", "b"}) {
        BOOST_REQUIRE(
            builder
                .add_item({.fields = {{"id", id}, {"price", "6 GBP"}, {"item_group_id", "ware"}}})
                .ok());
    }
    snapshot = open_snapshot(builder);
    request.query.snapshot = snapshot.get();
    profile.clear();
    request.query.gap_micros = 10'000'000;
    BOOST_TEST(run("free_shipping").empty());
}

BOOST_AUTO_TEST_CASE(nothing_bridges) {
    open({{"cart", "", "30"}, {"a", "", "1"}, {"b", "", "2"}}, {{"cart", {{"a", 1}, {"b", 1}}}});
    know({"add_to_cart cart 10"});
    request.query.gap_micros = 10'000'000;
    BOOST_TEST(run("free_shipping").empty());
}

BOOST_AUTO_TEST_CASE(best_sellers_bridge_where_nothing_goes_together) {
    know({"add_to_cart lamp 10"});
    request.query.gap_micros = 2'000'000;
    BOOST_TEST(run("free_shipping") == "tea");  // milk costs 1
    BOOST_TEST(part(candidates[0], Signal::popularity) > 0.0F);
    request.query.gap_micros = std::numeric_limits<std::int64_t>::max();
    BOOST_TEST(run("free_shipping").empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(bundle, OwnShop)

BOOST_AUTO_TEST_CASE(all_are_bought_with_each_other) {
    open({{"pan", "Pans", "9"},
          {"lid", "Lids", "9"},
          {"oil", "Oils", "9"},
          {"salt", "Spice", "9"},
          {"sock", "Socks", "9"}},
         {{"pan", {{"sock", 0.9F}, {"lid", 0.8F}, {"oil", 0.7F}, {"salt", 0.3F}}},
          {"lid", {{"oil", 0.5F}, {"salt", 0.2F}}},
          {"salt", {{"oil", 0.2F}}}});
    request.query.page_item = item("pan");
    BOOST_TEST(run("bundle") == "lid oil salt");  // nobody buys the sock with any of them
    BOOST_TEST(tiers(candidates) == "ppp");
    request.query.page_item = item("lid");  // the oil, and the salt: of the salt's own list
    BOOST_TEST(run("bundle") == "oil salt");
    request.query.page_item = item("sock");
    BOOST_TEST(run("bundle").empty());
}

BOOST_AUTO_TEST_CASE(no_substitutes) {
    open({{"pan", "Pans", "9"},
          {"wok", "Pans", "9"},
          {"oil", "Oils", "9"},
          {"fat", "Oils", "9"},
          {"lid", "Lids", "9"}},
         {{"pan", {{"wok", 0.9F}, {"oil", 0.8F}, {"fat", 0.7F}, {"lid", 0.2F}}},
          {"wok", {{"oil", 0.9F}}},
          {"oil", {{"fat", 0.9F}, {"lid", 0.1F}}}});
    request.query.page_item = item("pan");
    BOOST_TEST(run("bundle") == "oil lid");
}

BOOST_AUTO_TEST_CASE(an_accessory_makes_no_set_of_dearer_items) {
    open({{"card", "Cards", "21"},
          {"camera", "Cameras", "480"},
          {"lens", "Lenses", "600"},
          {"case", "Cases", "9"},
          {"cloth", "Cloths", "5"}},
         {{"card", {{"camera", 0.9F}, {"lens", 0.8F}, {"case", 0.3F}, {"cloth", 0.2F}}},
          {"camera", {{"lens", 0.9F}}},
          {"case", {{"cloth", 0.2F}}}});
    request.query.page_item = item("card");
    BOOST_TEST(run("bundle") == "case cloth");
}

BOOST_AUTO_TEST_CASE(what_was_bought_and_is_not_bought_again_makes_no_set) {
    store::SnapshotBuilder builder;
    for (const char* id : {"pan", "lid", "oil"}) {
        BOOST_REQUIRE(builder.add_item({.fields = {{"id", id}, {"product_type", id}}}).ok());
    }
    builder.set_neighbours(NeighbourKind::cross_sell, 0, {{1, 0.8F}, {2, 0.7F}});
    builder.set_neighbours(NeighbourKind::cross_sell, 1, {{2, 0.5F}});
    builder.set_signals(2, {.interval = 30 * 86400});
    snapshot = open_snapshot(builder);
    request.query.snapshot = snapshot.get();
    request.query.page_item = item("pan");
    know({"purchase oil 86400"});
    BOOST_TEST(run("bundle") == "lid oil");
    know({"purchase lid 86400"});
    BOOST_TEST(run("bundle").empty());
    request.query.level = Tier::pre;
    BOOST_TEST(run("bundle") == "lid oil");
}

BOOST_AUTO_TEST_CASE(of_the_cart) {
    open({{"pan", "Pans", "9"}, {"lid", "Lids", "9"}, {"oil", "Oils", "9"}},
         {{"pan", {{"lid", 0.8F}, {"oil", 0.7F}}}, {"lid", {{"oil", 0.5F}}}});
    know({"add_to_cart pan 10"});
    BOOST_TEST(run("bundle") == "lid oil");
    BOOST_TEST(tiers(candidates) == "ii");
    know({"add_to_cart pan 10", "add_to_cart oil 20"});
    BOOST_TEST(run("bundle").empty());  // the oil is there already
    request.query.level = Tier::pre;
    BOOST_TEST(run("bundle").empty());
}

BOOST_AUTO_TEST_SUITE_END()
