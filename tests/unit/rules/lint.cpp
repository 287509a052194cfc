// What `personalize check` finds in a file that loads.
#include "rules/lint.hpp"

#include <boost/test/unit_test.hpp>

#include "rules/nearest.hpp"
#include "unit/rules/shop.hpp"

using namespace pz;
using namespace pz::test;

namespace {

// "2 rule: text" for each finding; errors with "!".
std::string findings(const Shop* shop, std::string_view source) {
    auto definitions = load(source)->definitions();
    std::string text;
    for (const auto& finding :
         rules::lint(definitions, shop == nullptr ? nullptr : &shop->snapshot(), kNow)) {
        text += (text.empty() ? "" : "\n") + std::string(finding.error ? "!" : "") +
                std::to_string(finding.line) + " " + finding.rule + ": " + finding.text;
    }
    return text;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rule_lint, Shop)

BOOST_AUTO_TEST_CASE(nothing_to_say) {
    BOOST_TEST(findings(this, "") == "");
    BOOST_TEST(findings(this,
                        "rule 'a' { match = {brand = 'Nike', price = {max = 50}}, boost = 2 }\n"
                        "rule 'b' { match = {brand = 'Acme'}, bury = 2 }\n"
                        "rule 'c' { mix = {brand = 2} }") == "");
}

BOOST_AUTO_TEST_CASE(columns_that_the_catalog_lacks) {
    BOOST_TEST(findings(this, "\nrule 'r' { match = {brnad = 'Nike'}, boost = 2 }") ==
               "!2 r: the catalog has no column 'brnad'; did you mean 'brand'?\n"
               "2 r: selects none of the catalog's 5 items");
    BOOST_TEST(findings(this, "rule 'r' { mix = {colour = 2} }") ==
               "!1 r: the catalog has no column 'colour'; did you mean 'color'?");
    BOOST_TEST(findings(this, "rule 'r' { require = {warehouse = {min = 1}} }") ==
               "!1 r: the catalog has no column 'warehouse'");
    BOOST_TEST(findings(nullptr, "rule 'r' { match = {brnad = 'Nike'}, boost = 2 }") == "");
}

BOOST_AUTO_TEST_CASE(values_that_no_item_has) {
    BOOST_TEST(findings(this, "rule 'r' { match = {brand = {'Nike', 'Acne'}}, boost = 2 }") ==
               "1 r: no item has brand 'Acne'; did you mean 'Acme'?");
    BOOST_TEST(findings(this, "rule 'r' { match = {title = '*mug*'}, boost = 2 }") ==
               "1 r: no item has title '*mug*'\n1 r: selects none of the catalog's 5 items");
}

BOOST_AUTO_TEST_CASE(rules_that_can_never_match) {
    BOOST_TEST(
        findings(this, "rule 'r' { match = {brand = 'Acme', price = {max = 5}}, only = true }") ==
        "1 r: selects none of the catalog's 5 items: it hides all");
    BOOST_TEST(
        findings(this,
                 "rule 'r' { match = {brand = 'Acme', price = {max = 5}}, require = {color = "
                 "'red'} }") == "1 r: selects none of the catalog's 5 items");
    BOOST_TEST(findings(this, "rule 'r' { match = {id = 'mug'}, require = {color = 'red'} }") ==
               "");
    BOOST_TEST(findings(nullptr, "rule 'r' { to = '2026-03-01', boost = 2 }") ==
               "1 r: its time is over since 2026-03-01");
    BOOST_TEST(findings(nullptr, "rule 'r' { to = '2026-03-20', boost = 2 }") == "");
    BOOST_TEST(findings(nullptr,
                        "rule 'r' { from = '2026-03-23', to = '2026-03-25', days = {'sat', "
                        "'sun'}, boost = 2 }") ==
               "1 r: can never be in force: none of its days is between from and to");
    BOOST_TEST(findings(nullptr,
                        "rule 'r' { from = '2026-03-23', to = '2026-03-28', days = 'sat', "
                        "boost = 2 }") == "");
    BOOST_TEST(findings(nullptr,
                        "segment 'hunters' { when = function() end }\n"
                        "rule 'r' { segment = 'huntres', boost = 2 }") ==
               "2 r: this file has no segment 'huntres'; did you mean 'hunters'?");
    BOOST_TEST(findings(nullptr, "rule 'r' { segment = 'vip', boost = 2 }") == "");
}

BOOST_AUTO_TEST_CASE(rules_that_contradict) {
    BOOST_TEST(
        findings(nullptr, "rule 'a' { pin = 1 }\nrule 'b' { on = 'home-*', pin = 1 }") ==
        "2 b: pins place 1, as does another rule (line 1, 'a'); it comes on the next free one");
    BOOST_TEST(findings(this,
                        "rule 'a' { match = {brand = 'Nike'}, hide = true }\n"
                        "rule 'b' { match = {id = 'mug'}, boost = 2 }") ==
               "2 b: all its items are hidden by another rule (line 1, 'a')");
    BOOST_TEST(findings(this,
                        "rule 'a' { match = {id = 'mug'}, pin = 1 }\n"
                        "rule 'b' { match = {brand = 'Nike'}, hide = true }") ==
               "2 b: hides all that another rule is for (line 1, 'a')");
    BOOST_TEST(findings(this,
                        "rule 'a' { match = {brand = 'Nike'}, only = true }\n"
                        "rule 'b' { match = {brand = 'Acme'}, only = true }") ==
               "2 b: leaves nothing together with another only (line 1, 'a')");
    BOOST_TEST(findings(this,
                        "rule 'a' { match = {brand = 'Nike'}, boost = 2 }\n"
                        "rule 'b' { match = {id = 'mug'}, bury = 2 }") ==
               "2 b: buries what another rule boosts (line 1, 'a')");
    BOOST_TEST(
        findings(nullptr, "rule 'a' { recommend = 'sale' }\nrule 'b' { recommend = 'new' }") ==
        "2 b: is never asked for its recommenders where another rule is (line 1, 'a')");
}

BOOST_AUTO_TEST_CASE(rules_that_contradict_an_only) {
    const auto pair = [&](const std::string& a, const std::string& b) {
        return findings(this, "rule 'a' { match = " + a + " }\nrule 'b' { match = " + b + " }");
    };
    BOOST_TEST(pair("{brand = 'Nike'}, only = true", "{brand = 'Acme'}, boost = 2") ==
               "2 b: is for none of the items that another rule leaves (line 1, 'a')");
    BOOST_TEST(pair("{brand = 'Acme'}, pin = 1", "{brand = 'Nike'}, only = true") ==
               "2 b: leaves none of the items that another rule is for (line 1, 'a')");
    BOOST_TEST(pair("{id = 'mug'}, only = true", "{brand = 'Nike'}, hide = true") ==
               "2 b: hides all that another rule leaves (line 1, 'a')");
    BOOST_TEST(pair("{brand = 'Nike'}, hide = true", "{id = 'mug'}, only = true") ==
               "2 b: leaves only what another rule hides (line 1, 'a')");
    BOOST_TEST(pair("{brand = 'Nike'}, only = true", "{id = 'mug'}, boost = 2") == "");
    BOOST_TEST(pair("{brand = 'Nike'}, only = true", "{id = 'mug'}, hide = true") == "");
    BOOST_TEST(pair("{id = 'mug'}, on = 'home-1', only = true",
                    "{brand = 'Acme'}, on = 'home-2', boost = 2") == "");
}

BOOST_AUTO_TEST_CASE(an_item_pinned_twice) {
    const auto pins = [&](const std::string& a, const std::string& b) {
        return findings(this, "rule 'a' { match = " + a + ", pin = 1 }\nrule 'b' { match = " + b +
                                  ", pin = 2 }");
    };
    BOOST_TEST(pins("{id = 'mug'}", "{title = 'Red Mug'}") ==
               "2 b: pins the item that another rule pins (line 1, 'a'); it stays where that puts "
               "it");
    BOOST_TEST(pins("{id = 'mug'}", "{id = 'shoe'}") == "");
    BOOST_TEST(pins("{brand = 'Nike'}", "{brand = 'Nike'}") == "");  // the second best
}

BOOST_AUTO_TEST_CASE(rules_that_do_not_meet) {
    const std::string a = ", match = {brand = 'Nike'}, boost = 2 }\n";
    const std::string b = ", match = {brand = 'Nike'}, bury = 2 }";
    const auto both = [&](const std::string& of_a, const std::string& of_b) {
        return findings(this, "rule 'a' { " + of_a + a + "rule 'b' { " + of_b + b);
    };
    BOOST_TEST(both("on = 'home-1'", "on = {'home-2', 'cart'}") == "");
    BOOST_TEST(both("on = 'home-*'", "on = {'home-2', 'cart'}") != "");
    BOOST_TEST(both("segment = 'x'", "segment = 'y'") == "");
    BOOST_TEST(both("from = '2026-04-01'", "to = '2026-03-31'") == "");
    BOOST_TEST(both("days = 'sat'", "days = 'sun'") == "");
    BOOST_TEST(both("between = {'08:00', '12:00'}", "between = {'12:00', '20:00'}") == "");
    BOOST_TEST(both("between = {'08:00', '12:01'}", "between = {'12:00', '20:00'}") != "");
    BOOST_TEST(both("when = function() end", "when = function() end") == "");
}

BOOST_AUTO_TEST_CASE(distances) {
    BOOST_TEST(rules::edit_distance("", "abc") == 3U);
    BOOST_TEST(rules::edit_distance("brnad", "brand") == 2U);
    BOOST_TEST(rules::edit_distance("same", "same") == 0U);
    rules::Nearest nearest("prise");
    nearest.offer("brand");
    BOOST_TEST(nearest.question() == "");
    nearest.offer("price");
    BOOST_TEST(nearest.question() == "; did you mean 'price'?");
}

BOOST_AUTO_TEST_CASE(moments) {
    std::int64_t moment = 7;
    for (const char* wrong : {"", "x", "2026-13-01", "2026-03-20x", "2026", "-1", "20260320"}) {
        BOOST_TEST(!rules::parse_moment(wrong, &moment), wrong);
        BOOST_TEST(moment == 7);
    }
    BOOST_TEST(rules::parse_moment("1774002600", &moment));
    BOOST_TEST(moment == kNow);
    BOOST_TEST(rules::parse_moment("2026-03-20T10:30", &moment));
    BOOST_TEST(moment == kNow);
    BOOST_TEST(rules::parse_moment("2026-03-20", &moment));
    BOOST_TEST(moment == kNow - 10 * 3600 - 30 * 60);
}

BOOST_AUTO_TEST_SUITE_END()
