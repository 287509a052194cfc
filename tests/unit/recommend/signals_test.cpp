// What the learner found out of items, at work: appeal, reminders, exploration.
#include <boost/test/unit_test.hpp>
#include <set>
#include <sstream>

#include "unit/recommend/shop.hpp"

using namespace pz;
using namespace pz::test;
using recommend::Candidate;
using recommend::Signal;
using recommend::Tier;

namespace {

constexpr std::uint32_t kWeek = 7 * 86400;

// Twenty items a .. t in two categories, popular in this order.
struct Market : Shop {
    store::SnapshotBuilder builder;

    Market() {
        Scored popular;
        for (char id = 'a'; id <= 't'; ++id) {
            const std::string name(1, id);
            BOOST_REQUIRE(builder
                              .add_item({.fields = {{"id", name},
                                                    {"product_type", id < 'k' ? "Front" : "Back"},
                                                    {"price", "10 GBP"}}})
                              .ok());
            popular.emplace_back(name, static_cast<float>('z' - id));
            builder.set_popularity(builder.find(name), popular.back().second);
        }
        list(store::ListKind::popular, "", popular);
    }
    void list(store::ListKind kind, std::string_view key, const Scored& items) {
        std::vector<store::ScoredItem> scored;
        for (const auto& [id, score] : items) {
            scored.push_back({builder.find(id), score});
        }
        builder.set_list(kind, key, scored);
    }
    void open() {
        snapshot = open_snapshot(builder);
        request.query.snapshot = snapshot.get();
        request.rule_context.snapshot = snapshot.get();
    }
    // "view_item a 60 price=12"
    void did(const std::vector<std::string>& events) {
        std::vector<std::string> texts;
        for (const std::string& event : events) {
            std::istringstream words(event);
            std::string name;
            std::string id;
            std::string rest;
            std::int64_t ago = 0;
            words >> name >> id >> ago >> rest;
            texts.push_back(name + " " + id + " " + std::to_string(kNow - ago) +
                            (rest.empty() ? "" : " ") + rest);
        }
        const std::vector<std::string_view> views(texts.begin(), texts.end());
        profile.build(*snapshot, views, {}, kNow);
        BOOST_REQUIRE(profile.unreadable() == 0);
    }
    void restock(const std::string& id, std::int64_t ago) {
        builder.set_restocked(builder.find(id), static_cast<std::uint32_t>(kNow - ago));
    }
    void interval(const std::string& id, std::uint32_t seconds) {
        builder.set_signals(builder.find(id), {.interval = seconds});
    }
};

float part(const Candidate& candidate, Signal signal) {
    return candidate.parts[static_cast<int>(signal)];
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(reminders, Market)

BOOST_AUTO_TEST_CASE(due_items_the_most_due_first) {
    for (const char* id : {"a", "b", "c", "d", "f"}) {
        interval(id, kWeek);
    }
    open();
    did({"purchase d 86400", "purchase e 604800", "purchase a 604800", "purchase b 1000000",
         "purchase c 3000000", "view_item f 604800"});
    BOOST_TEST(run("replenish") == "a b");  // d too early, c given up, e unknown, f not bought
    BOOST_TEST(candidates[0].score == 1);
    BOOST_TEST(part(candidates[0], Signal::reminder) == 1);
    BOOST_TEST((candidates[0].tier == Tier::individual));
    request.query.category = snapshot->find_value("Back");
    BOOST_TEST(run("replenish") == "");
    request.query.category = store::kNoValue;
    request.query.level = Tier::segment;
    BOOST_TEST(run("replenish") == "");
}

BOOST_AUTO_TEST_CASE(the_last_purchase_counts) {
    interval("a", kWeek);
    interval("b", kWeek);
    open();
    did({"purchase a 3600", "purchase a 604800"});
    BOOST_TEST(run("replenish") == "");
    did({"purchase - 604800", "add_to_cart b 604900"});  // a whole cart
    BOOST_TEST(run("replenish") == "b");
    did({});
    BOOST_TEST(run("replenish") == "");
}

BOOST_AUTO_TEST_CASE(back_since_the_visitor_looked) {
    restock("a", 3600);
    restock("b", 3600);
    restock("c", 3600);
    restock("d", 3600);
    restock("e", 100 * kDay);
    restock("f", 3600);
    open();
    did({"view_item b 60", "purchase c 7000", "view_item a 7200", "like d 7200", "view_item c 7300",
         "view_item e 10000000", "view_item g 7200", "dislike f 7200", "like f 7300"});
    BOOST_TEST(run("back_in_stock") == "d a");
    BOOST_TEST(part(candidates[0], Signal::reminder) > 0.7F);
    request.query.level = Tier::pre;
    BOOST_TEST(run("back_in_stock") == "");
}

BOOST_AUTO_TEST_CASE(of_opinions_the_newest_counts) {
    for (const char* id : {"a", "b", "c", "d"}) {
        restock(id, 3600);
    }
    open();
    did({"unlike a 7000", "like a 7100"});
    BOOST_TEST(run("back_in_stock") == "");
    did({"unlike a 7000", "like a 7100", "view_item a 7200"});
    BOOST_TEST(run("back_in_stock") == "a");
    BOOST_TEST(std::abs(part(candidates[0], Signal::reminder) - 0.4F) < 0.05F);  // as viewed
    did({"unlike b 7000", "dislike b 7100", "view_item b 7200"});
    BOOST_TEST(run("back_in_stock") == "b");
    did({"like c 7000", "dislike c 7100", "view_item c 7200"});
    BOOST_TEST(run("back_in_stock") == "c");
    did({"dislike d 7000", "unlike d 7100", "like d 7200", "view_item d 7300"});
    BOOST_TEST(run("back_in_stock") == "");
}

BOOST_AUTO_TEST_CASE(what_is_gone_again_is_not_back) {
    BOOST_REQUIRE(
        builder.add_item({.fields = {{"id", "a"}, {"availability", "out_of_stock"}}}).ok());
    restock("a", 3600);
    open();
    did({"view_item a 7200"});
    BOOST_TEST(run("back_in_stock") == "");
}

BOOST_AUTO_TEST_CASE(cheaper_than_when_the_visitor_looked) {
    open();
    did({"view_item a 60 price=20", "view_item b 60 price=10", "view_item c 60 price=9",
         "add_to_cart d 60 price=16", "remove_from_cart d 50", "view_item e 60",
         "view_item f 60 price=10.05", "purchase g 30 price=20", "view_item g 60 price=20"});
    BOOST_TEST(run("price_drop") == "d a");
    BOOST_TEST(std::abs(candidates[0].score - 0.375F) < 1e-5F);
    // The newest price that they saw.
    did({"view_item a 60 price=10", "view_item a 90 price=20"});
    BOOST_TEST(run("price_drop") == "");
    did({"like a 60", "view_item a 90 price=20"});
    BOOST_TEST(run("price_drop") == "a");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(appeal, Market)

BOOST_AUTO_TEST_CASE(breaks_ties_and_nothing_else) {
    list(store::ListKind::popular, "", {{"a", 2}, {"b", 1}, {"c", 1}, {"d", 1}});
    builder.set_signals(builder.find("c"), {.appeal = 2});
    builder.set_signals(builder.find("d"), {.appeal = 3});
    open();
    BOOST_TEST(fill("popular", 4) == "a d c b");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(exploration, Market)

BOOST_AUTO_TEST_CASE(a_share_of_the_tiles_never_the_first) {
    Scored unproven;
    for (char id = 'k'; id <= 't'; ++id) {
        unproven.emplace_back(std::string(1, id), 1.0F);
    }
    list(store::ListKind::unproven, "", unproven);
    open();
    request.explore = 0.1F;
    std::size_t explored = 0;
    std::set<std::string> orders;
    for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
        request.seed = seed * 0x123456789ULL;
        shown.clear();
        orders.insert(fill("popular", 8));
        BOOST_REQUIRE(ranked.items.size() == 8U);
        BOOST_REQUIRE(ranked.items[0].item == item("a"));
        BOOST_REQUIRE(ranked.recommender == "popular");
        std::set<store::ItemIndex> once;
        for (const Candidate& candidate : ranked.items) {
            BOOST_REQUIRE(once.insert(candidate.item).second);
            const bool unknown = snapshot->id(candidate.item) >= "k";
            BOOST_REQUIRE(unknown == (part(candidate, Signal::exploration) > 0));
            explored += unknown ? 1 : 0;
        }
    }
    BOOST_TEST(explored > 0.09 * 7 * 2000);
    BOOST_TEST(explored < 0.11 * 7 * 2000);
    BOOST_TEST(orders.size() > 200U);
}

BOOST_AUTO_TEST_CASE(a_tile_that_no_recommender_named_says_why_it_is_there) {
    list(store::ListKind::popular, "", {{"a", 2}, {"b", 1}});
    list(store::ListKind::unproven, "", {{"t", 1}});
    open();
    request.explore = 1;
    request.seed = 7;
    BOOST_TEST(fill("popular", 2) == "a t");
    BOOST_TEST(ranked.items[1].score > 0);
    BOOST_TEST(part(ranked.items[1], Signal::exploration) == ranked.items[1].score);
}

BOOST_AUTO_TEST_CASE(the_same_all_day_and_another_tomorrow) {
    Scored unproven;
    for (char id = 'k'; id <= 't'; ++id) {
        unproven.emplace_back(std::string(1, id), 1.0F);
    }
    list(store::ListKind::unproven, "", unproven);
    open();
    request.explore = 0.5F;
    request.seed = 42;
    request.query.now = kNow / kDay * kDay;
    const std::string today = fill("popular", 8);
    BOOST_TEST(today != "a b c d e f g h");
    shown.clear();
    request.query.now += kDay - 1;
    BOOST_TEST(fill("popular", 8) == today);
    shown.clear();
    request.query.now += 1;
    BOOST_TEST(fill("popular", 8) != today);
    shown.clear();
    request.seed = 43;
    BOOST_TEST(fill("popular", 8) != today);
}

BOOST_AUTO_TEST_CASE(nothing_for_nobody_or_when_switched_off) {
    list(store::ListKind::unproven, "", {{"t", 1}});
    open();
    request.explore = 0.5F;
    BOOST_TEST(fill("popular", 4) == "a b c d");
    request.explore = 0;
    request.seed = 7;
    shown.clear();
    BOOST_TEST(fill("popular", 4) == "a b c d");
    request.explore = 0.5F;  // and without any other item, not alone
    shown.clear();
    BOOST_TEST(fill("recent", 4) == "");
}

BOOST_AUTO_TEST_CASE(of_the_pages_category_and_never_what_may_not_be_shown) {
    list(store::ListKind::unproven, "", {{"t", 1}});
    list(store::ListKind::unproven, "Front", {{"h", 1}, {"i", 1}, {"j", 1}, {"a", 1}});
    open();
    did({"dislike h 60", "add_to_cart i 60"});
    request.explore = 1;
    request.seed = 7;
    request.query.category = snapshot->find_value("Front");
    const std::string tiles = fill("popular", 3);  // a leads already
    BOOST_TEST(tiles == "a j b");
    request.query.category = store::kNoValue;
    request.query.page_item = item("b");
    shown.clear();
    BOOST_TEST(fill("popular", 3) == "a j c");
}

BOOST_AUTO_TEST_CASE(rules_have_the_last_word) {
    list(store::ListKind::unproven, "", {{"s", 1}, {"t", 1}});
    open();
    request.explore = 1;
    request.seed = 7;
    use_rules(
        "rule 'no' { match = { id = 't' }, hide = true }\n"
        "rule 'first' { match = { id = 'b' }, pin = 2 }");
    BOOST_TEST(fill("popular", 4) == "a b s c");
}

BOOST_AUTO_TEST_SUITE_END()
