// What happens when C++ finds no memory while Lua is on the stack: the rule fails, or the call throws; no
// exception crosses a Lua frame, which would end the program.
#include <boost/test/unit_test.hpp>
#include <iostream>
#include <new>

#include "allocations.hpp"
#include "unit/rules/shop.hpp"

using namespace pz;
using namespace pz::test;

namespace {

// Asks C++ for all that it may have to make room for.
constexpr std::string_view kGreedy = R"lua(
time_zone "Europe/Berlin"
local function all(item, visitor)
    return item.price and item.stock and item.margin and item.age_days and item.title and item.color
        and item["no_such_column" .. item.id] or visitor:viewed(item) or visitor:bought(item)
        or visitor:in_cart(item) or visitor:liked(item) or visitor:in_segment("x" .. item.id)
        or visitor:share("brand", item.brand or "") > 2
end
segment "s" { when = function(visitor) return visitor:in_segment("vip") end }
rule "all" { match = all, boost = 2 }
rule "matched" { match = { brand = "Nike", title = "*x*", margin = {min = 0} }, boost = 2 }
rule "label" { label = function(item) return "label of " .. item.id .. " with many more bytes" end }
rule "mix" { mix = { brand = 1, color = "alternate" } }
rule "variant" { match = { color = "red" }, variant = true }
)lua";

bool skipped() {
    if (!PERSONALIZE_COUNTS_ALLOCATIONS) {
        std::cerr << "SKIPPED: memory that runs out, because a sanitizer gives it\n";
    }
    return !PERSONALIZE_COUNTS_ALLOCATIONS;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rule_memory, Shop)

BOOST_AUTO_TEST_CASE(a_page_that_finds_no_memory_leaves_the_rules_in_order) {
    if (skipped()) {
        return;
    }
    know({"view_item mug " + std::to_string(kNow - 100),
          "purchase shoe " + std::to_string(kNow - 200)},
         {});
    std::string expected;
    {
        auto rules = load(kGreedy);
        auto list = candidates();
        BOOST_TEST(rules->apply(context, list).error == "");
        expected = show(list);
    }
    bool through = false;
    for (long count = 0; !through; ++count) {
        auto rules = load(kGreedy);
        auto list = candidates();
        std::vector<std::string> names;
        names.reserve(4);
        allocations_left() = count;
        try {
            rules->segments(context, names);
            rules->apply(context, list);
        } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): not within Lua
        }
        through = allocations_left() > 0;
        allocations_left() = kNoLimit;
        list = candidates();
        const auto outcome = rules->apply(context, list);
        BOOST_REQUIRE_MESSAGE(outcome.failed == 0U, count << ": " << outcome.error);
        BOOST_REQUIRE_EQUAL(show(list), expected);
        BOOST_REQUIRE(count < 10'000);
    }
}

BOOST_AUTO_TEST_CASE(a_file_that_finds_no_memory_does_not_load) {
    if (skipped()) {
        return;
    }
    bool through = false;
    for (long count = 0; !through; ++count) {
        bool loaded = false;
        allocations_left() = count;
        try {
            loaded = rules::RuleSet::load(kGreedy, "shop.lua", patient()).ok();
        } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch): not within Lua
        }
        through = allocations_left() > 0;
        allocations_left() = kNoLimit;
        BOOST_REQUIRE(loaded || !through);
        BOOST_REQUIRE(count < 100'000);
    }
}

BOOST_AUTO_TEST_SUITE_END()
