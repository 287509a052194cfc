// Names that a file's functions ask for and nobody knows.
#include "rules/names.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/rules/shop.hpp"

using namespace pz;
using namespace pz::test;

namespace {

// "2 rule: text" for each finding.
std::string unknown(const store::Snapshot* snapshot, const std::string& source) {
    const auto rules = load(source);
    std::string text;
    for (const auto& finding :
         rules::unknown_names(rules->source(), rules->definitions(), snapshot)) {
        BOOST_TEST(!finding.error);
        text += (text.empty() ? "" : "\n") + std::to_string(finding.line) + " " + finding.rule +
                ": " + finding.text;
    }
    return text;
}

std::string in_function(const Shop& shop, const std::string& expression) {
    return unknown(&shop.snapshot(), "rule 'r' { match = function(item, visitor, page) return " +
                                         expression + " end, boost = 2 }");
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rule_names, Shop)

BOOST_AUTO_TEST_CASE(unknown_names_with_the_nearest_known) {
    BOOST_TEST(in_function(*this, "item.brnad == 'x'") ==
               "1 r: item.brnad: the catalog has no such column; did you mean 'brand'?");
    BOOST_TEST(in_function(*this, "item.avaliable") ==
               "1 r: item.avaliable: the catalog has no such column; did you mean 'available'?");
    BOOST_TEST(in_function(*this, "page.item and page.item.prize") ==
               "1 r: item.prize: the catalog has no such column; did you mean 'price'?");
    BOOST_TEST(in_function(*this, "page.catgory == 'x'") ==
               "1 r: a page has no 'catgory'; did you mean 'category'?");
    BOOST_TEST(in_function(*this, "visitor.vists > 1") ==
               "1 r: a visitor has no 'vists'; did you mean 'visits'?");
    BOOST_TEST(in_function(*this, "visitor:was_seen(item)") == "1 r: a visitor has no 'was_seen'");
}

BOOST_AUTO_TEST_CASE(known_names) {
    for (const char* expression :
         {"item.brand == item.custom_label_0", "item.margin or item.age_days", "page.item.title",
          "page.var.anything", "visitor.trait.anything", "visitor:viewed(item)",
          "item.title:lower() == ''", "'item.brnad' == [[page.x]] or [==[ ]] visitor.y ]==] == ''",
          "1 --[[ item.brnad ]] == 2 -- page.x\n", "item\n.\nbrand"}) {
        BOOST_TEST(in_function(*this, expression) == "", expression);
    }
    BOOST_TEST(
        unknown(nullptr, "rule 'r' { match = function(item) return item.brnad end, boost = 2 }") ==
        "");
}

BOOST_AUTO_TEST_CASE(what_the_file_itself_calls_so) {
    BOOST_TEST(in_function(*this, "t.item.brnad") == "");
    BOOST_TEST(unknown(&snapshot(),
                       "local page, item = {x = 1}, {y = 2}\n"
                       "rule 'r' { when = function() return page.x == item.y end, boost = 2 }") ==
               "");
    BOOST_TEST(unknown(&snapshot(),
                       "rule 'r' { when = function() for _, item in ipairs({{y = 1}}) do\n"
                       "    if item.y then return true end end end, boost = 2 }") == "");
}

BOOST_AUTO_TEST_CASE(lines_and_rules) {
    BOOST_TEST(unknown(&snapshot(),
                       "local function gift(item) return item.gfit end\n"
                       "rule 'one' { match = gift, boost = 2 }\r\n"
                       "rule 'two' { when = function(visitor)\n"
                       "    return 'a\\\nb' == visitor.evnts or visitor.evnts end, boost = 2 }") ==
               "1 : item.gfit: the catalog has no such column\n"
               "5 two: a visitor has no 'evnts'; did you mean 'events'?");
}

// The list is written again in access.lua.
BOOST_AUTO_TEST_CASE(what_is_known_is_what_rules_are_told) {
    for (const std::string object : {"visitor", "page"}) {
        auto rules = load("rule 'r' { when = function(visitor, page) return " + object +
                          ".qqqqqqqq end, boost = 2 }");
        auto list = candidates();
        const std::string error = rules->apply(context, list).error;
        std::size_t at = error.find("known are ");
        BOOST_REQUIRE_MESSAGE(at != std::string::npos, error);
        std::string_view names = std::string_view(error).substr(at + 10);
        std::size_t count = 0;
        while (!names.empty()) {
            const std::size_t end = std::min(names.find(','), names.size());
            const std::string name(names.substr(0, end));
            BOOST_TEST(in_function(*this, object + "." + name) == "", name);
            names.remove_prefix(std::min(end + 2, names.size()));
            ++count;
        }
        BOOST_TEST(count == (object == "page" ? 12U : 16U));
    }
}

BOOST_AUTO_TEST_SUITE_END()
