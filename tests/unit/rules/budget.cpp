// What rules are charged for, by a clock of the test: nothing here waits, nothing depends on the
// machine.
#include "rules/budget.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>

#include "unit/rules/shop.hpp"

using namespace pz;
using namespace pz::test;

namespace {

constexpr std::int64_t kMicro = 1000;
constexpr std::int64_t kMilli = 1'000'000;
constexpr std::int64_t kTrusted = 200 * kMicro;  // counts as used until the CPU's clock is asked

// Every look at the wall clock moves the time: by work, and by waiting for the processor.
struct Time {
    std::int64_t wall = 0;
    std::int64_t cpu = 0;
    std::int64_t work = 0;
    std::int64_t waiting = 0;
    unsigned looks = 0;

    void pass(std::int64_t worked, std::int64_t waited) {
        wall += worked + waited;
        cpu += worked;
    }
};
Time time_now;

std::int64_t look_at_wall() {
    ++time_now.looks;
    time_now.pass(time_now.work, time_now.waiting);
    return time_now.wall;
}
std::int64_t look_at_cpu() {
    return time_now.cpu;
}
constexpr rules::Clock kClock = {look_at_wall, look_at_cpu};

struct Timed : Shop {
    Timed() { time_now = {}; }
    // 1000 looks are the whole budget.
    static rules::RuleLimits limits() {
        time_now.work = 5 * kMicro;
        rules::RuleLimits limits;
        limits.clock = &kClock;
        return limits;
    }
    rules::Outcome apply(rules::RuleSet& rules) {
        auto list = candidates();
        return rules.apply(context, list);
    }
};

const char* const kHungry =
    "rule 'hungry' { when = function(visitor, page) if page.query then return true end "
    "local s = 'x' while true do s = s .. s end end, boost = 2 }\n";
// Loading looks at the clock so often. What `keep` asks for stays in use: names
// of columns, which have little room beside these tables.
constexpr unsigned kStartLooks = 2000;
const std::string kKeep =
    "for i = 1, 2000 * 64 do end\n"
    "local big = 'x' for i = 1, 15 do big = big .. big end\n"
    "local tables = {} for i = 1, 54 do tables[i] = big .. i end\n"
    "local function keep(visitor, page) if page.query then return true end local n = 0 "
    "while true do n = n + 1 visitor:session_share(big .. n, 'x') end end\n";
// 1.4 MB of the 2 that there are.
const std::string kTables =
    "local text = 'x' for i = 1, 13 do text = text .. text end\n"
    "local tables = {} for i = 1, 170 do tables[i] = text .. i end\n";
const char* const kAfter =
    "rule 'after' { match = function(item) return item.id == 'lamp' end, boost = 2 }\n";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rule_budget, Timed)

BOOST_AUTO_TEST_CASE(only_the_processor_counts) {
    rules::Budget budget(kClock);
    budget.give(5000);
    BOOST_TEST(!budget.passed());
    time_now.pass(kTrusted, 0);
    BOOST_TEST(!budget.passed());
    time_now.pass(4 * kMilli - kTrusted, 100 * kMilli);
    BOOST_TEST(!budget.passed());
    time_now.pass(kMilli - kMicro, 7 * kMilli);
    BOOST_TEST(!budget.passed());
    time_now.pass(2 * kMicro, 0);
    BOOST_TEST(budget.passed());
    budget.give(5000);
    BOOST_TEST(!budget.passed());
}

BOOST_AUTO_TEST_CASE(half_of_what_is_left_after_waiting) {
    rules::Budget budget(kClock);
    budget.give(5000);
    time_now.pass(kTrusted, 0);
    BOOST_TEST(!budget.passed());
    time_now.pass(0, 6 * kMilli);
    const std::int64_t cut = budget.halve();
    BOOST_TEST(cut == (5 * kMilli - kTrusted) / 2);
    time_now.pass(3 * kMilli, 0);
    BOOST_TEST(budget.passed());
    budget.restore(cut);
    BOOST_TEST(!budget.passed());
    BOOST_TEST(budget.halve() == (2 * kMilli - kTrusted) / 2);
    time_now.pass(2 * kMilli, 0);
    BOOST_TEST(budget.halve() == 0);
    BOOST_TEST(budget.passed());
}

BOOST_AUTO_TEST_CASE(what_is_excluded_is_not_charged) {
    rules::Budget budget(kClock);
    budget.give(5000);
    time_now.pass(kMilli, 0);
    BOOST_TEST(!budget.passed());
    time_now.pass(0, kMilli);
    const rules::Moment before = budget.now();
    time_now.pass(70 * kMilli, 30 * kMilli);
    budget.exclude(before);
    BOOST_TEST(!budget.passed());
    BOOST_TEST(budget.halve() == (4 * kMilli + (kMilli - kTrusted)) / 2);
}

BOOST_AUTO_TEST_CASE(what_passed_before_the_first_look_at_the_processor_is_little) {
    rules::Budget budget(kClock);
    budget.give(5000);
    time_now.pass(kMilli, 50 * kMilli);
    BOOST_TEST(!budget.passed());
    time_now.pass(5 * kMilli - kTrusted - kMicro, 0);
    BOOST_TEST(!budget.passed());
    time_now.pass(2 * kMicro, 0);
    BOOST_TEST(budget.passed());
}

BOOST_AUTO_TEST_CASE(a_runaway_leaves_half_on_a_busy_machine) {
    auto rules = load(
        "rule 'runaway' { when = function() while true do end end, boost = 2 }\n"
        "rule 'again' { when = function() while true do end end, boost = 2 }\n" +
            std::string(kAfter),
        limits());
    time_now.waiting = 10 * kMilli;
    for (int i = 0; i < 3; ++i) {
        const auto outcome = apply(*rules);
        BOOST_TEST(outcome.failed == 2U, outcome.error);
        BOOST_TEST(outcome.applied == 1U);
    }
}

BOOST_AUTO_TEST_CASE(who_uses_up_the_time_again_and_again_rests) {
    auto rules = load(
        "rule 'runaway' { when = function(visitor, page) if page.query == 'works' then return "
        "false end "
        "while true do end end, boost = 2 }\n" +
            std::string(kAfter),
        limits());
    const unsigned most = limits().max_overruns;
    for (unsigned i = 0; i < 3 * most; ++i) {  // works now and then
        context.query = i % most == most - 1 ? "works" : "";
        const auto outcome = apply(*rules);
        BOOST_TEST(outcome.failed == (context.query.empty() ? 1U : 0U));
        BOOST_TEST(outcome.error.find("rests") == std::string::npos, outcome.error);
    }
    context.query = "";
    for (unsigned i = 0; i < most; ++i) {
        BOOST_TEST(apply(*rules).error.find("out of time") != std::string::npos);
    }
    time_now.looks = 0;
    for (const std::string_view query : {"", "works"}) {
        context.query = query;
        const auto outcome = apply(*rules);
        BOOST_TEST(outcome.failed == 1U);
        BOOST_TEST(outcome.applied == 1U);
        BOOST_TEST(outcome.error.find("rests until the file changes") != std::string::npos);
    }
    BOOST_TEST(time_now.looks < 20U);
}

// Behind runaways that have not come to rest yet, little time is left.
BOOST_AUTO_TEST_CASE(who_was_left_too_little_time_does_not_rest) {
    std::string source;
    for (int i = 0; i < 5; ++i) {
        source += "rule 'runaway " + std::to_string(i) +
                  "' { when = function() while true do end end, boost = 2 }\n";
    }
    // A tenth of the budget, a thirtieth of which is left at first.
    source +=
        "rule 'slow' { when = function() for i = 1, 100 * 64 do end return true end, boost = 2 }";
    auto rules = load(source, limits());
    unsigned applied = 0;
    for (unsigned i = 0; i < 5 * limits().max_overruns; ++i) {
        const auto outcome = apply(*rules);
        BOOST_TEST(outcome.failed + outcome.applied == 6U);
        applied = outcome.applied;
    }
    BOOST_TEST(applied == 1U);
}

BOOST_AUTO_TEST_CASE(legal_rules_do_not_pay_for_a_new_vm) {
    // Loading looks at the clock 2000 times: twice the budget of a page.
    auto rules = load("for i = 1, 2000 * 64 do end\n" + std::string(kHungry) + kAfter, limits());
    for (int i = 0; i < 5; ++i) {
        const auto outcome = apply(*rules);
        BOOST_TEST(outcome.failed == 1U);
        BOOST_TEST(outcome.applied == 1U, outcome.error);
        BOOST_TEST(outcome.error.find("out of memory") != std::string::npos, outcome.error);
    }
}

BOOST_AUTO_TEST_CASE(who_meets_the_memory_limit_again_and_again_rests) {
    auto rules = load("for i = 1, 2000 * 64 do end\n" + std::string(kHungry) + kAfter, limits());
    const unsigned most = limits().max_overruns;
    for (unsigned i = 0; i < most; ++i) {
        BOOST_TEST(apply(*rules).error.find("out of memory") != std::string::npos);
    }
    time_now.looks = 0;
    const auto outcome = apply(*rules);
    BOOST_TEST(outcome.failed == 1U);
    BOOST_TEST(outcome.applied == 1U);
    BOOST_TEST(
        outcome.error ==
        "shop.lua:2: rule 'hungry': rests until the file changes, after 10 failures in a row: "
        "out of memory: keep texts and tables small");
    BOOST_TEST(time_now.looks < 50U);  // no new VM
    context.query = "now it would work";
    BOOST_TEST(apply(*rules).failed == 1U);
}

BOOST_AUTO_TEST_CASE(who_meets_the_memory_limit_now_and_then_goes_on) {
    auto rules = load(kHungry + std::string(kAfter), limits());
    for (int round = 0; round < 3; ++round) {
        context.query = "";
        for (unsigned i = 1; i < limits().max_overruns; ++i) {
            BOOST_TEST(apply(*rules).error.find("out of memory") != std::string::npos);
        }
        context.query = "works";
        BOOST_TEST(apply(*rules).applied == 2U);
    }
}

BOOST_AUTO_TEST_CASE(what_replaces_a_recommender_now_and_then_late_goes_on) {
    auto rules = load(
        "rule 'mostly' { when = function(visitor, page) if page.query == 'works' then return false "
        "end\n"
        "local s = 'x' while true do s = s .. s end end, recommend = 'sale' }",
        limits());
    const auto fails = [&](std::string_view query) {
        context.query = query;
        rules::Outcome outcome;
        rules->replacement(context, outcome);
        return outcome.error.find("rests until") == std::string::npos ? outcome.failed : 99U;
    };
    for (int round = 0; round < 3; ++round) {
        for (unsigned i = 1; i < limits().max_overruns; ++i) {
            BOOST_TEST(fails("") == 1U);
        }
        BOOST_TEST(fails("works") == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_segment_rests_too) {
    auto rules = load(
        "segment 'hungry' { when = function() local s = 'x' while true do s = s .. s end end }\n"
        "segment 'good' { when = function() return true end }",
        limits());
    for (unsigned i = 0; i <= limits().max_overruns; ++i) {
        std::vector<std::string> names;
        const auto outcome = rules->segments(context, names);
        BOOST_TEST(outcome.failed == 1U);
        BOOST_TEST(names.size() == 1U);
        const bool rests = outcome.error.find("rests until") != std::string::npos;
        BOOST_TEST(rests == (i + 1 >= limits().max_overruns), outcome.error);
    }
}

BOOST_AUTO_TEST_CASE(who_passes_the_limit_with_its_last_step_has_failed) {
    const std::string over =
        "local big = 'x' for i = 1, 16 do big = big .. big end\n"
        // Compared with a text, or the compiled rule would not make it.
        "local function over(visitor, page) return (big .. big .. page.query) ~= page.query end\n"
        "rule 'over' { when = over, boost = 2 }\n"
        "segment 'over' { when = over }\n";
    auto rules = load(over + kAfter, limits());
    std::vector<std::string> names;
    for (unsigned i = 0; i <= limits().max_overruns; ++i) {
        const char* const part =
            i < limits().max_overruns ? "out of memory" : "rests until the file changes";
        // Another text each time: one that was not collected yet costs no memory.
        const std::string query = "q" + std::to_string(i);
        context.query = query;
        const auto outcome = apply(*rules);
        BOOST_TEST(outcome.failed == 1U);
        BOOST_TEST(outcome.applied == 1U);
        BOOST_TEST(outcome.error.find(part) != std::string::npos, outcome.error);
        const std::string other = "s" + std::to_string(i);
        context.query = other;
        const auto found = rules->segments(context, names);
        BOOST_TEST(found.failed == 1U);
        BOOST_TEST(found.error.find(part) != std::string::npos, found.error);
    }
    BOOST_TEST(names.empty());
}

BOOST_AUTO_TEST_CASE(a_page_has_one_new_vm) {
    std::string source = kKeep;
    for (int i = 0; i < 5; ++i) {
        source += "rule 'r" + std::to_string(i) + "' { when = keep, boost = 2 }\n";
    }
    auto rules = load(source + "rule 'last' { boost = 2 }", limits());
    time_now.work = 0;
    for (int i = 0; i < 3; ++i) {
        time_now.looks = 0;
        const auto outcome = apply(*rules);
        BOOST_TEST(outcome.failed == 5U);
        BOOST_TEST(outcome.applied == 1U);
        BOOST_TEST(time_now.looks < 2 * kStartLooks);
    }
    context.query = "calm";
    BOOST_TEST(apply(*rules).applied == 6U);
}

BOOST_AUTO_TEST_CASE(a_rule_that_does_not_hold_works) {
    auto rules = load(
        "rule 'r' { when = function(visitor, page) if page.query then return false end "
        "local s = 'x' while true do s = s .. s end end, boost = 2 }\n",
        limits());
    for (unsigned i = 0; i < 3 * limits().max_overruns; ++i) {
        context.query = i % 5 == 4 ? "calm" : "";
        const auto outcome = apply(*rules);
        BOOST_TEST(outcome.failed == (i % 5 == 4 ? 0U : 1U));
        BOOST_TEST(outcome.error.find("rests") == std::string::npos, outcome.error);
    }
}

BOOST_AUTO_TEST_CASE(a_condition_that_works_does_not_save_its_rule) {
    auto rules = load(
        "rule 'r' { when = function() return true end, match = function() local s = 'x' "
        "while true do s = s .. s end end, boost = 2 }\n",
        limits());
    for (unsigned i = 0; i < limits().max_overruns; ++i) {
        BOOST_TEST(apply(*rules).error.find("out of memory") != std::string::npos);
    }
    BOOST_TEST(apply(*rules).error.find("rests") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(ordinary_garbage_beside_large_tables_fails_nobody) {
    const std::string when =
        "{ when = function(visitor, page) return tables[1] .. page.query == '' end";
    auto rules =
        load(kTables + "rule 'r' " + when + ", boost = 2 }\nsegment 's' " + when + "}\n", limits());
    std::vector<std::string> names;
    for (int i = 0; i < 2000; ++i) {
        const std::string query = "q" + std::to_string(i);
        context.query = query;
        BOOST_REQUIRE_EQUAL(apply(*rules).error, "");
        BOOST_REQUIRE_EQUAL(rules->segments(context, names).error, "");
    }
}

BOOST_AUTO_TEST_CASE(who_finds_too_little_room_fails_but_does_not_rest) {
    const std::string source = kTables +
                               "rule 'r' { when = function() local t = {} "
                               "for i = 1, 200 do t[i] = tables[1] .. 'other' .. i end "
                               "return true end, boost = 2 }\n" +
                               kAfter;
    auto rules = load(source, limits());
    for (unsigned i = 0; i < 3 * limits().max_overruns; ++i) {
        const auto outcome = apply(*rules);
        BOOST_TEST(outcome.failed == 1U);
        BOOST_TEST(outcome.applied == 1U);
        BOOST_TEST(outcome.error.find("out of memory") != std::string::npos, outcome.error);
    }
}

BOOST_AUTO_TEST_CASE(each_definition_looks_at_the_clock) {
    std::string source;
    for (int i = 0; i < 200; ++i) {
        source += "rule 'r" + std::to_string(i) + "' { boost = 2 }\n";
    }
    auto rules = load(source, limits());
    BOOST_TEST(time_now.looks >= 200U);
}

// What a library function does in C, no check sees: it must pay before, so that the clock is looked
// at often enough. The time stands still here; 1000 calls follow each other without a loop.
struct Cost {
    const char* setup;
    const char* call;
};
std::ostream& operator<<(std::ostream& out, const Cost& cost) {
    return out << cost.call;
}
#define PZ_ZEROS "local s = '0' for i = 1, 16 do s = s .. s end "
#define PZ_LIST "local t = {} for i = 1, 9000 do t[i] = i end "
const Cost kCosts[] = {
    {PZ_ZEROS, "s:len() "},
    {PZ_ZEROS, "s:lower() "},
    {PZ_ZEROS, "s:upper() "},
    {PZ_ZEROS, "s:sub(2) "},
    {PZ_ZEROS, "s:byte(-1) "},
    {PZ_ZEROS, "tonumber(s) "},
    {PZ_ZEROS, "tonumber(s, 2) "},
    {PZ_ZEROS, "contains(s, '00000001') "},
    {PZ_ZEROS, "starts_with(s, '00000001') "},
    {PZ_ZEROS, "ends_with(s, '00000001') "},
    {PZ_ZEROS "local t = {s .. 1, s .. 2} ", "table.sort(t) "},
    {"local t = {} for i = 1, 100 do t[i] = i end ", "table.sort(t) "},
    {"local t = {} for i = 1, 100 do t[i] = 'x' end ", "table.concat(t) "},
    {PZ_LIST, "table.insert(t, 1, 1) t[9001] = nil "},
    {PZ_LIST, "table.remove(t, 1) t[9000] = 1 "},
    {PZ_LIST "for i = 1, 8999 do t[i] = nil end ", "next(t) "},
    {PZ_LIST "for i = 1, 8999 do t[i] = nil end local step, own = pairs(t) ", "step(own) "},
    {"", "visitor:viewed('mug') "},
    {"", "visitor:share('brand', 'Nike') "},
    {"", "visitor:in_segment('x') "},
};
#undef PZ_ZEROS
#undef PZ_LIST

unsigned looks_of(Timed& timed, const std::string& source) {
    rules::RuleLimits limits;
    limits.clock = &kClock;
    limits.memory = 64 * 1024 * 1024;
    auto rules = load(source, limits);
    time_now.looks = 0;
    BOOST_TEST(timed.apply(*rules).error == "");
    return time_now.looks;
}

BOOST_DATA_TEST_CASE_F(Timed, library_functions_pay_for_what_they_do,
                       boost::unit_test::data::make(kCosts), cost) {
    std::string source = std::string("rule 'r' { when = function(visitor)\n") + cost.setup;
    const std::string end = " return true end, boost = 2 }";
    const unsigned before = looks_of(*this, source + end);
    for (int i = 0; i < 1000; ++i) {
        source += cost.call;
    }
    BOOST_TEST(looks_of(*this, source + end) >= before + 50U);
}

BOOST_AUTO_TEST_SUITE_END()
