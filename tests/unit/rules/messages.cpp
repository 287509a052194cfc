// What a merchandiser reads when a file is wrong: file, line, and what to write instead.
#include <boost/test/unit_test.hpp>

#include "unit/rules/shop.hpp"

using namespace pz;
using namespace pz::test;

namespace {

void check(std::string_view source, std::string_view expected) {
    BOOST_TEST(load_error(source) == expected);
}
void check_rule(const std::string& body, const std::string& expected) {
    check("\nrule 'r' { " + body + " }", "shop.lua:2: rule 'r': " + expected);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rule_messages)

BOOST_AUTO_TEST_CASE(lua_itself) {
    check("rule 'r' {\n  boost = 2\n  hide = true\n}",
          "shop.lua:3: '}' expected (to close '{' at line 1) near 'hide'");
    check("\n\nwhile true do", "shop.lua:3: 'end' expected near '<eof>'");
    check("local a = 'x\n'", "shop.lua:1: text without its closing '");
    check("--[[\n\n]] local x = 5LL",
          "shop.lua:3: only plain numbers: write 1 instead of 1LL or 1i");
    check("\r\n\r\nlocal __pz_a",
          "shop.lua:3: names that begin with '__pz' are reserved: choose another name");
    check("\nlocal x = nothing.y",
          "shop.lua:2: rules know no 'nothing'; known are contains, days_since, "
          "ends_with, ipairs, math, next, pairs, rule, segment, select, starts_with, "
          "string, table, time_zone, tonumber, type, years_since");
    check("\nrul 'x' {}", "shop.lua:2: rules know no 'rul'; did you mean 'rule'?");
    check("x = 1", "shop.lua:1: a global name cannot be set: write 'local x'");
}

BOOST_AUTO_TEST_CASE(definitions) {
    check("\nrule 'r'", "shop.lua:2: rule 'r': no body: write { ... } behind the name");
    check("rule ''", "shop.lua:1: the name of a rule is '': write a text of 1 to 200 bytes");
    check("rule(5)", "shop.lua:1: the name of a rule is 5: write a text of 1 to 200 bytes");
    check("rule('r', {})", "shop.lua:1: rule 'r': write rule \"name\" { ... }");
    check("rule 'r' 'x'", "shop.lua:1: rule 'r': expected { ... }, got 'x'");
    check("rule 'r' { hide = true }\nrule 'r' { hide = true }",
          "shop.lua:2: rule 'r': there is one of this name already: choose another");
    check("local r = rule 'r'\nr { hide = true }\nr { hide = true }",
          "shop.lua:3: rule 'r': it has a body already");
    check("segment 's' {}",
          "shop.lua:1: segment 's': nothing to decide by: add when = "
          "function(visitor) return ... end");
    check("segment 's' { when = true }",
          "shop.lua:1: segment 's': when is a boolean: write "
          "function(visitor, page) return ... end");
    check("segment 's' { wen = 1 }",
          "shop.lua:1: segment 's': unknown key 'wen'; did you mean 'when'?");
}

BOOST_AUTO_TEST_CASE(keys_and_verbs) {
    check_rule("bost = 2", "unknown key 'bost'; did you mean 'boost'?");
    check_rule(
        "zzzzzzz = 2",
        "unknown key 'zzzzzzz'; known are between, boost, bury, days, from, hide, "
        "label, match, mix, on, only, pin, recommend, require, segment, time_zone, to, variant, "
        "when");
    check_rule(
        "2",
        "unknown key 1; known are between, boost, bury, days, from, hide, label, match, mix, on, "
        "only, pin, recommend, require, segment, time_zone, to, variant, when");
    check_rule("on = 'home'",
               "nothing to do: add one of boost, bury, pin, hide, only, require, mix, "
               "variant, label, recommend");
    check_rule("hide = true, pin = 1",
               "two verbs: write one rule for each of boost, bury, pin, hide, only, require, "
               "mix, variant, label, recommend");
    check_rule("boost = 0",
               "boost is 0: write a number above 0, 2 for twice the score, or a function");
    check_rule("bury = '2'",
               "bury is '2': write a number above 0, 2 for twice the score, or a function");
    check_rule("pin = 0", "pin is 0: write a position, 1 for the first place");
    check_rule("pin = 1.5", "pin is 1.5: write a position, 1 for the first place");
    check_rule("hide = false", "hide is a boolean: write true");
    check_rule("when = 'x', hide = true",
               "when is 'x': write function(visitor, page) return ... end");
}

BOOST_AUTO_TEST_CASE(where_and_when) {
    check_rule(
        "on = 'home\\t1', hide = true",
        "on: bad pattern 'home\t1': write a placement's name (its name=, or else its selector), "
        "with * for any characters");
    check_rule("on = '', hide = true", "on is '': write a text of 1 to 200 bytes");
    check_rule("on = {}, hide = true", "on is not a list of texts: write {\"one\", \"two\"}");
    check_rule("on = {a = 'x'}, hide = true",
               "on is not a list of texts: write {\"one\", \"two\"}");
    check_rule("segment = 5, hide = true", "segment is 5: write a text of 1 to 200 bytes");
    check_rule("from = '2026-02-29', hide = true",
               "from is '2026-02-29': write a date as \"2026-03-31\"");
    check_rule("to = '31.3.2026', hide = true",
               "to is '31.3.2026': write a date as \"2026-03-31\"");
    check_rule("from = '2026-04-01', to = '2026-03-01', hide = true",
               "from is after to: swap the two dates");
    check_rule("between = '08:00', hide = true",
               "between is '08:00': write two times as {\"08:00\", \"20:00\"}");
    check_rule("between = {'8:00', '20:00'}, hide = true",
               "between has '8:00': write two times as {\"08:00\", \"20:00\"}");
    check_rule("between = {'08:00', '24:01'}, hide = true",
               "between has '24:01': write two times as {\"08:00\", \"20:00\"}");
    check_rule("between = {'08:00', '08:00'}, hide = true",
               "between never holds: give a later second time");
    check_rule("days = {'saturday'}, hide = true",
               "days has 'saturday': the days are mon, tue, wed, thu, fri, sat, sun");
}

BOOST_AUTO_TEST_CASE(matches) {
    check_rule("match = 'Nike', hide = true",
               "match is 'Nike': write match = {brand = \"Nike\"} or a function");
    check_rule("match = {}, hide = true", "match is empty: leave it out to match every item");
    check_rule("match = {'Nike'}, hide = true",
               "match has an entry without a name: write match = {brand = \"Nike\"}");
    check_rule("match = {brand = true}, hide = true",
               "match.brand is a boolean: write a text of 1 to 200 bytes");
    check_rule("match = {price = '5'}, hide = true",
               "match.price is not a number or range: write 10 or {min = 10, max = 50}");
    check_rule("match = {price = {max = 5, mn = 1}}, hide = true",
               "match.price has 'mn': write {min = 10, max = 50}");
    check_rule("match = {price = {min = 5, max = 1}}, hide = true",
               "match.price is not a number or range: write 10 or {min = 10, max = 50}");
    check_rule("match = {available = 'yes'}, hide = true",
               "match.available is 'yes': write true or false");
}

BOOST_AUTO_TEST_SUITE_END()
