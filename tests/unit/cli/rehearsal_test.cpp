// `personalize check --against`: decisions of a history, and what rules would change in them.
#include "cli/rehearsal.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "cli/rule_file.hpp"
#include "cli/trial_store.hpp"
#include "learn/catalog.hpp"

namespace pz::cli {

namespace {

const std::string kFixture = std::string(TESTS_DIR) + "/unit/cli/rehearsal/";

std::string bytes_of(const std::string& path) {
    auto bytes = learn::read_file(path);
    BOOST_REQUIRE_MESSAGE(bytes.ok(), bytes.message());
    return std::move(*bytes);
}

// The demo shop's catalog, and what the fixture's orders teach.
struct DemoShop {
    DemoShop() {
        setenv("TZ", "UTC", 1);
        tzset();
        learn::Trainer trainer;
        const std::string feed =
            bytes_of(std::string(TESTS_DIR) + "/../conf/demo/data/catalog.tsv.gz");
        const auto read = learn::read_feed(feed, [&](const store::ItemInput& item) {
            BOOST_REQUIRE(trainer.set_item(item).ok());
        });
        BOOST_REQUIRE_MESSAGE(read.ok(), read.message());
        const auto learned = learn::read_history(kFixture + "history.tsv.gz", trainer, {});
        BOOST_REQUIRE_MESSAGE(learned.ok(), learned.message());
        auto written = TrialStore::write(trainer);
        BOOST_REQUIRE_MESSAGE(written.ok(), written.message());
        trial = std::move(*written);
    }
    const store::Snapshot& snapshot() const { return trial->snapshot(); }

    std::unique_ptr<TrialStore> trial;
};

std::unique_ptr<rules::RuleSet> rules_of(const std::string& source) {
    auto rules = rules::RuleSet::load(source, "rules.lua");
    BOOST_REQUIRE_MESSAGE(rules.ok(), rules.message());
    return std::move(*rules);
}

Decisions decisions_of(const std::string& history, const DecisionOptions& options = {}) {
    auto decisions = read_decisions(history, "history", options);
    BOOST_REQUIRE_MESSAGE(decisions.ok(), decisions.message());
    return std::move(*decisions);
}

DecisionOptions home() {
    DecisionOptions options;
    options.placements = {{"home-for-you", "for_you,popular"}, {"home-top-sellers", "popular"}};
    return options;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rehearsal)

BOOST_FIXTURE_TEST_CASE(the_demo_shops_history_reads_as_before, DemoShop) {
    const auto decisions = decisions_of(bytes_of(kFixture + "history.tsv.gz"), home());
    const auto rules = rules_of(bytes_of(kFixture + "rules.lua"));
    const Rehearsal result = rehearse(snapshot(), nullptr, *rules, decisions, {});
    const std::string text = report(snapshot(), result, 4);
    BOOST_TEST(text == bytes_of(kFixture + "expected.txt"), "the report is now:\n" << text);
}

BOOST_FIXTURE_TEST_CASE(the_same_rules_change_nothing, DemoShop) {
    const auto decisions = decisions_of(bytes_of(kFixture + "history.tsv.gz"), home());
    const auto before = rules_of(bytes_of(kFixture + "rules.lua"));
    const auto after = rules_of(bytes_of(kFixture + "rules.lua"));
    const Rehearsal result = rehearse(snapshot(), before.get(), *after, decisions, {});
    BOOST_TEST(result.pages > 50U);
    BOOST_TEST(result.pages_changed == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_failing_rule_is_counted_and_named, DemoShop) {
    const auto decisions = decisions_of("anna\tview_item 23084 1320000000\n");
    const auto rules =
        rules_of("rule 'bad' { match = function(item) return item.x.y end, pin = 1 }");
    const Rehearsal result = rehearse(snapshot(), nullptr, *rules, decisions, {});
    BOOST_TEST(result.failed_after == 1U);
    BOOST_TEST(result.error.find("rules.lua:1: rule 'bad': attempt to index") == 0U);
    BOOST_TEST(result.pages_changed == 0U);
    BOOST_TEST(result.rules[0].uses == 0U);
}

BOOST_FIXTURE_TEST_CASE(time_can_be_moved, DemoShop) {
    const auto decisions = decisions_of("anna\tview_item 23084 1320000000\n");
    const auto rules = rules_of(
        "rule 'later' { from = '2030-01-01', boost = function(item) return "
        "1 / (1 + item.popularity) end }");
    BOOST_TEST(rehearse(snapshot(), nullptr, *rules, decisions, {}).pages_changed == 0U);
    RehearsalOptions options;
    options.at = 1900000000;
    BOOST_TEST(rehearse(snapshot(), nullptr, *rules, decisions, options).pages_changed == 1U);
}

BOOST_FIXTURE_TEST_CASE(a_listings_order_is_rehearsed, DemoShop) {
    const auto decisions = decisions_of(
        "anna\tview_item_list - 1320000000 list=category items=10002,10080,10120,23084\n");
    BOOST_TEST(decisions.list[0].recommenders == "");
    const auto rules = rules_of("rule 'p' { on = 'category', match = {id = '23084'}, pin = 1 }");
    const Rehearsal result = rehearse(snapshot(), nullptr, *rules, decisions, {});
    const Shift& shift = result.placements.at("category");
    BOOST_TEST(shift.changed == 1U);
    BOOST_TEST(shift.items.at(snapshot().find("23084")).places == 3);
    BOOST_TEST(shift.items.at(snapshot().find("10002")).places == -1);
}

// As the shop had made it: 10120 first. What was shown was another order.
BOOST_FIXTURE_TEST_CASE(a_listing_begins_with_the_shops_order, DemoShop) {
    const auto decisions = decisions_of(
        "anna\tview_item_list - 1320000000 list=category items=10002,,10080,10120 "
        "places=2,4,3,1\n");
    const auto rules = rules_of("rule 'p' { on = 'category', match = {id = '10080'}, pin = 1 }");
    const Rehearsal result = rehearse(snapshot(), nullptr, *rules, decisions, {});
    const Shift& shift = result.placements.at("category");
    BOOST_TEST(shift.items.at(snapshot().find("10080")).places == 2);
    BOOST_TEST(shift.items.at(snapshot().find("10120")).places == -1);
    BOOST_TEST(shift.items.at(snapshot().find("10002")).places == -1);
}

BOOST_FIXTURE_TEST_CASE(what_a_placement_was_about_is_what_rules_see, DemoShop) {
    const auto decisions = decisions_of(
        "anna\tview_item_list - 1320000000 list=similar recommender=similar items=10080,10120 "
        "for=23084 category=Lighting query=night\n");
    const auto uses = [&](const std::string& when) {
        const auto rules = rules_of("rule 'r' { when = function(visitor, page) return " + when +
                                    " end, boost = 2 }");
        return rehearse(snapshot(), nullptr, *rules, decisions, {}).rules[0].uses;
    };
    BOOST_TEST(uses("page.item.id == '23084'") == 1U);
    BOOST_TEST(uses("page.category == 'Lighting'") == 1U);
    BOOST_TEST(uses("page.query == 'night'") == 1U);
    BOOST_TEST(uses("page.query == 'day'") == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_widget_of_rules_alone, DemoShop) {
    const auto decisions = decisions_of(
        "anna\tview_item_list - 1320000000 list=recent recommender=rules items=23084\n");
    const auto rules = rules_of("rule 'r' { match = {id = '10080'}, pin = 1 }");
    const Rehearsal result = rehearse(snapshot(), nullptr, *rules, decisions, {});
    BOOST_TEST(result.placements.at("recent").items.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(decisions)

BOOST_AUTO_TEST_CASE(all_parts_of_a_shown_list) {
    const auto decisions = decisions_of(
        "anna\tview_item_list - 100000001 list=category items=A,B items2=C places=3,1,2 for=X "
        "category=Mugs query=red\n");
    BOOST_REQUIRE_EQUAL(decisions.list.size(), 1U);
    const Decision& decision = decisions.list[0];
    BOOST_TEST(decision.shown == (std::vector<std::string>{"B", "C", "A"}),
               boost::test_tools::per_element());
    BOOST_TEST(decision.limit == 3U);
    BOOST_TEST(decision.page_item == "X");
    BOOST_TEST(decision.category == "Mugs");
    BOOST_TEST(decision.query == "red");
}

BOOST_AUTO_TEST_CASE(impressions_are_decisions_with_what_was_known_before) {
    const auto decisions = decisions_of(
        "# a comment\n\n"
        "anna\tview_item A 100000000 segment=vip\n"
        "anna\tview_item_list - 100000001 list=home recommender=for_you items=B,C\n"
        "anna\tview_item D 100000002\n");
    BOOST_REQUIRE_EQUAL(decisions.list.size(), 1U);
    const Decision& decision = decisions.list[0];
    BOOST_TEST(decision.placement == "home");
    BOOST_TEST(decision.recommenders == "for_you");
    BOOST_TEST(decision.limit == 2U);
    BOOST_TEST(decision.time == 100000001);
    BOOST_REQUIRE_EQUAL(decision.state.events.size(), 1U);
    BOOST_TEST(decision.state.events[0].find("view_item A 100000000") == 0U);
    BOOST_TEST(decision.state.traits[0].second == "vip");
}

BOOST_AUTO_TEST_CASE(without_impressions_each_placement_is_asked_for) {
    const auto decisions = decisions_of("anna\tview_item A 2\r\nanna\tview_item B 1\r\n", home());
    BOOST_REQUIRE_EQUAL(decisions.list.size(), 2U);
    BOOST_TEST(decisions.list[1].placement == "home-top-sellers");
    BOOST_TEST(decisions.list[1].time == 2);
    BOOST_TEST(decisions.list[1].state.events[0].find("view_item A 2") == 0U);
}

BOOST_AUTO_TEST_CASE(a_stream_as_redis_cli_prints_it) {
    const auto decisions = decisions_of(
        "1320000000000-0\nv\nanna\ne\nview_item\ni\nA\nt\n1320000000\n"
        "1320000001000-0\nv\nbert\ne\nview_item\ni\nB\nt\n1320000001\nlist\n\n"
        "1320000002000-0\ne\nview_item\n");
    BOOST_TEST(decisions.visitors_in_all == 2U);
    BOOST_TEST(decisions.events == 2U);
    BOOST_TEST(decisions.unreadable == 1U);
}

BOOST_AUTO_TEST_CASE(unreadable_lines_are_counted) {
    const auto decisions = decisions_of("anna\tview_item A 1\nanna\tview_item A soon\nno tab\n");
    BOOST_TEST(decisions.unreadable == 2U);
    BOOST_TEST(decisions.events == 1U);
    for (const char* nothing : {"", "\n", "x", "1-1\n", "1-1\nv", "\t\n"}) {
        BOOST_TEST(!read_decisions(nothing, "history", {}).ok());
    }
}

BOOST_AUTO_TEST_CASE(a_sample_is_drawn_and_always_the_same) {
    std::string history;
    for (int i = 0; i < 100; ++i) {
        history += "v" + std::to_string(i) + "\tview_item A " + std::to_string(i + 1) + "\n";
    }
    DecisionOptions options;
    options.sample = 10;
    const auto first = decisions_of(history, options);
    const auto second = decisions_of(history, options);
    BOOST_REQUIRE_EQUAL(first.list.size(), 10U);
    BOOST_TEST(first.visitors_in_all == 100U);
    for (std::size_t i = 0; i < 10; ++i) {
        BOOST_TEST(first.list[i].visitor == second.list[i].visitor);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::cli
