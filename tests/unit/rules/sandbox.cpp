// What a rule file must not reach: nothing of Lua or of ours beside the language, however it is asked for.
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "unit/rules/shop.hpp"

using namespace pz;
using namespace pz::test;

namespace {

// Each must fail to load or give nothing but an error or nil; `leaked` must never be true.
const char* const kEscapes[] = {
    "io ~= nil",
    "os.execute('true')",
    "require('ffi')",
    "ffi.cdef",
    "jit.off()",
    "debug.getinfo(1)",
    "package.loaded",
    "load('return 1')",
    "loadstring('return 1')",
    "dofile('/etc/passwd')",
    "loadfile('/etc/passwd')",
    "getfenv(1)",
    "setfenv(1, {})",
    "getmetatable('')",
    "setmetatable({}, {})",
    "rawget(item, 'x')",
    "rawset(item, 'x', 1)",
    "rawequal(item, item)",
    "_G",
    "_G.io",
    "coroutine.create(function() end)",
    "pcall(function() end)",
    "xpcall(function() end, function() end)",
    "error('x')",
    "collectgarbage('count')",
    "newproxy(true)",
    "tostring(item)",
    "print('x')",
    "unpack({1})",
    "module('x')",
    "string.rep('x', 10)",
    "('x'):rep(10)",
    "string.dump(function() end)",
    "('x'):format()",
    "string.format('%p', item)",
    "('x'):find('x')",
    "('x'):gsub('x', 'y')",
    "('x'):match('x')",
    "('x'):gmatch('x')",
    "string.gsub",
    "math.random()",
    "math.randomseed(1)",
    "table.getn({})",
    "bit.band(1, 2)",
    "(''):getmetatable()",
    "item.__index('x')",
    "item + 1",
    "item .. ''",
    "item < page",
    "item()",
    "-visitor",
    "visitor.trait + 1",
    "page.item.x",
    "next(item) ~= nil",
    "pairs(item)",
    "pairs(nil)",
    "next('x')",
    "tonumber(item, 10)",
    "tonumber('1', 99)",
    "table.sort({2, 1}, 'x')",
    "#item > 0",
    "table.sort(page)",
    "table.insert(item, 1)",
    "table.concat(visitor, 'x')",
    "visitor.viewed(item)",
    "visitor:viewed(1)",
    "visitor:viewed({})",
    "visitor:share(1, 2)",
    "visitor:share('title', 'x')",
    "visitor:share('nothing', 'x')",
    "visitor:in_segment(nil)",
    "contains(item.title, item)",
    "rule('again')",
};

const char* const kWrites[] = {
    "leaked = 1",
    "item.brand = 'x'",
    "item[1] = 1",
    "visitor.events = 1",
    "visitor.trait.name = 'x'",
    "page.var.x = 'y'",
    "page.placement = 'x'",
    "string.lower = nil",
    "math.floor = nil",
    "math.new = 1",
    "table.insert = nil",
    "rule = nil",
    "function named() end",
    "rule 'late' { hide = true }",
    "segment 'late' { when = function() end }",
};

const char* const kUnloadable[] = {
    "__pz = 1",
    "local __pz = 1",
    "local t = {} t.__pz = 1",
    "local x = __pzanything",
    "local function f(__pz) end",
    "local x = 1LL",
    "local x = 0x1ULL",
    "local x = 2i",
    "#!/usr/bin/lua\nwhile true do end",
    "# [[\nwhile true do end --]]",
    "\xef\xbb\xbf# '\nwhile true do end",
    "\x1bLJ\x02",
    "local x = 'unfinished",
    "local x = [==[unfinished]=]",
    "--[[ unfinished",
    "local \xc3\xa9 = 1",
    "end while true do",
    "while true do end",
    "local function f() return f() end f()",
    "local t = {} while true do t = {t, t} end",
    "io.open('x')",
    "item.brand = 1",
    "table.insert({}, -1e8, 1)",
    "table.insert({}, -2147483648, 1)",
    "local function f(...) return f(1, ...) end f()",
    ("local t = {} for i = 1, 4000 do t['c' .. i] = 'x' end for i = 1, 200 do "
     "rule('r' .. i) { match = t, hide = true } end"),
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rule_sandbox, Shop)

BOOST_DATA_TEST_CASE_F(Shop, escapes_fail, boost::unit_test::data::make(kEscapes), expression) {
    auto rules =
        load(std::string("rule 'escape' { match = function(item, visitor, page) local got = ") +
             expression + " return got ~= nil and got ~= false end, hide = true }");
    auto list = candidates();
    rules->apply(context, list);
    BOOST_TEST(show(list) == "5 4 3 2 1", expression);
    rules->apply(context, list);
}

BOOST_DATA_TEST_CASE_F(Shop, writes_fail, boost::unit_test::data::make(kWrites), statement) {
    auto rules = load(std::string("rule 'write' { match = function(item, visitor, page) ") +
                      statement + " return true end, hide = true }");
    auto list = candidates();
    const auto outcome = rules->apply(context, list);
    BOOST_TEST(show(list) == "5 4 3 2 1", statement);
    BOOST_TEST(outcome.failed == 1U, statement);
}

BOOST_DATA_TEST_CASE_F(Shop, files_that_do_not_load, boost::unit_test::data::make(kUnloadable),
                       source) {
    const std::string error = load_error(source);
    BOOST_TEST(error.substr(0, 8) == "shop.lua", error);
}

BOOST_AUTO_TEST_CASE(the_file_gets_no_arguments) {
    auto rules = load(
        "local count = select('#', ...)\n"
        "rule 'r' { when = function() return count == 0 end, boost = 2 } -- no line behind");
    auto list = candidates();
    BOOST_TEST(rules->apply(context, list).applied == 1U);
}

BOOST_AUTO_TEST_CASE(a_file_has_all_of_the_local_names) {
    std::string source;
    for (int i = 0; i < 200; ++i) {
        source += "local a" + std::to_string(i) + " = 1\n";
    }
    auto rules = load(source + "rule 'r' { when = function() return a199 == 1 end, boost = 2 }");
    auto list = candidates();
    BOOST_TEST(rules->apply(context, list).applied == 1U);
    BOOST_TEST(load_error(source + "local one_more") ==
               "shop.lua:201: main function has more than 200 local variables");
}

BOOST_AUTO_TEST_CASE(nothing_runs_outside_of_the_file) {
    BOOST_TEST(load_error("end rule 'r' { hide = true } do") ==
               "shop.lua:1: '<eof>' expected near 'end'");
}

BOOST_AUTO_TEST_SUITE_END()
