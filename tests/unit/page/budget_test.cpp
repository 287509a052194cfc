// What a page does when its placements take too long.
#include <boost/test/unit_test.hpp>

#include "unit/page/fixture.hpp"

namespace pz::page::test {

namespace {

constexpr std::string_view kPage =
    "<div id=w>1</div><ul id=l><li data-item-id=a>A</li><li data-item-id=e>E</li></ul>"
    "<div id=w>2</div><div id=w>3</div>";

// Each look at it, a millisecond has passed: two for every placement.
std::int64_t ticks = 0;
std::int64_t tick() {
    return ++ticks * 1'000'000;
}

Ran run_with(Shop& shop, std::int64_t milliseconds, bool known) {
    shop.budget = {milliseconds * 1'000'000, tick};
    return known ? run_known(shop, kPage) : run(shop, {kPage});
}

struct PageShop : Shop {
    PageShop() {
        widget("#w", "<i>{{title}}</i>");
        listing("#l");
        views({"e", "h"});
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(budget)

BOOST_AUTO_TEST_CASE(placements_behind_it_stay_as_they_are) {
    PageShop shop;
    for (const bool known : {false, true}) {
        const Ran two = run_with(shop, 2, known);
        BOOST_TEST(two.counters.filled == 1U);
        BOOST_TEST(two.counters.reordered == 1U);
        BOOST_TEST(two.counters.kept == 2U);
        BOOST_TEST(two.counters.over_budget == 2U);
        BOOST_TEST(two.text.ends_with("<div id=w>2</div><div id=w>3</div>"));
        BOOST_TEST(two.shown.size() == 2U);
    }
}

BOOST_AUTO_TEST_CASE(the_first_placement_always_has_its_turn) {
    PageShop shop;
    shop.budget = {1, tick};
    const Ran ran = run(shop, {kPage});
    BOOST_TEST(ran.counters.filled == 1U);
    BOOST_TEST(ran.counters.over_budget == 3U);
}

BOOST_AUTO_TEST_CASE(within_it_or_without_one_nothing_is_left_out) {
    PageShop shop;
    const std::string all = run(shop, {kPage}).text;
    const std::int64_t before = ticks;
    BOOST_TEST(run(shop, {kPage}).counters.over_budget == 0U);
    BOOST_TEST(ticks == before);  // without one, the clock is not asked
    BOOST_TEST(run_with(shop, 100, true).text == all);
}

BOOST_AUTO_TEST_CASE(a_listing_and_its_data_are_left_out_together) {
    Shop shop;
    shop.widget("#w", "<i>{{title}}</i>");
    const std::vector<std::string_view> arguments = {"#l", "id=data-item-id", "data=script#d",
                                                     "data_path=$.p", "data_id=id"};
    BOOST_REQUIRE(add_listing(shop.plan, arguments).ok());
    shop.views({"e", "h"});
    const std::string page =
        "<div id=w>1</div><ul id=l><li data-item-id=a>A</li><li data-item-id=e>E</li></ul>"
        "<script id=d>{\"p\":[{\"id\":\"a\"},{\"id\":\"e\"}]}</script>";
    shop.budget = {1, tick};
    const Ran ran = run_known(shop, page);
    BOOST_TEST(ran.counters.over_budget == 1U);
    BOOST_TEST(ran.counters.filled == 1U);
    BOOST_TEST(ran.text.ends_with(page.substr(page.find("<ul"))));
    BOOST_TEST(run(shop, {page}).text == ran.text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page::test
