// Rules that fail: each is told of once a minute, and rests when it fails again and again.
#include <boost/test/unit_test.hpp>

#include "unit/rules/shop.hpp"

using namespace pz;
using namespace pz::test;

namespace {

const char* const kTwoFail =
    "rule 'one' { when = function(visitor)\nreturn visitor.trait.x.y end, boost = 2 }\n"
    "rule 'two' { when = function(visitor, page)\nif page.query then return true end\n"
    "return page.hour > 'a' end, boost = 2 }\n"
    "segment 'three' { when = function(visitor)\nreturn visitor.trait.x.y end }\n"
    "rule 'good' { match = {id = 'lamp'}, boost = 2 }";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rule_faults, Shop)

BOOST_AUTO_TEST_CASE(errors_again_and_again_make_a_rule_rest) {
    auto rules = load(kTwoFail);
    const unsigned most = patient().max_overruns;
    std::vector<std::string> names;
    for (unsigned i = 0; i < most; ++i) {
        auto list = candidates();
        BOOST_TEST(rules->apply(context, list).failed == 2U);
        BOOST_TEST(show(list) == "5 8 3 2 1");
        BOOST_TEST(rules->segments(context, names).failed == 1U);
    }
    const auto failing = rules->failing();
    BOOST_REQUIRE_EQUAL(failing.size(), 3U);
    BOOST_TEST(failing[0].kind == "segment");
    BOOST_TEST(failing[0].name == "three");
    BOOST_TEST(failing[1].kind == "rule");
    BOOST_TEST(failing[1].name == "one");
    BOOST_TEST(failing[2].name == "two");
    for (const auto& each : failing) {
        BOOST_TEST(each.failures == most);
        BOOST_TEST(each.resting);
    }
    BOOST_TEST(
        failing[1].error.find("shop.lua:2: rule 'one': rests until the file changes, after 10 "
                              "failures in a row: attempt to index") == 0U,
        failing[1].error);
    context.query = "works";
    auto list = candidates();
    BOOST_TEST(rules->apply(context, list).failed == 2U);  // it does not get to know
}

BOOST_AUTO_TEST_CASE(what_rests_is_not_asked_whether_it_holds) {
    auto rules = load(
        "rule 'one' { when = function(visitor, page) return page.query == 'x' end,\n"
        "match = function(item) for i = 1, 2 do end return item.nothing.more end, hide = true }");
    context.query = "x";
    for (unsigned i = 0; i < patient().max_overruns; ++i) {
        auto list = candidates();
        BOOST_TEST(rules->apply(context, list).failed == 1U);
    }
    for (const char* query : {"", "x", "", "x"}) {
        context.query = query;
        auto list = candidates();
        BOOST_TEST(rules->apply(context, list).failed == 1U);
        BOOST_TEST(rules->failing()[0].resting);
    }
}

BOOST_AUTO_TEST_CASE(a_rule_that_works_now_and_then_goes_on) {
    auto rules = load(kTwoFail);
    for (unsigned i = 0; i < 5 * patient().max_overruns; ++i) {
        context.query = i % 5 == 4 ? "works" : "";
        auto list = candidates();
        rules->apply(context, list);
    }
    BOOST_TEST(rules->failing()[0].resting);
    BOOST_TEST(!rules->failing()[1].resting);
    BOOST_TEST(rules->failing()[1].failures == 4 * patient().max_overruns);
}

BOOST_AUTO_TEST_CASE(each_failing_rule_is_told_of_once_a_minute) {
    auto rules = load(kTwoFail);
    const auto fail = [&] {
        auto list = candidates();
        rules->apply(context, list);
    };
    BOOST_TEST(rules->take_complaints(kNow).empty());
    fail();
    const auto first = rules->take_complaints(kNow);
    BOOST_REQUIRE_EQUAL(first.size(), 2U);
    BOOST_TEST(first[0].find("shop.lua:2: rule 'one': attempt to index") == 0U, first[0]);
    BOOST_TEST(first[1].find("shop.lua:5: rule 'two': attempt to compare") == 0U, first[1]);
    fail();
    BOOST_TEST(rules->take_complaints(kNow + 59).empty());
    std::vector<std::string> names;
    rules->segments(context, names);
    BOOST_REQUIRE_EQUAL(rules->take_complaints(kNow + 59).size(), 1U);
    BOOST_TEST(rules->take_complaints(kNow + 60).size() == 2U);
    BOOST_TEST(rules->take_complaints(kNow + 120).empty());  // nothing failed since
}

BOOST_AUTO_TEST_CASE(a_file_that_is_loaded_again_is_told_of_again) {
    for (int i = 0; i < 2; ++i) {
        auto rules = load(kTwoFail);
        auto list = candidates();
        rules->apply(context, list);
        BOOST_TEST(rules->take_complaints(kNow).size() == 2U);
    }
}

BOOST_AUTO_TEST_CASE(what_takes_too_long_to_load_is_named) {
    rules::RuleLimits limits;
    limits.load_budget_us = 1000;
    BOOST_TEST(
        load_error("local x = 1\nwhile true do x = x + 1 end", limits) ==
        "shop.lua:2: out of time while the file is loaded: do less outside of its functions");
}

BOOST_AUTO_TEST_SUITE_END()
