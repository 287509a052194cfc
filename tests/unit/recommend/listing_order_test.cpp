// The signals of a listing's tiles, and the fit of their weights.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <random>

#include "recommend/order_fit.hpp"
#include "recommend/tile_signals.hpp"
#include "unit/recommend/shop.hpp"

using namespace pz;
using namespace pz::test;
using recommend::kOrderDefaults;
using recommend::Rest;
using recommend::Tier;
using recommend::TileSignal;

namespace {

float value(const recommend::TileValues& values, TileSignal signal) {
    return values[static_cast<std::size_t>(signal)];
}

}  // namespace

struct Listed : Shop {
    bool look(std::string_view ids) {
        const auto list = items(ids);
        std::vector<std::uint32_t> places(list.size());
        for (std::uint32_t i = 0; i < places.size(); ++i) {
            places[i] = i;
        }
        return recommend::tile_signals(request.query, scratch, list, places, tiles, tiers);
    }
    std::vector<recommend::TileValues> tiles;
    std::vector<Tier> tiers;
};

BOOST_FIXTURE_TEST_SUITE(tile_signals, Listed)

BOOST_AUTO_TEST_CASE(nobody_known_is_no_signal) {
    BOOST_TEST(!look("desk tea cup"));
    BOOST_TEST(value(tiles[2], TileSignal::place) == -std::log1p(2.0F));
    BOOST_TEST(value(tiles[0], TileSignal::popularity) == std::log1p(80.0F));
    for (std::size_t k = 3; k < recommend::kTileSignals; ++k) {
        BOOST_TEST(tiles[1][k] == 0.0F);
    }
    BOOST_TEST(!look(""));
}

BOOST_AUTO_TEST_CASE(what_was_touched) {
    know({"view_item tea 10", "select_item desk 20", "view_item tea 30"});
    BOOST_TEST(look("milk desk tea lamp cup pot"));
    BOOST_TEST(value(tiles[2], TileSignal::touched) == std::log1p(2.0F));
    BOOST_TEST(value(tiles[2], TileSignal::latest) == 1.0F);
    BOOST_TEST(value(tiles[1], TileSignal::recency) == 0.5F);
    BOOST_TEST(value(tiles[1], TileSignal::taken) == 1.0F);
    BOOST_TEST(value(tiles[2], TileSignal::taken) == 0.0F);
    BOOST_TEST(value(tiles[3], TileSignal::behind) == 1.0F);
    BOOST_TEST(value(tiles[4], TileSignal::behind) == 0.5F);
    BOOST_TEST(value(tiles[1], TileSignal::behind) == 0.0F);
    BOOST_TEST(value(tiles[0], TileSignal::price) == -std::log(3.0F),
               boost::test_tools::tolerance(1e-4F));
    BOOST_TEST((tiers[2] == Tier::individual));
}

BOOST_AUTO_TEST_CASE(what_followed) {
    know({"view_item mug 10"});
    BOOST_TEST(look("desk tea pot"));
    // Of three sessions with the mug two went on to tea; 8 items in sessions, 8 in the shop.
    const float share = 3.0F / 16;
    BOOST_TEST(value(tiles[1], TileSignal::followed) == std::log((2 + 20 * share) / (23 * share)),
               boost::test_tools::tolerance(1e-4F));
    BOOST_TEST(value(tiles[0], TileSignal::followed) < 0.0F);
    BOOST_TEST((tiers[0] == Tier::pre));
    BOOST_TEST((tiers[1] == Tier::individual));
}

// Two equal tiles: whatever speaks for one speaks for the other.
BOOST_AUTO_TEST_CASE(evidence_that_all_tiles_share_is_no_signal) {
    know({"view_item mug 10"});
    BOOST_TEST(!look("tea tea"));
    BOOST_TEST((tiers[0] == Tier::individual));
    BOOST_TEST(look("desk tea"));
}

BOOST_AUTO_TEST_CASE(the_level_caps) {
    know({"view_item mug 10"}, "cooks");
    request.query.level = Tier::segment;
    BOOST_TEST(look("desk tea"));
    BOOST_TEST(value(tiles[1], TileSignal::segment) == 0.75F);
    BOOST_TEST(value(tiles[1], TileSignal::followed) == 0.0F);
    BOOST_TEST((tiers[1] == Tier::segment));
    request.query.level = Tier::pre;
    BOOST_TEST(!look("desk tea"));
}

BOOST_AUTO_TEST_SUITE_END()

// A shop of 30 equal items whose lists are clicked by one rule.
struct Clicked : Shop {
    Clicked() {
        store::SnapshotBuilder builder;
        for (int i = 0; i < 30; ++i) {
            BOOST_REQUIRE(builder.add_item({.fields = {{"id", "i" + std::to_string(i)}}}).ok());
        }
        builder.set_signals(3, {.appeal = 4});
        snapshot = open_snapshot(builder);
        request.query.snapshot = snapshot.get();
    }
    // A list of ten items of which the visitor has touched one, and clicks `target`.
    void click(recommend::OrderFit& fit, bool again) {
        const auto start = static_cast<store::ItemIndex>(random() % 20);
        std::vector<store::ItemIndex> list;
        for (store::ItemIndex i = 0; i < 10; ++i) {
            list.push_back(start + i);
        }
        const std::size_t touched = random() % 10;
        know({"view_item i" + std::to_string(start + touched) + " 10"});
        fit.add(request.query, scratch, list, kAsInShop, again ? touched : random() % 10);
    }
    // Ten items of which the last has been touched, and is moved to the first place for it. What
    // stands first is clicked in seven of ten cases, whatever it is.
    void click_first(recommend::OrderFit& fit, bool moved) {
        const auto start = static_cast<store::ItemIndex>(random() % 20);
        std::vector<store::ItemIndex> list;
        for (store::ItemIndex i = 0; i < 10; ++i) {
            list.push_back(start + i);
        }
        std::vector<std::uint16_t> places = kAsInShop;
        if (moved) {
            std::rotate(list.begin(), list.end() - 1, list.end());
            std::rotate(places.begin(), places.end() - 1, places.end());
        }
        know({"view_item i" + std::to_string(start + 9) + " 10"});
        fit.add(request.query, scratch, list, places, random() % 10 < 7 ? 0 : random() % 10);
    }
    static float touched(const std::vector<float>& weights) {
        return weights[static_cast<std::size_t>(TileSignal::touched)] * std::log(2.0F) +
               weights[static_cast<std::size_t>(TileSignal::latest)] +
               weights[static_cast<std::size_t>(TileSignal::recency)];
    }
    const std::vector<std::uint16_t> kAsInShop = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    std::mt19937 random{7};
};

BOOST_FIXTURE_TEST_SUITE(order_fit, Clicked)

BOOST_AUTO_TEST_CASE(without_lists_the_defaults_stay) {
    const recommend::OrderFit fit;
    const auto weights = fit.solve();
    BOOST_TEST(weights == std::vector<float>(kOrderDefaults.begin(), kOrderDefaults.end()),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(lists_without_evidence_teach_nothing) {
    recommend::OrderFit fit;
    const std::vector<store::ItemIndex> list = {1, 2, store::kNoItem};
    fit.add(request.query, scratch, list, kAsInShop, 0);  // nobody known
    know({"view_item i1 10"});
    fit.add(request.query, scratch, list, kAsInShop,
            2);  // the click is on what the store does not know
    fit.add(request.query, scratch, list, kAsInShop, 9);
    BOOST_TEST(fit.list_count() == 0U);
    fit.add(request.query, scratch, list, kAsInShop, 1);
    BOOST_TEST(fit.list_count() == 1U);
}

BOOST_AUTO_TEST_CASE(learns_what_a_shops_visitors_do) {
    recommend::OrderFit loyal;
    recommend::OrderFit random;
    for (int i = 0; i < 400; ++i) {
        click(loyal, true);
        click(random, false);
    }
    const float before = touched({kOrderDefaults.begin(), kOrderDefaults.end()});
    BOOST_TEST(touched(loyal.solve()) > before + 1);
    BOOST_TEST(touched(random.solve()) < before - 1);
}

BOOST_AUTO_TEST_CASE(what_moved_a_tile_is_not_praised_for_its_place) {
    recommend::OrderFit fit;
    for (int i = 0; i < 400; ++i) {
        click_first(fit, i % 4 != 0);
    }
    const auto weights = fit.solve();
    BOOST_TEST(touched(weights) < touched({kOrderDefaults.begin(), kOrderDefaults.end()}));
    const auto place = static_cast<std::size_t>(TileSignal::place);
    BOOST_TEST(weights[place] > kOrderDefaults[place]);
}

BOOST_AUTO_TEST_CASE(the_stores_weights_count_when_they_are_this_programs) {
    store::SnapshotBuilder builder;
    for (const char* id : {"a", "b", "c"}) {
        BOOST_REQUIRE(builder.add_item({.fields = {{"id", id}}}).ok());
    }
    std::vector<float> weights(recommend::kTileSignals);
    weights[static_cast<std::size_t>(TileSignal::latest)] = -1;  // never again what was seen last
    weights[static_cast<std::size_t>(TileSignal::place)] = 0.1F;
    builder.set_order_weights(weights);
    snapshot = open_snapshot(builder);
    request.query.snapshot = snapshot.get();
    know({"view_item a 10"});
    BOOST_TEST(reorder("a b c") == "b c a");
    BOOST_TEST(reorder("a b c", 1) == "b a c");
    weights.push_back(1);
    builder.set_order_weights(weights);
    snapshot = open_snapshot(builder);
    BOOST_TEST((recommend::order_weights(*snapshot) == kOrderDefaults));
}

BOOST_AUTO_TEST_CASE(the_rest_by_what_everybody_clicks) {
    BOOST_TEST(reorder("i0 i1 i3 i2") == "i0 i1 i3 i2");
    BOOST_TEST(reorder("i0 i1 i3 i2", 2, Rest::learned) == "i3 i0 i1 i2");
    BOOST_TEST(reorder("i0 i1 i2", 2, Rest::learned) == "i0 i1 i2");
    BOOST_TEST(!order.changed);
    know({"view_item i2 10"});
    BOOST_TEST(reorder("i0 i1 i3 i2", 1) == "i2 i0 i1 i3");
    BOOST_TEST(reorder("i0 i1 i3 i2", 1, Rest::learned) == "i2 i3 i0 i1");
}

BOOST_AUTO_TEST_SUITE_END()
