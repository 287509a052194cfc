// What rules write on tiles.
#include "rules/labels.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/rules/shop.hpp"

using namespace pz;
using namespace pz::test;

namespace {

// The labels of the five items, with commas between.
std::string labels(Shop& shop, std::string_view source) {
    auto rules = load(source);
    auto list = shop.candidates();
    BOOST_TEST(rules->apply(shop.context, list).error == "");
    BOOST_TEST(show(list) == "5 4 3 2 1", "a label changes no order");
    std::string all;
    for (const rules::Candidate& candidate : list) {
        all += (&candidate == list.data() ? "" : ",");
        all += rules->label(candidate.label);
    }
    return all;
}

std::string failure(Shop& shop, const std::string& result) {
    auto rules = load("rule 'r' {\nlabel = function() return " + result + " end }");
    auto list = shop.candidates();
    const auto outcome = rules->apply(shop.context, list);
    BOOST_TEST(outcome.failed == 1U, result);
    for (const rules::Candidate& candidate : list) {
        BOOST_TEST(candidate.label == 0U, result);
        BOOST_TEST(candidate.rules == 0U, result);
    }
    return outcome.error;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rule_labels, Shop)

BOOST_AUTO_TEST_CASE(the_selected_get_a_text) {
    BOOST_TEST(
        labels(*this, "rule 'r' { match = {brand = 'Nike'}, label = 'Nur & noch <heute>' }") ==
        "Nur & noch <heute>,,Nur & noch <heute>,,");
    BOOST_TEST(labels(*this, "rule 'r' { label = 'all' }") == "all,all,all,all,all");
    BOOST_TEST(labels(*this, "rule 'r' { match = {id = 'none'}, label = 'all' }") == ",,,,");
}

BOOST_AUTO_TEST_CASE(a_function_writes_its_own) {
    BOOST_TEST(labels(*this,
                      "rule 'r' { match = function(item) return item.brand end, label = "
                      "function(item, visitor, page) if item.id ~= 'shoe' then return "
                      "item.id .. ' on ' .. page.placement end end }") ==
               "mug on home-1,lamp on home-1,,,bag on home-1");
}

BOOST_AUTO_TEST_CASE(the_first_label_of_an_item_counts) {
    BOOST_TEST(labels(*this,
                      "rule 'a' { match = {brand = 'Nike'}, label = 'a' }\n"
                      "rule 'b' { match = {id = 'mug'}, label = function() return 'b' end }\n"
                      "rule 'c' { label = 'c' }") == "a,c,a,c,c");
}

BOOST_AUTO_TEST_CASE(whose_doing_it_was_is_known) {
    auto rules = load(
        "rule 'a' { hide = true, match = {id = 'none'} }\n"
        "rule 'b' { match = {id = 'mug'}, label = 'b' }");
    auto list = candidates();
    rules->apply(context, list);
    BOOST_TEST(list[mug].rules == 2U);
    BOOST_TEST(list[lamp].rules == 0U);
    BOOST_TEST(rules->uses()[1] == 1U);
}

BOOST_AUTO_TEST_CASE(labels_are_of_the_last_placement) {
    auto rules = load("rule 'r' { on = 'home-1', label = 'here' }");
    auto list = candidates();
    rules->apply(context, list);
    const std::uint16_t number = list[mug].label;
    BOOST_TEST(rules->label(number) == "here");
    context.placement = "cart";
    rules->apply(context, list = candidates());
    BOOST_TEST(list[mug].label == 0U);
    BOOST_TEST(rules->label(number) == "");
}

BOOST_AUTO_TEST_CASE(what_is_no_text_is_an_error) {
    for (const std::string result :
         {"''", "('x'):sub(2)", "1", "{}", "true", "item", "'\\n'", "'\\255'", "'\\0'"}) {
        const std::string error = failure(*this, result);
        BOOST_TEST(error.substr(0, 8) == "shop.lua", error);
    }
    BOOST_TEST(failure(*this, "'" + std::string(101, 'x') + "'").find("1 to 100 bytes") !=
               std::string::npos);
    BOOST_TEST(load_error("rule 'r' { label = '' }") ==
               "shop.lua:1: rule 'r': label is '': write a text of 1 to 100 bytes, or a function");
    BOOST_TEST(load_error("rule 'r' { label = '" + std::string(101, 'x') + "' }") != "");
    BOOST_TEST(load_error("rule 'r' { label = '\xc3' }") != "");
    load("rule 'r' { label = '\xc3\xa9t\xc3\xa9' }");
}

BOOST_AUTO_TEST_CASE(numbers_run_out_without_harm) {
    rules::Labels labels;
    for (unsigned i = 1; i <= 65535; ++i) {
        BOOST_REQUIRE(labels.add(std::to_string(i)) == i);
    }
    BOOST_TEST(labels.add("65535") == 65535U);
    BOOST_TEST(labels.add("one more") == 0U);
    BOOST_TEST(labels.text(1) == "1");
    BOOST_TEST(labels.text(40000) == "40000");
    labels.clear();
    BOOST_TEST(labels.text(1) == "");
    BOOST_TEST(labels.add("again") == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
