// What rules can say: verbs, conditions, everything that can be read.
#include <boost/test/unit_test.hpp>

#include "unit/rules/shop.hpp"

using namespace pz;
using namespace pz::test;

BOOST_FIXTURE_TEST_SUITE(rule_language, Shop)

BOOST_AUTO_TEST_CASE(verbs) {
    BOOST_TEST(scores(*this, "rule 'r' { boost = 2 }") == "10 8 6 4 2");
    BOOST_TEST(scores(*this, "rule 'r' { bury = 2 }") == "2.5 2 1.5 1 0.5");
    BOOST_TEST(scores(*this, "rule 'r' { match = {brand = 'Acme'}, hide = true }") == "5 - 3 2 -");
    BOOST_TEST(scores(*this, "rule 'r' { match = {brand = 'Acme'}, only = true }") == "- 4 - - 1");
    BOOST_TEST(scores(*this, "rule 'r' { match = {id = 'bag'}, pin = 1 }") == "5 4 3 2 1@0");
}

BOOST_AUTO_TEST_CASE(verbs_by_function) {
    BOOST_TEST(scores(*this,
                      "rule 'r' { boost = function(item) return item.brand == 'Nike' and 3 "
                      "end }") == "15 4 9 2 1");
    BOOST_TEST(scores(*this,
                      "rule 'r' { match = {brand = 'Acme'}, bury = function(item) "
                      "return item.title == 'Bag' and 4 or nil end }") == "5 4 3 2 0.25");
}

BOOST_AUTO_TEST_CASE(pins_are_unique_and_take_the_best_match) {
    BOOST_TEST(scores(*this,
                      "rule 'a' { match = {brand = 'Nike'}, pin = 2 } "
                      "rule 'b' { match = {brand = 'Acme'}, pin = 2 } "
                      "rule 'c' { match = {brand = 'Nike'}, pin = 1 }") == "5@1 4@2 3@0 2 1");
}

BOOST_AUTO_TEST_CASE(a_boost_betters_scores_below_zero) {
    auto rules = load("rule 'r' { boost = 2 }");
    auto list = candidates();
    list[0].score = -4;
    list[1].score = 0;
    rules->apply(context, list);
    BOOST_TEST(show(list) == "-2 0 6 4 2");
}

BOOST_AUTO_TEST_CASE(extreme_scores_stay_finite) {
    auto rules = load("rule 'r' { boost = function() return 1e300 end }");
    auto list = candidates();
    rules->apply(context, list);
    BOOST_TEST(list[0].score == std::numeric_limits<float>::max());
}

BOOST_AUTO_TEST_CASE(rules_leave_hidden_and_unknown_candidates_alone) {
    auto rules = load("rule 'a' { only = true, match = {brand = 'Acme'} } rule 'b' { boost = 2 }");
    auto list = candidates();
    list[0].hidden = 1;
    list[1].item = store::kNoItem;
    const auto outcome = rules->apply(context, list);
    BOOST_TEST(show(list) == "- 4 - - 2");
    BOOST_TEST(outcome.applied == 2U);
    BOOST_TEST(list[0].rules == 0U);
    BOOST_TEST(list[1].rules == 0U);
    BOOST_TEST(list[2].rules == 1U);
    BOOST_TEST(list[4].rules == 2U);
}

BOOST_AUTO_TEST_CASE(order_and_untouched_fields_stay) {
    auto rules = load("rule 'r' { boost = 2 }");
    auto list = candidates();
    list[3].parts[1] = 0.5F;
    list[3].tier = rules::Tier::segment;
    rules->apply(context, list);
    for (std::size_t i = 0; i < list.size(); ++i) {
        BOOST_TEST(list[i].item == i);
        BOOST_TEST(list[i].position == i);
    }
    BOOST_TEST(list[3].parts[1] == 0.5F);
    BOOST_TEST((list[3].tier == rules::Tier::segment));
}

BOOST_AUTO_TEST_CASE(placements) {
    const auto on = [&](std::string_view placement, const std::string& value) {
        context.placement = placement;
        return scores(*this, "rule 'r' { on = " + value + ", boost = 2 }") == "10 8 6 4 2";
    };
    BOOST_TEST(on("home-1", "'home-*'"));
    BOOST_TEST(on("home-1", "'home-1'"));
    BOOST_TEST(on("home-1", "{'cart', '*-1'}"));
    BOOST_TEST(on("home-1", "'*o*e*1'"));
    BOOST_TEST(!on("home", "'home-*'"));
    BOOST_TEST(!on("home-12", "'home-1'"));
    BOOST_TEST(!on("", "'home'"));
    BOOST_TEST(on("", "'*'"));
}

BOOST_AUTO_TEST_CASE(dates_times_and_days) {
    const auto in_force = [&](const std::string& keys) {
        return scores(*this, "rule 'r' { " + keys + ", boost = 2 }") == "10 8 6 4 2";
    };
    BOOST_TEST(in_force("from = '2026-03-20'"));
    BOOST_TEST(!in_force("from = '2026-03-21'"));
    BOOST_TEST(in_force("to = '2026-03-20'"));
    BOOST_TEST(!in_force("to = '2026-03-19'"));
    BOOST_TEST(in_force("between = {'10:30', '10:31'}"));
    BOOST_TEST(!in_force("between = {'10:00', '10:30'}"));
    BOOST_TEST(in_force("between = {'22:00', '10:31'}"));
    BOOST_TEST(!in_force("between = {'22:00', '10:30'}"));
    BOOST_TEST(in_force("between = {'00:00', '24:00'}"));
    BOOST_TEST(in_force("days = {'fri', 'sat'}"));
    BOOST_TEST(in_force("days = 'fri'"));
    BOOST_TEST(!in_force("days = {'sat', 'sun', 'sat'}"));
}

BOOST_AUTO_TEST_CASE(declarative_match) {
    const auto matched = [&](const std::string& match) {
        return scores(*this, "rule 'r' { match = {" + match + "}, only = true }");
    };
    BOOST_TEST(matched("brand = 'Nike'") == "5 - 3 - -");
    BOOST_TEST(matched("brand = 'Nike', color = {'green', 'blue'}") == "- - 3 - -");
    BOOST_TEST(matched("brand = 'Nobody'") == "- - - - -");
    BOOST_TEST(matched("no_such_column = 'x'") == "- - - - -");
    BOOST_TEST(matched("custom_label_0 = 'gift'") == "5 - - - -");
    BOOST_TEST(matched("title = '*Mug'") == "5 - - - -");
    BOOST_TEST(matched("product_type = 'Kitchen'") == "5 - - - -");
    BOOST_TEST(matched("product_type = 'Kitchen*'") == "5 - - 2 -");
    BOOST_TEST(matched("price = {max = 50}") == "5 - 3 2 -");
    BOOST_TEST(matched("price = {min = 45.5, max = 60}") == "- 4 3 - -");
    BOOST_TEST(matched("price = 45.5") == "- - 3 - -");
    BOOST_TEST(matched("current_price = 8") == "5 - - - -");
    BOOST_TEST(matched("on_sale = true") == "5 - - - -");
    BOOST_TEST(matched("available = false") == "- - - 2 -");
    BOOST_TEST(matched("stock = {max = 3}") == "5 - - 2 -");
    BOOST_TEST(matched("age_days = {max = 30}") == "- 4 - - -");
    BOOST_TEST(matched("popularity = {min = 1}") == "- - 3 - -");
}

BOOST_AUTO_TEST_CASE(items) {
    BOOST_TEST(matching(*this, "item.brand == 'Nike'") == "mug shoe");
    BOOST_TEST(matching(*this, "item.brand == nil") == "vase");
    BOOST_TEST(matching(*this, "item.no_such_column ~= nil") == "");
    BOOST_TEST(matching(*this, "item.id == 'bag'") == "bag");
    BOOST_TEST(matching(*this, "item.price > 20") == "lamp shoe");
    BOOST_TEST(matching(*this, "item.price == 0") == "bag");
    BOOST_TEST(matching(*this, "item.sale_price == 8") == "mug");
    BOOST_TEST(matching(*this, "item.current_price == 8") == "mug");
    BOOST_TEST(matching(*this, "item.stock <= 3") == "mug vase");
    BOOST_TEST(matching(*this, "not item.available") == "vase");
    BOOST_TEST(matching(*this, "item.on_sale") == "mug");
    BOOST_TEST(matching(*this, "item.age_days < 30") == "lamp");
    BOOST_TEST(matching(*this, "item.age_days == math.huge") == "vase bag");
    BOOST_TEST(matching(*this, "item.popularity > 7") == "shoe");
    BOOST_TEST(matching(*this, "contains(item.title:lower(), 'blue')") == "shoe");
    BOOST_TEST(matching(*this, "starts_with(item.product_type, 'Kitchen')") == "mug vase");
    BOOST_TEST(matching(*this, "ends_with(item.title, 'Lamp')") == "lamp");
    BOOST_TEST(matching(*this, "item[1] or item[true] or item[item]") == "");
}

BOOST_AUTO_TEST_CASE(visitor_events) {
    const std::string t = std::to_string(kNow - 100);
    const std::string old = std::to_string(kNow - 3 * kDay);
    know({"add_to_cart lamp " + t, "view_item mug " + t, "like bag " + t, "purchase shoe " + old},
         {});
    BOOST_TEST(matching(*this, "visitor:viewed(item)") == "mug");
    BOOST_TEST(matching(*this, "visitor:bought(item)") == "shoe");
    BOOST_TEST(matching(*this, "visitor:in_cart(item)") == "lamp");
    BOOST_TEST(matching(*this, "visitor:liked(item)") == "bag");
    BOOST_TEST(holds(*this, "visitor.events == 4"));
    BOOST_TEST(holds(*this, "visitor.returning"));
    BOOST_TEST(holds(*this, "visitor.consent"));
    BOOST_TEST(holds(*this, "visitor:bought('shoe') and not visitor:bought('nothing')"));
    BOOST_TEST(holds(*this, "visitor:share('brand', 'Nike') > 0.4"));
    BOOST_TEST(holds(*this, "visitor:share('brand', 'Nobody') == 0"));
    BOOST_TEST(holds(*this, "visitor:share('product_type', 'Kitchen') > 0"));
    BOOST_TEST(holds(*this, "visitor:share('product_type', 'Kitch') == 0"));
    know({"view_item mug " + t}, {});
    BOOST_TEST(!holds(*this, "visitor.returning"));
}

BOOST_AUTO_TEST_CASE(visitor_traits_and_segments) {
    know({}, {{"segment", "vip,sale"}, {"size", "39"}});
    BOOST_TEST(holds(*this, "visitor.trait.size == '39' and visitor.trait.name == nil"));
    BOOST_TEST(holds(*this, "visitor:in_segment('vip') and not visitor:in_segment('v')"));
    BOOST_TEST(scores(*this, "rule 'r' { segment = {'x', 'sale'}, boost = 2 }") == "10 8 6 4 2");
    BOOST_TEST(scores(*this, "rule 'r' { segment = 'x', boost = 2 }") == "5 4 3 2 1");
}

BOOST_AUTO_TEST_CASE(without_consent_nothing_is_known) {
    know({"view_item mug " + std::to_string(kNow)}, {{"segment", "vip"}, {"size", "39"}});
    context.consent = false;
    BOOST_TEST(
        holds(*this, "not visitor.consent and visitor.events == 0 and not visitor.returning"));
    BOOST_TEST(holds(*this, "visitor.trait.size == nil and not visitor:in_segment('vip')"));
    BOOST_TEST(matching(*this, "visitor:viewed(item)") == "");
    BOOST_TEST(scores(*this, "rule 'r' { segment = 'vip', boost = 2 }") == "5 4 3 2 1");
}

BOOST_AUTO_TEST_CASE(pages) {
    variables = {{"country", "DE"}, {"empty", ""}};
    context.variables = variables;
    context.category = "Kitchen";
    BOOST_TEST(holds(*this, "page.placement == 'home-1' and page.category == 'Kitchen'"));
    BOOST_TEST(holds(*this, "page.query == nil and page.item == nil"));
    BOOST_TEST(holds(*this, "page.var.country == 'DE' and page.var.other == nil"));
    BOOST_TEST(holds(*this, "page.var.empty == nil"));
    BOOST_TEST(holds(*this, "page.hour == 10 and page.weekday == 'fri'"));
    BOOST_TEST(holds(*this, "page.date == '2026-03-20'"));
    context.page_item = 2;
    context.query = "shoe";
    BOOST_TEST(holds(*this, "page.item.brand == 'Nike' and page.query == 'shoe'"));
    BOOST_TEST(matching(*this, "item.id ~= page.item.id and item.brand == page.item.brand") ==
               "mug");
}

BOOST_AUTO_TEST_CASE(segments_of_the_file) {
    know({}, {{"segment", "sale"}});
    auto rules = load(
        "segment 'hunters' { when = function(visitor) return visitor.trait.segment == "
        "'sale' end }\n"
        "segment 'broken' { when = function(visitor) return visitor.oops end }\n"
        "segment 'both' { when = function(visitor) return "
        "visitor:in_segment('hunters') end }\n"
        "segment 'none' { when = function() end }\n"
        "rule 'r' { segment = 'both', boost = 2 }");
    BOOST_TEST(rules->segment_names().size() == 4U);
    std::vector<std::string> found;
    const auto outcome = rules->segments(context, found);
    BOOST_TEST(found == (std::vector<std::string>{"hunters", "both"}),
               boost::test_tools::per_element());
    BOOST_TEST(outcome.applied == 2U);
    BOOST_TEST(outcome.failed == 1U);
    BOOST_TEST(outcome.error.find("shop.lua:2: segment 'broken': a visitor has no 'oops'") == 0U);
    for (const std::string& name : found) {
        profile.add_segment(name);
    }
    auto list = candidates();
    BOOST_TEST(rules->apply(context, list).applied == 1U);
    BOOST_TEST(show(list) == "10 8 6 4 2");
}

BOOST_AUTO_TEST_CASE(names_version_and_bits) {
    auto rules = load("rule 'one' { boost = 2 } rule 'two' { match = {id = 'mug'}, hide = true }");
    BOOST_TEST(rules->rule_names().size() == 2U);
    BOOST_TEST(rules->rule_names()[1] == "two");
    BOOST_TEST(rules->version() ==
               load("rule 'one' { boost = 2 } rule 'two' { match = {id = 'mug'}, "
                    "hide = true }")
                   ->version());
    BOOST_TEST(rules->version() != load("")->version());
    auto list = candidates();
    rules->apply(context, list);
    BOOST_TEST(list[0].rules == 3U);
    BOOST_TEST(list[1].rules == 1U);
}

BOOST_AUTO_TEST_CASE(only_the_first_64_rules_have_bits) {
    std::string source;
    for (int i = 0; i < 70; ++i) {
        source += "rule 'r" + std::to_string(i) + "' { match = {id = 'mug'}, boost = 1.01 }\n";
    }
    auto rules = load(source);
    auto list = candidates();
    BOOST_TEST(rules->apply(context, list).applied == 70U);
    BOOST_TEST(list[0].rules == ~std::uint64_t{0});
}

BOOST_AUTO_TEST_CASE(another_generation_is_seen) {
    auto rules = load(
        "rule 'a' { match = {brand = 'Puma'}, boost = 2 } "
        "rule 'b' { match = function(item) return item.brand == 'Puma' end, boost = 3 }");
    auto list = candidates();
    rules->apply(context, list);
    BOOST_TEST(show(list) == "5 4 3 2 1");
    const auto next = next_generation("Puma");
    context.snapshot = next.get();
    list = candidates();
    rules->apply(context, list);
    BOOST_TEST(show(list) == "30 4 3 2 1");
}

BOOST_AUTO_TEST_CASE(nothing_to_do) {
    auto rules = load("rule 'r' { boost = 2 }");
    std::vector<rules::Candidate> none;
    BOOST_TEST(rules->apply(context, none).applied == 0U);
    context.snapshot = nullptr;
    auto list = candidates();
    BOOST_TEST(rules->apply(context, list).applied == 0U);
    BOOST_TEST(show(list) == "5 4 3 2 1");
}

BOOST_AUTO_TEST_SUITE_END()
