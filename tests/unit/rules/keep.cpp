// What a file keeps for all its pages cannot be written to: no rule and no other visitor sees it changed.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/rules/shop.hpp"

using namespace pz;
using namespace pz::test;

namespace {

// Statements of a function that set a local which outlives the page.
const char* const kAssignments[] = {
    "last = visitor.trait.name",
    "last, other = 1, 2",
    "local x x, last = 1, 2",
    "if true then last = nil end",
    "(function() last = 'x' end)()",
    "local f = function() return function() last = 1 end end f()()",
    "for i = 1, 2 do last = i end",
    "function last() end",
    "function nested.f() last = 1 end",
    "repeat last = 1 until true",
};

// Statements that write to a table which outlives the page.
const char* const kWrites[] = {
    "t.x = 1",
    "t[1] = 1",
    "t['x'] = 1",
    "t.new = 1",
    "t[#t + 1] = 1",
    "t[\"a\" .. 'b'] = 1",
    "t[ [[x]] ] = 1",
    "alias.x = 1",
    "nested.deep.x = 1",
    "nested.deep.list[1] = 1",
    "nested['deep']['list'][1] = 1",
    "local u = nested.deep u.x = 1",
    "local u = {} u.a, t.x = 1, 2",
    "local u = {} t.x, u.a = 1, 2",
    "local u = {} t.x, t[1], u.a = 1, 2, 3",
    "(t).x = 1",
    "(t or nested).x = 1",
    "({t})[1].x = 1",
    "local n = 5 (t).x = 1",
    "local n = 'a' (t).x = 1",
    "local n = nil (t).x = 1",
    "local n = {} (t).x = 1",
    "local n = function() end (t).x = 1",
    "local n = t.x, 6 (t).x = 1",
    "do (t).x = 1 end",
    "goto on ::on:: t.x = 1",
    "::here::t.x = 1",
    "goto on; ::on::(t).x = 1",
    "local a = 1; t.x = 1",
    "local a = 1 t.x = 1",
    "local a = t.x t.x = 1",
    "local a = -t[1] t[1] = a",
    "get().x = 1",
    "get()[1] = 1",
    "nested:method().x = 1",
    "nested.method().x = 1",
    "nested.method 'x' .x = 1",
    "nested.method {1} .x = 1",
    "nested.method{x = t}.x = 1",
    "nested.method(function() local a = t end).x = 1",
    "t -- a comment\n. --[[ another ]] x -- and\n = 1",
    "t\n[\n1\n]\n=\n1",
    "t[ (function() local u = {} u.x = 1 return 1 end)() ] = 1",
    "t[ (function() return 1 end)() ] = 1",
    "function t.x() end",
    "function t:x() end",
    "function nested.deep.x() end",
    "function t.new() end",
    "(function(u) u.x = 1 end)(t)",
    "(function(...) local u = ... u.x = 1 end)(t)",
    "set(t, 'x')",
    "nested.write()",
    "for k, v in pairs(nested) do if type(v) == 'table' then v.x = 1 end end",
    "for _, u in ipairs({t}) do u[1] = 1 end",
    "local f = function() t.x = 1 end f()",
    "local made = {f = function() t.x = 1 end} made.f()",
    "if true then t.x = 1 end",
    "while true do t.x = 1 end",
    "repeat t.x = 1 until true",
    "keyed[t].x = 1",
    "for u in pairs(keyed) do u.x = 1 end",
    "table.insert(t, 'x')",
    "table.insert(t, 1, 'x')",
    "table.remove(t)",
    "table.remove(t, 1)",
    "table.sort(t)",
    "table.sort(nested.deep.list, function(a, b) return a > b end)",
    "local insert = table.insert insert(t, 1)",
    "nested.insert(t, 1)",
};

const std::string kKept = R"lua(
local last, other
local t = {1, 2, x = 1}
local alias = t
local nested = {deep = {x = 1, list = {2, 1}}, method = function() return t end,
                write = function() t.x = 2 end, insert = table.insert}
local keyed = {[t] = {x = 1}}
local function get() return t end
local function set(u, key) u[key] = 1 end
)lua";
// Reads all that there is, and finds it unchanged.
const std::string kReader = R"lua(
rule "read" {
    when = function()
        local sum = 0
        for _, v in pairs(t) do sum = sum + v end
        for _, v in ipairs(alias) do sum = sum + v end
        return sum == 7 and #t == 2 and t.new == nil and last == nil and other == nil
            and nested.deep.x == 1 and nested.deep.list[1] == 2 and keyed[t].x == 1 and next(t) == 1
            and table.concat(t, ",") == "1,2" and get() == t and type(t) == "table"
    end,
    boost = 2,
}
)lua";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rule_keeps, Shop)

BOOST_DATA_TEST_CASE_F(Shop, a_local_that_outlives_the_page_is_not_set,
                       boost::unit_test::data::make(kAssignments), statement) {
    const std::string error =
        load_error(kKept + "rule 'writes' { match = function(item, visitor)\n" + statement +
                   "\nreturn last == nil and t ~= nested end, hide = true }");
    BOOST_TEST(error.find("shop.lua:11: 'last' outlives the page") == 0U, error);
}

BOOST_DATA_TEST_CASE_F(Shop, a_table_that_outlives_the_page_is_not_written,
                       boost::unit_test::data::make(kWrites), statement) {
    auto rules = load(kKept + "rule 'writes' { match = function(item, visitor)\n" + statement +
                      "\nreturn true end, hide = true }" + kReader);
    for (int i = 0; i < 2; ++i) {
        auto list = candidates();
        const auto outcome = rules->apply(context, list);
        BOOST_TEST(outcome.failed == 1U, statement);
        BOOST_TEST(outcome.error.find("this table is the file's") != std::string::npos,
                   outcome.error);
        BOOST_TEST(show(list) == "10 8 6 4 2", statement);
    }
}

BOOST_AUTO_TEST_CASE(the_line_of_a_write_is_named) {
    auto rules = load(
        "local t = {}\nrule 'w' { when = function()\nlocal a = 1\nt.x = a\nend, hide = true }");
    auto list = candidates();
    BOOST_TEST(
        rules->apply(context, list).error.find("shop.lua:4: rule 'w': this table is the file's") ==
        0U);
}

BOOST_AUTO_TEST_CASE(closures_that_outlive_the_page_keep_their_locals) {
    const std::string counter =
        "local function counter()\nlocal n = 0\nreturn function()\nn = n + 1\nreturn n end end\n";
    const std::string refused = "shop.lua:4: 'n' outlives the page";
    BOOST_TEST(load_error(counter +
                          "local next_one = counter()\n"
                          "rule 'r' { when = function() return next_one() > 3 end, hide = true }")
                   .find(refused) == 0U);
    BOOST_TEST(
        load_error(counter +
                   "local kept = {deep = {counter()}}\n"
                   "rule 'r' { when = function() return kept.deep[1]() > 3 end, hide = true }")
            .find(refused) == 0U);
    BOOST_TEST(load_error(counter + "segment 's' { when = counter() }").find(refused) == 0U);
    BOOST_TEST(load_error(counter + "rule 'r' { boost = counter() }").find(refused) == 0U);
    BOOST_TEST(load_error(counter + "rule 'r' { label = counter() }").find(refused) == 0U);
    BOOST_TEST(load_error(counter + "rule 'r' { require = counter() }").find(refused) == 0U);
    BOOST_TEST(load_error(counter + "rule 'r' { match = counter(), hide = true }").find(refused) ==
               0U);
}

// Made within one call, and gone with it.
BOOST_AUTO_TEST_CASE(what_a_call_makes_is_its_own) {
    const std::string source = R"lua(
local function counter() local n = 0 return function() n = n + 1 return n end end
local function copy(from) local to = {} for k, v in pairs(from) do to[k] = v end return to end
local size = 0
for _ in pairs({1, 2, 3}) do size = size + 1 end
local function grow() size = size + 1 end
grow()
local list = {3, 1, 2}
table.sort(list)
list.more = {}
rule "works" {
    when = function()
        local one, other = counter(), counter()
        local t = copy(list)
        t.x, t[1], t.more = 1, 7, {y = 1}
        t.more.y = 2
        function t.f() return t.x end
        function t:g() return self.x end
        table.insert(t, 4)
        table.sort(t)
        local removed = table.remove(t)
        one()
        return one() == 2 and other() == 1 and size == 4 and #t == 3 and t[1] == 2 and removed == 7
            and t.f() == 1 and t:g() == 1 and list[1] == 1 and t.more.y == 2
    end,
    hide = true,
}
)lua";
    auto rules = load(source);
    for (int i = 0; i < 3; ++i) {
        auto list = candidates();
        BOOST_TEST(rules->apply(context, list).error == "");
        BOOST_TEST(show(list) == "- - - - -");
    }
}

BOOST_AUTO_TEST_CASE(one_visitor_is_not_shown_to_the_next) {
    BOOST_TEST(load_error("local last = 'nobody'\nrule 'leak' { label = function(item, visitor)\n"
                          "local before = last\nlast = visitor.trait.name or '?'\n"
                          "return 'previous: ' .. before end }")
                   .find("shop.lua:4: 'last' outlives the page") == 0U);
}

BOOST_AUTO_TEST_CASE(large_and_deep_tables_are_kept) {
    auto rules = load(
        "local t = {}\nfor i = 1, 2000 do t[i] = {i} end\n"
        "local deep = {}\nfor i = 1, 5000 do deep = {deep} end\nlocal cycle = {}\ncycle[1] = "
        "cycle\n"
        "rule 'r' { when = function() return t[7][1] == 7 and deep[1] ~= nil and cycle[1] == cycle "
        "end, "
        "boost = 2 }\n"
        "rule 'w' { when = function() t[2000][1] = 1 end, boost = 2 }");
    auto list = candidates();
    const auto outcome = rules->apply(context, list);
    BOOST_TEST(outcome.failed == 1U);
    BOOST_TEST(show(list) == "10 8 6 4 2");
}

BOOST_AUTO_TEST_SUITE_END()
