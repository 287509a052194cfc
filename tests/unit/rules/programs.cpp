// Functions that run on columns: which they are, and that they do what Lua does.
#include <boost/test/unit_test.hpp>
#include <random>

#include "fuzz/expressions.hpp"
#include "rules/definition.hpp"
#include "unit/rules/shop.hpp"

using namespace pz;
using namespace pz::test;

namespace {

// Whether a match function with this body, which may use `head`, runs on columns.
bool on_columns(const std::string& body, const std::string& head = "") {
    const auto rules = load(
        head + "\nrule 'r' { boost = 2, match = function(item, visitor, page) " + body + " end }");
    return !rules->definitions().rules.front().programs.match.empty();
}

bool returned_on_columns(const std::string& expression, const std::string& head = "") {
    return on_columns("return " + expression, head);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rule_programs, Shop)

BOOST_AUTO_TEST_CASE(one_expression_runs_on_columns) {
    for (const char* expression :
         {"item.price < 20 and item.popularity > 3", "item.brand == 'Vela'", "item.color ~= nil",
          "not item.on_sale", "(item.margin or 0) >= 0.25", "item.on_sale == false",
          "1 - item.current_price / item.price > .5 or true", "visitor:bought(item)",
          "item.size == visitor.trait.size", "page.category == \"Kitchen\"", "-item.stock < -2",
          "visitor.events > 3 and page.var.country == 'DE'", "nil == item.brand", "item.title",
          "item.brand == 'Nike' -- theirs\n", "item.price < 5;"}) {
        BOOST_TEST(returned_on_columns(expression) ==
                       (std::string(expression).find(" .5") == std::string::npos),
                   expression);
    }
}

BOOST_AUTO_TEST_CASE(everything_else_is_left_to_lua) {
    for (const char* expression : {"item",
                                   "item.brand:lower() == 'nike'",
                                   "contains(item.title, 'a')",
                                   "item.price % 2 == 0",
                                   "item.price ^ 2 > 4",
                                   "item.brand < 'N'",
                                   "item.brand == item.color",
                                   "#item.brand > 3",
                                   "item['brand'] == 'Nike'",
                                   "visitor:viewed('mug')",
                                   "visitor:share('brand', 'Nike') > 0",
                                   "item.brand == '\\65cme'",
                                   "item.brand == [[Nike]]",
                                   "item.price < 0x10",
                                   "item.price < 1e3",
                                   "item.price == '10'",
                                   "item.margin == item.margin",
                                   "math.huge > 1",
                                   "page.item",
                                   "page.weekday == 'fri'",
                                   "(item.price < 5) < 3",
                                   "visitor == nil",
                                   "item.price < 5, true",
                                   "(function() return true end)()",
                                   "item.price.x",
                                   "not item == nil",
                                   "item.price <= 1234567890123456"}) {
        BOOST_TEST(!returned_on_columns(expression), expression);
    }
    for (const char* body :
         {"if item.price < 5 then return true end", "return", "do return true end",
          "local a = item.margin * 2 return true", "local a, b = 1 return a",
          "local item = page return item.hour == 1", "", "return true;;"}) {
        BOOST_TEST((std::string(body) == "return true;;" || !on_columns(body)), body);
    }
}

BOOST_AUTO_TEST_CASE(locals_of_facts_may_stand_before_the_return) {
    BOOST_TEST(
        on_columns("local size = visitor.trait.size "
                   "return size ~= nil and item.size ~= nil and item.size ~= size"));
    BOOST_TEST(on_columns("local cheap = item.price local cheap = item.on_sale; return cheap"));
    know({}, {{"size", "M"}});
    BOOST_TEST(scores(*this,
                      "rule 'r' { hide = true, match = function(item, visitor) local size = "
                      "visitor.trait.size return size ~= nil and item.size ~= nil and item.size ~= "
                      "size end }") != "5 4 3 2 1");
}

BOOST_AUTO_TEST_CASE(constants_of_the_file_are_what_nobody_changes) {
    BOOST_TEST(returned_on_columns("item.price < LIMIT", "local LIMIT = 20"));
    BOOST_TEST(returned_on_columns("item.brand == NAME and ON", "local NAME, ON = 'Nike', true"));
    BOOST_TEST(!returned_on_columns("item.price < LIMIT", "local LIMIT = 20 LIMIT = 30"));
    BOOST_TEST(!returned_on_columns(
        "item.price < LIMIT", "local LIMIT = 20 local function more() LIMIT = LIMIT + 1 end"));
    BOOST_TEST(!returned_on_columns("item.brand == NAMES", "local NAMES = {'Nike'}"));
    BOOST_TEST(scores(*this,
                      "local LIMIT = 20\nrule 'r' { boost = 2, match = function(item) return "
                      "item.price < LIMIT end }\nLIMIT = 50") == "10 4 6 4 2");
}

// Each round of a loop closes over its own.
BOOST_AUTO_TEST_CASE(a_function_made_in_a_loop) {
    BOOST_TEST(scores(*this,
                      "for _, brand in ipairs({'Nike', 'Acme'}) do local most = #brand * 3\n"
                      "rule(brand) { boost = most, match = function(item)\n"
                      "return item.brand == brand end } end") == "60 48 36 2 12");
}

BOOST_AUTO_TEST_CASE(two_functions_on_a_line_are_lua_s) {
    const auto rules = load(
        "rule 'r' { match = function(item) return true end, boost = function() return 2 end }\n"
        "rule 's' { match = function(item) return true end,\nboost = function() return 2 end }");
    const auto definitions = rules->definitions();
    BOOST_TEST(definitions.rules[0].programs.match.empty());
    BOOST_TEST(definitions.rules[0].programs.amount.empty());
    BOOST_TEST(!definitions.rules[1].programs.match.empty());
    BOOST_TEST(!definitions.rules[1].programs.amount.empty());
    auto list = candidates();
    rules->apply(context, list);
    BOOST_TEST(show(list) == "20 16 12 8 4");
}

// Line 152 of the driver is not line 152 of the file.
BOOST_AUTO_TEST_CASE(a_function_of_the_library_is_not_of_the_file) {
    std::string source;
    for (int line = 0; line < 400; ++line) {
        source += "do local _ = function(a, b) return true end end\n";
    }
    source += "rule 'r' { match = days_since, hide = true }";
    auto rules = load(source);
    BOOST_TEST(rules->definitions().rules.front().programs.match.empty());
}

BOOST_AUTO_TEST_CASE(what_raises_in_lua_raises) {
    auto rules = load(
        "\nrule 'r' { boost = 2, match = function(item) return item.margin > 0.1 end }"
        "\nrule 's' { boost = function(item) return 0 - item.price end }"
        "\nrule 't' { boost = function(item) return item.brand end }"
        "\nrule 'u' { boost = function(item) return 1 < item.margin or nil end }");
    for (std::size_t i = 0; i < 4; ++i) {
        auto list = candidates();
        const auto outcome = rules->apply_rule(i, context, list);
        BOOST_TEST(outcome.failed == 1U);
        BOOST_TEST(outcome.error.find("shop.lua") == 0U, outcome.error);
        BOOST_TEST(show(list) == "5 4 3 2 1");
    }
}

BOOST_AUTO_TEST_CASE(another_generation_has_other_ids) {
    auto rules =
        load("rule 'r' { match = function(item) return item.brand == 'Vela' end, boost = 2 }");
    const auto boosted = [&](const store::Snapshot& of) {
        context.snapshot = &of;
        auto list = candidates();
        rules->apply(context, list);
        return show(list);
    };
    BOOST_TEST(boosted(snapshot()) == "5 4 3 2 1");
    const auto next = next_generation("Vela");
    BOOST_TEST(boosted(*next) == "10 4 3 2 1");
    BOOST_TEST(boosted(snapshot()) == "5 4 3 2 1");
}

// Everything that comes of chance expressions, as Lua does it.
BOOST_AUTO_TEST_CASE(chance_expressions_do_what_lua_does) {
    know({"view_item mug 1774002000", "purchase lamp 1773902000", "add_to_cart bag 1774002300",
          "like shoe 1774002100"},
         {{"size", "M"}});
    context.query = "red";
    variables = {{"country", "DE"}};
    context.variables = variables;
    std::mt19937 chance(20260320);  // NOLINT: the same each time
    std::size_t programs = 0;
    std::size_t failed = 0;
    constexpr std::size_t kFiles = 12;
    constexpr std::size_t kRules = 240;
    for (std::size_t file = 0; file < kFiles; ++file) {
        fuzz::Twins twins;
        twins.begin(fuzz::kConstants);
        for (std::size_t i = 0; i < kRules; ++i) {
            std::string bytes(48, '\0');
            std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<char>(chance()); });
            twins.add(i % 4, fuzz::Expressions(bytes).make(i % 4 != 0, i % 4 == 3),
                      std::to_string(i));
        }
        auto columns = load(twins.columns);
        auto lua = load(twins.lua);
        for (const rules::Rule& rule : columns->definitions().rules) {
            const rules::Programs& each = rule.programs;
            programs += each.when.empty() && each.match.empty() && each.amount.empty() &&
                                each.require.empty()
                            ? 0
                            : 1;
        }
        for (std::size_t i = 0; i < kRules; ++i) {
            auto mine = many(70);
            auto theirs = mine;
            const auto my = columns->apply_rule(i, context, mine);
            const auto their = lua->apply_rule(i, context, theirs);
            failed += my.failed;
            BOOST_REQUIRE_MESSAGE(my.error == their.error && my.applied == their.applied &&
                                      show(mine) == show(theirs),
                                  my.error << " / " << their.error << "\nof rule " << i << "\n"
                                           << twins.columns);
        }
    }
    BOOST_TEST(programs > kFiles * kRules / 2);
    BOOST_TEST(failed > 100U);
    BOOST_TEST(failed < kFiles * kRules / 2);
}

BOOST_AUTO_TEST_SUITE_END()
