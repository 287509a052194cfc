// Items that rules bring into a widget, whatever its recommenders named.
#include "recommend/nominees.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/recommend/shop.hpp"

using namespace pz;
using namespace pz::test;

// Unless said otherwise the widget is "sale": milk, tea.
BOOST_FIXTURE_TEST_SUITE(nominees, Shop)

BOOST_AUTO_TEST_CASE(a_pinned_item_stands_on_its_place) {
    use_rules("rule 'star' { match = {id = 'lamp'}, pin = 1 }");
    BOOST_TEST(fill("sale") == "lamp milk tea");
    BOOST_TEST(ranked.recommender == "sale");
    BOOST_TEST(ranked.items[0].named_by == 1);
    BOOST_TEST((ranked.items[0].rules & 1U) == 1U);
    shown.clear();
    BOOST_TEST(fill("sale", 2) == "lamp milk");
    shown.clear();
    BOOST_TEST(fill("recent") == "lamp");  // nothing but the pin
    BOOST_TEST(ranked.recommender == "rules");
    shown.clear();
    BOOST_TEST(fill("recent", 8, 2).empty());
    BOOST_TEST(ranked.recommender.empty());
}

BOOST_AUTO_TEST_CASE(a_pin_brings_none_but_the_pinned) {
    use_rules("rule 'r' { match = {product_type = 'Home'}, pin = 1 }");
    BOOST_TEST(fill("sale") == "desk milk tea");  // the most popular; the lamp stays away
    shown.clear();
    use_rules(
        "rule 'r' { match = {product_type = 'Home'}, pin = 1 }\n"
        "rule 's' { match = {product_type = 'Home'}, pin = 3 }");
    BOOST_TEST(fill("sale") == "desk milk lamp tea");
    shown.clear();
    use_rules("rule 'r' { match = {id = 'lamp'}, pin = 5 }");
    BOOST_TEST(fill("sale", 3) == "milk tea");  // outside the widget
}

BOOST_AUTO_TEST_CASE(only_fills_the_widget) {
    use_rules("rule 'r' { match = {brand = {'Bolt', 'Leaf'}}, only = true }");
    BOOST_TEST(fill("sale", 4) == "tea pot lamp");
    BOOST_TEST(ranked.items[0].named_by == 0);
    BOOST_TEST(ranked.items[1].named_by == 1);
    shown.clear();
    BOOST_TEST(fill("sale", 2) == "tea pot");
    shown.clear();
    BOOST_TEST(fill("recent").empty());  // nothing was there that others could stand for
}

BOOST_AUTO_TEST_CASE(a_boosted_item_competes) {
    use_rules("rule 'r' { match = {id = 'lamp'}, boost = 100 }");
    BOOST_TEST(fill("sale") == "lamp milk");  // no longer than before
    shown.clear();
    use_rules("rule 'r' { match = {id = 'lamp'}, boost = 1.1 }");
    BOOST_TEST(fill("sale") == "milk tea");  // behind the recommender's own
    shown.clear();
    use_rules("rule 'r' { match = {id = 'lamp'}, boost = 0.5 }");
    BOOST_TEST(fill("sale") == "milk tea");
}

BOOST_AUTO_TEST_CASE(what_rules_take_out_is_filled_up) {
    use_rules("rule 'r' { match = {id = 'milk'}, hide = true }");
    BOOST_TEST(fill("sale") == "tea desk");
    shown.clear();
    use_rules("rule 'r' { require = {color = 'red'} }");
    BOOST_TEST(fill("sale") == "mug lamp");
    shown.clear();
    // What the rule is not for may stay, too.
    use_rules("rule 'r' { match = {product_type = 'Food'}, require = {brand = 'Leaf'} }");
    BOOST_TEST(fill("sale") == "tea desk");
}

// What rules do to the recommenders' own items decides whether a boosted one is good enough.
BOOST_AUTO_TEST_CASE(a_boosted_item_comes_in_where_rules_make_room) {
    use_rules(
        "rule 'h' { match = function(item) return item.id == 'milk' end, hide = true }\n"
        "rule 'b' { match = {id = 'lamp'}, boost = 2 }");
    BOOST_TEST(fill("sale", 2) == "tea lamp");
    shown.clear();
    use_rules(
        "rule 'h' { match = {id = {'milk', 'tea'}}, bury = 100 }\n"
        "rule 'b' { match = {id = 'lamp'}, boost = 2 }");
    BOOST_TEST(fill("sale", 2) == "lamp milk");
}

// The widget is made twice here, which is nobody's business.
BOOST_AUTO_TEST_CASE(each_rule_counts_once_a_page) {
    use_rules(
        "rule 'h' { match = {id = 'milk'}, hide = true }\n"
        "rule 'f' { match = function(item) return item.id .. nil end, hide = true }\n"
        "rule 'w' { match = {id = 'tea'}, when = function() return nil + 1 end, hide = true }");
    for (std::uint64_t pages = 1; pages <= 9; ++pages) {
        shown.clear();
        request.rule_context.page = request.rules->new_page();
        BOOST_TEST(fill("sale") == "tea desk");
        BOOST_TEST(ranked.rules.failed == 2U);
        BOOST_TEST(request.rules->uses()[0] == pages);
        const auto failing = request.rules->failing();
        BOOST_REQUIRE(failing.size() == 2U);
        for (const auto& rule : failing) {
            BOOST_TEST(rule.failures == pages);
            BOOST_TEST(!rule.resting);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_rule_whose_condition_works_in_between_never_rests) {
    use_rules(
        "rule 'w' { match = {id = 'lamp'}, boost = 2,\n"
        "  when = function(visitor, page) return page.query == 'x' and nil + 1 end }");
    for (int i = 0; i < 30; ++i) {
        shown.clear();
        request.rule_context.page = request.rules->new_page();
        request.rule_context.query = i % 2 == 0 ? "x" : "";
        fill("sale");
        BOOST_TEST(ranked.rules.failed == (i % 2 == 0 ? 1U : 0U));
    }
}

// The one that was brought in for the pin, and did not get it, takes no other variant's place.
BOOST_AUTO_TEST_CASE(a_variant_that_got_no_pin_is_none) {
    use_rules(
        "rule 'p' { match = {id = {'desk', 'cup'}}, pin = 1 }\n"
        "rule 'v' { match = {id = 'cup'}, variant = true }");
    know({"view_item mug 10"});
    BOOST_TEST(fill("recent", 3) == "desk mug");
}

BOOST_AUTO_TEST_CASE(where_the_rule_is_in_force) {
    for (const char* rule : {"on = 'other'", "segment = 'vip'", "to = '2020-01-01'",
                             "when = function(visitor, page) return page.placement == 'x' end",
                             "when = function(visitor) return visitor:count('purchase') > 0 end"}) {
        use_rules("rule 'r' { " + std::string(rule) + ", match = {id = 'lamp'}, pin = 1 }");
        BOOST_TEST(fill("sale") == "milk tea", rule);
        shown.clear();
    }
    use_rules(
        "rule 'r' { when = function(visitor, page) return page.placement ~= 'x' end,\n"
        "           match = {id = 'lamp'}, pin = 1 }");
    BOOST_TEST(fill("sale") == "lamp milk tea");
}

BOOST_AUTO_TEST_CASE(what_is_never_shown_is_not_brought) {
    use_rules("rule 'r' { match = {id = 'gone'}, pin = 1 }");
    BOOST_TEST(fill("sale") == "milk tea");
    use_rules("rule 'r' { match = {id = 'lamp'}, pin = 1 }");
    shown = items("lamp");
    BOOST_TEST(fill("sale") == "milk tea");
    shown.clear();
    know({"add_to_cart lamp 60"});
    BOOST_TEST(fill("sale") == "milk tea");
    know({});
    request.query.page_item = item("cup");
    use_rules("rule 'r' { match = {id = 'mug'}, pin = 1 }");
    shown.clear();
    BOOST_TEST(fill("sale") == "milk tea");  // a variant of the page's
}

BOOST_AUTO_TEST_CASE(a_variant_stands_once) {
    use_rules("rule 'r' { match = {product_type = 'Kitchen'}, only = true }");
    BOOST_TEST(fill("sale", 4) == "mug pot");
}

BOOST_AUTO_TEST_CASE(functions_are_asked_of_candidates_alone) {
    use_rules("rule 'r' { match = function(item) return item.id == 'lamp' end, pin = 1 }");
    BOOST_TEST(fill("sale") == "milk tea");
}

BOOST_AUTO_TEST_CASE(a_failing_when_counts_once) {
    use_rules(
        "rule 'r' { when = function(visitor, page) return page.category.x.y end,\n"
        "           match = {id = 'lamp'}, pin = 1 }");
    BOOST_TEST(fill("sale") == "milk tea");
    BOOST_TEST(ranked.rules.failed == 1U);
    BOOST_TEST(request.rules->failing().front().failures == 1U);
}

BOOST_AUTO_TEST_CASE(explained_as_a_rules) {
    use_rules("rule 'the <star>' { match = {id = 'lamp'}, pin = 1 }");
    fill("sale", 2);
    std::string json;
    recommend::explain(*snapshot, "p", ranked.recommender, ranked.items,
                       recommend::RuleNames::of(request.rules), json);
    BOOST_TEST(
        json.find(R"("rules":["the \u003cstar\u003e"],"source":"rule the \u003cstar\u003e"})") !=
            std::string::npos,
        json);
    BOOST_TEST(json.find(R"("rules":[]})") != std::string::npos, json);
}

BOOST_AUTO_TEST_SUITE_END()
