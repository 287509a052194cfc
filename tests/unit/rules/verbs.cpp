// Verbs beyond scores and places: what must be, how it is mixed, which variant, which recommender.
#include <boost/test/unit_test.hpp>

#include "unit/rules/shop.hpp"

using namespace pz;
using namespace pz::test;

namespace {

std::string names(const rules::Replacement& replacement) {
    std::string text;
    for (const std::string& name : replacement.recommenders) {
        text += (text.empty() ? "" : ",") + name;
    }
    return text;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rule_verbs, Shop)

BOOST_AUTO_TEST_CASE(require_hides_the_selected_that_lack_it) {
    BOOST_TEST(scores(*this, "rule 'r' { require = {available = true} }") == "5 4 3 - 1");
    BOOST_TEST(
        scores(*this, "rule 'r' { match = {brand = 'Nike'}, require = {price = {max = 20}} }") ==
        "5 4 - 2 1");
    BOOST_TEST(scores(*this, "rule 'r' { require = {available = true, color = 'red'} }") ==
               "5 - - - 1");
    BOOST_TEST(scores(*this,
                      "rule 'r' { match = {color = 'blue'}, require = function(item) "
                      "return item.id == 'lamp' end }") == "5 4 - 2 1");
}

BOOST_AUTO_TEST_CASE(margin) {
    BOOST_TEST(scores(*this, "rule 'r' { require = {margin = {min = 0.3}} }") == "- 4 - - -");
    BOOST_TEST(scores(*this, "rule 'r' { match = {margin = {max = 0.3}}, boost = 2 }") ==
               "10 4 3 2 1");
    BOOST_TEST(matching(*this, "item.margin == 0.25") == "mug");
    BOOST_TEST(matching(*this, "item.margin == nil") == "shoe vase bag");
}

BOOST_AUTO_TEST_CASE(any_column_that_begins_with_a_number_has_a_range) {
    BOOST_TEST(scores(*this, "rule 'r' { match = {cost_of_goods_sold = {min = 7}}, boost = 2 }") ==
               "5 8 3 2 1");
    BOOST_TEST(scores(*this, "rule 'r' { match = {cost_of_goods_sold = 6}, boost = 2 }") ==
               "10 4 3 2 1");
    BOOST_TEST(scores(*this, "rule 'r' { match = {title = {min = 0}}, boost = 2 }") == "5 4 3 2 1");
}

BOOST_AUTO_TEST_CASE(mix_lets_at_most_so_many_of_a_value_go_before_others) {
    BOOST_TEST(scores(*this, "rule 'r' { mix = {brand = 1} }") == "5 4 2 3 1");
    BOOST_TEST(scores(*this, "rule 'r' { mix = {brand = 2} }") == "5 4 3 2 1");
    BOOST_TEST(scores(*this, "rule 'r' { mix = {no_such_column = 1} }") == "5 4 3 2 1");
}

BOOST_AUTO_TEST_CASE(mix_alternates_neighbours) {
    BOOST_TEST(scores(*this, "rule 'r' { mix = {color = 'alternate'} }") == "5 4 2 3 1");
    BOOST_TEST(scores(*this,
                      "rule 'r' { match = {brand = {'Nike', 'Acme'}}, mix = {brand = "
                      "'alternate'} }") == "5 4 3 2 1");
}

BOOST_AUTO_TEST_CASE(mix_comes_after_all_others_and_counts_pins) {
    // The boost puts the shoe first; behind it the mug is the second Nike.
    BOOST_TEST(scores(*this,
                      "rule 'm' { mix = {brand = 1} } rule 'b' { match = {id = 'shoe'}, "
                      "boost = 2 }") == "2 5 6 4 1");
    BOOST_TEST(scores(*this,
                      "rule 'p' { match = {id = 'shoe'}, pin = 1 } rule 'm' { mix = {brand "
                      "= 1} }") == "2 5 3@0 4 1");
}

BOOST_AUTO_TEST_CASE(mix_parts_equal_scores_and_signs_what_it_moved_down) {
    auto rules = load("rule 'r' { mix = {brand = 1} }");
    auto list = candidates();
    for (auto& candidate : list) {
        candidate.score = 1;
    }
    BOOST_TEST(rules->apply(context, list).applied == 1U);
    BOOST_TEST(list[0].score > list[1].score);
    BOOST_TEST(list[1].score > list[3].score);
    BOOST_TEST(list[3].score > list[2].score);
    BOOST_TEST(list[2].rules == 1U);
    BOOST_TEST(list[0].rules == 0U);
}

BOOST_AUTO_TEST_CASE(mix_of_many_keeps_every_score_once) {
    auto rules = load("rule 'r' { mix = {brand = 3, color = 'alternate'} }");
    auto list = many(1000);
    BOOST_TEST(rules->apply(context, list).error == "");
    std::vector<float> scores;
    for (const auto& candidate : list) {
        scores.push_back(candidate.score);
    }
    std::sort(scores.begin(), scores.end());
    for (std::size_t i = 0; i < scores.size(); ++i) {
        BOOST_REQUIRE_EQUAL(scores[i], static_cast<float>(i + 1));
    }
}

BOOST_AUTO_TEST_CASE(variant_gives_the_place_of_its_group) {
    BOOST_TEST(scores(*this, "rule 'r' { match = {color = 'red'}, variant = true }") ==
               "5 1 3 2 4");
    BOOST_TEST(scores(*this, "rule 'r' { match = {color = 'blue'}, variant = true }") ==
               "5 4 3 2 1");
    BOOST_TEST(scores(*this, "rule 'r' { match = {color = 'green'}, variant = true }") ==
               "5 4 3 2 1");
}

BOOST_AUTO_TEST_CASE(recommend_replaces_a_placements_recommenders) {
    auto rules = load(
        "rule 'b' { boost = 2 } "
        "rule 'r' { on = 'home-*', when = function(v, page) return page.category == 'Sale' end, "
        "recommend = {'sale', 'popular'} } "
        "rule 's' { recommend = 'new' }");
    rules::Outcome outcome;
    BOOST_TEST(names(rules->replacement(context, outcome)) == "new");
    context.category = "Sale";
    const auto replacement = rules->replacement(context, outcome);
    BOOST_TEST(names(replacement) == "sale,popular");
    BOOST_TEST(replacement.rule == 1U);
    auto list = candidates();
    BOOST_TEST(rules->apply(context, list).applied == 1U);
    BOOST_TEST(show(list) == "10 8 6 4 2");
}

BOOST_AUTO_TEST_CASE(recommenders_are_checked_when_they_are_known) {
    static constexpr std::string_view kKnown[] = {"popular", "sale"};
    rules::RuleLimits limits = patient();
    limits.recommenders = kKnown;
    load("rule 'r' { recommend = {'sale', 'popular'} }", limits);
    BOOST_TEST(load_error("rule 'r' { recommend = 'populr' }", limits) ==
               "shop.lua:1: rule 'r': no recommender 'populr'; did you mean 'popular'?");
}

BOOST_AUTO_TEST_CASE(a_failing_replacement_is_none) {
    auto rules = load("rule 'r' { when = function(v) return v.oops end, recommend = 'sale' }");
    rules::Outcome outcome;
    BOOST_TEST(names(rules->replacement(context, outcome)) == "");
    BOOST_TEST(outcome.failed == 1U);
    BOOST_TEST(outcome.error.find("shop.lua:1: rule 'r': a visitor has no 'oops'") == 0U);
}

BOOST_AUTO_TEST_CASE(wrong_verbs) {
    const auto check = [](const std::string& body, const std::string& expected) {
        BOOST_TEST(load_error("rule 'r' { " + body + " }") == "shop.lua:1: rule 'r': " + expected);
    };
    check("require = {}", "require is empty: say what the items must be");
    check("require = true",
          "require is a boolean: write require = {available = true} or a function");
    check("require = {available = 'yes'}", "require.available is 'yes': write true or false");
    const std::string mix = ": write mix = {brand = 2, product_type = \"alternate\"}";
    check("mix = 2", "mix is 2" + mix);
    check("mix = {}", "mix names 0 columns" + mix);
    check("mix = {price = 2}", "mix has 'price'" + mix);
    check("mix = {brand = 0}",
          "mix.brand is 0: write how many there may be at most, or \"alternate\"");
    check(
        "variant = true",
        "variant needs a match: say which variant stands for its group: match = {color = \"red\"}");
    check("recommend = 'sale', match = {brand = 'Nike'}",
          "recommend is for the whole placement: leave out match");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(rule_facts, Shop)

BOOST_AUTO_TEST_CASE(history) {
    know({"view_item mug " + std::to_string(kNow - 60),
          "view_item lamp " + std::to_string(kNow - 120),
          "view_item mug " + std::to_string(kNow - 3 * kDay),
          "purchase shoe " + std::to_string(kNow - 10 * kDay)},
         {});
    BOOST_TEST(holds(*this, "visitor:count('view_item') == 3"));
    BOOST_TEST(holds(*this, "visitor:count('view_item', nil, 1) == 2"));
    BOOST_TEST(holds(*this, "visitor:count('view_item', 'mug') == 2"));
    BOOST_TEST(holds(*this, "visitor:count('view_item', 'nothing') == 0"));
    BOOST_TEST(holds(*this, "visitor:count('view_item', {brand = 'Nike'}) == 2"));
    BOOST_TEST(holds(*this, "visitor:count('view_item', {product_type = 'Living'}) == 1"));
    BOOST_TEST(holds(*this, "visitor:days_since('purchase') == 10"));
    BOOST_TEST(holds(*this, "visitor:days_since('purchase', {brand = 'Acme'}) == nil"));
    BOOST_TEST(matching(*this, "visitor:count('view_item', item) >= 1") == "mug lamp");
    BOOST_TEST(holds(*this, "visitor.visits == 3 and visitor.returning"));
    BOOST_TEST(holds(*this, "visitor:session_share('color', 'red') == 0.5"));
    BOOST_TEST(holds(*this, "visitor:session_share('brand', 'Puma') == 0"));
}

BOOST_AUTO_TEST_CASE(cart) {
    BOOST_TEST(holds(*this, "visitor.cart_count == 0 and visitor.cart_value == 0"));
    BOOST_TEST(holds(*this, "visitor.visits == 1 and not visitor.returning"));
    know({"add_to_cart lamp " + std::to_string(kNow - 60),
          "add_to_cart mug " + std::to_string(kNow - 90) + " qty=3",
          "remove_from_cart mug " + std::to_string(kNow - 80)},
         {});
    BOOST_TEST(holds(*this, "visitor.cart_count == 1 and visitor.cart_value == 60"));
    know({"add_to_cart lamp " + std::to_string(kNow - 60),
          "add_to_cart mug " + std::to_string(kNow - 90) + " qty=3"},
         {});
    BOOST_TEST(holds(*this, "visitor.cart_count == 2 and visitor.cart_value == 84"));
}

BOOST_AUTO_TEST_CASE(dates) {
    BOOST_TEST(holds(*this, "page.day == 20 and page.month == 3 and page.minute == 30"));
    BOOST_TEST(holds(*this, "page.days_left == 11"));
    BOOST_TEST(holds(*this, "days_since('2026-03-20') == 0 and days_since('2026-02-28') == 20"));
    BOOST_TEST(holds(*this, "days_since('2024-02-28') == 751 and days_since('2026-04-01') == -12"));
    BOOST_TEST(holds(*this, "days_since('soon') == nil and days_since(nil) == nil"));
    BOOST_TEST(holds(*this, "years_since('2020-03-20') == 6 and years_since('2020-03-21') == 5"));
    BOOST_TEST(holds(*this, "years_since('x') == nil"));
    BOOST_TEST(load_error("local x = days_since('2026-01-01')") ==
               "shop.lua:1: there is no today while the file is loaded: ask within a function");
}

BOOST_AUTO_TEST_CASE(wrong_questions) {
    const auto fails = [&](const std::string& expression, const std::string& expected) {
        auto rules = load("rule 'r' { when = function(visitor) return (" + expression +
                          ") end, boost = 2 }");
        auto list = candidates();
        BOOST_TEST(rules->apply(context, list).error == "shop.lua:1: rule 'r': " + expected);
    };
    fails("visitor:count('veiw_item')", "no event 'veiw_item'; did you mean 'view_item'?");
    fails("visitor:count('view_item', 5)",
          "expected an item, an id or one column as {brand = \"Nike\"}");
    fails("visitor:count('view_item', {brand = 'a', color = 'b'})",
          "expected an item, an id or one column as {brand = \"Nike\"}");
    fails("visitor:count('view_item', nil, '5')", "the days must be a number, got '5'");
    fails("visitor.count('view_item')", "write visitor:count(...) with a colon");
    fails("visitor:session_share(1, 'x')", "the field must be a text, got 1");
}

// 2026-03-20 10:30 UTC is 11:30 in Berlin and 19:30 in Tokyo.
BOOST_AUTO_TEST_CASE(time_zones) {
    const auto in_force = [&](const std::string& source) {
        return scores(*this, source) == "10 8 6 4 2";
    };
    BOOST_TEST(in_force(
        "rule 'r' { time_zone = 'Europe/Berlin', between = {'11:30', '11:31'}, boost = 2 }"));
    BOOST_TEST(!in_force(
        "rule 'r' { time_zone = 'Asia/Tokyo', between = {'11:30', '11:31'}, boost = 2 }"));
    BOOST_TEST(
        in_force("time_zone 'Asia/Tokyo' rule 'r' { between = {'19:30', '19:31'}, boost = 2 }"));
    BOOST_TEST(
        in_force("time_zone 'Asia/Tokyo' rule 'r' { when = function(v, page) return page.hour "
                 "== 19 end, boost = 2 }"));
    BOOST_TEST(
        in_force("time_zone 'Asia/Tokyo' rule 'r' { time_zone = 'Europe/Berlin', "
                 "between = {'11:30', '11:31'}, boost = 2 }"));
    context.now += 120 * kDay;  // summer
    BOOST_TEST(in_force(
        "rule 'r' { time_zone = 'Europe/Berlin', between = {'12:30', '12:31'}, boost = 2 }"));
    BOOST_TEST(load_error("\ntime_zone 'Europe/Berlim'") ==
               "shop.lua:2: no time zone 'Europe/Berlim'; did you mean 'Europe/Berlin'?");
    BOOST_TEST(load_error("rule 'r' { time_zone = 'qqqqqqq', hide = true }") ==
               "shop.lua:1: rule 'r': no time zone 'qqqqqqq': write one as \"Europe/Berlin\"");
    BOOST_TEST(load_error("time_zone(5)") ==
               "shop.lua:1: no time zone '': write one as \"Europe/Berlin\"");
}

BOOST_AUTO_TEST_CASE(columns_that_no_catalog_has_are_remembered) {
    auto rules =
        load("rule 'r' { match = function(item) return item.brnad == 'x' end, hide = true }");
    auto list = candidates();
    rules->apply(context, list);
    BOOST_TEST(rules->take_unknown_columns() == std::vector<std::string>{"brnad"},
               boost::test_tools::per_element());
    BOOST_TEST(rules->take_unknown_columns().empty());
}

BOOST_AUTO_TEST_SUITE_END()
