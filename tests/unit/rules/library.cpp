// The ready rules of lua/rules: each loads and does what it says.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <sstream>

#include "unit/rules/shop.hpp"

using namespace pz;
using namespace pz::test;

namespace {

std::string read(const std::string& name) {
    const std::string path = std::string(TESTS_DIR) + "/../lua/rules/" + name;
    std::ifstream file(path);
    BOOST_REQUIRE_MESSAGE(file.good(), "cannot read " << path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string ago(std::int64_t seconds) {
    return std::to_string(kNow - seconds);
}

// As a page does: segments first, then the rules.
std::string run(Shop& shop, const std::string& file) {
    auto rules = load(read(file));
    std::vector<std::string> found;
    BOOST_TEST(rules->segments(shop.context, found).error == "");
    for (const std::string& name : found) {
        shop.profile.add_segment(name);
    }
    auto list = shop.candidates();
    BOOST_TEST(rules->apply(shop.context, list).error == "");
    return show(list);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rule_library, Shop)

BOOST_AUTO_TEST_CASE(bargain_hunters) {
    BOOST_TEST(run(*this, "bargain_hunters.lua") == "5 4 3 2 1");
    know({}, {{"segment", "sale"}});
    BOOST_TEST(run(*this, "bargain_hunters.lua") == "7 4 3 2 1");
}

BOOST_AUTO_TEST_CASE(brand_lovers) {
    BOOST_TEST(run(*this, "brand_lovers.lua") == "5 4 3 2 1");
    know({"view_item shoe " + ago(10), "view_item mug " + ago(20), "purchase mug " + ago(30)}, {});
    auto text = run(*this, "brand_lovers.lua");
    BOOST_TEST(text.substr(text.find(' ')) == " 4 6 2 1");
    BOOST_TEST(text.substr(0, 5) == "3.333");
}

BOOST_AUTO_TEST_CASE(new_arrivals) {
    BOOST_TEST(run(*this, "new_arrivals.lua") == "5 4 3 2 1");
    know({"view_item mug " + ago(2 * kDay)}, {});
    const std::string first = run(*this, "new_arrivals.lua");
    BOOST_TEST(first.substr(0, 3) == "5 6");  // five days old: 2 - 5.4 / 14
    know({"view_item lamp " + ago(2 * kDay)}, {});
    BOOST_TEST(run(*this, "new_arrivals.lua").substr(0, 3) == "5 3");
    context.placement = "cart";
    BOOST_TEST(run(*this, "new_arrivals.lua") == "5 4 3 2 1");
}

BOOST_AUTO_TEST_CASE(low_stock) {
    BOOST_TEST(run(*this, "low_stock.lua").substr(0, 12) == "3.33333 4 3 ");
    BOOST_TEST(run(*this, "low_stock.lua") == "3.33333 4 3 - 1");
    know({"like vase " + ago(10)}, {});
    BOOST_TEST(run(*this, "low_stock.lua") == "3.33333 4 3 1.33333 1");
}

BOOST_AUTO_TEST_CASE(campaign) {
    BOOST_TEST(run(*this, "campaign.lua") == "5 4 3@0 2 1");
    variables = {{"country", "DE"}};
    context.variables = variables;
    BOOST_TEST(run(*this, "campaign.lua") == "7.5 4 4.5@0 2 1");
    context.placement = "home-2";
    BOOST_TEST(run(*this, "campaign.lua") == "7.5 4 4.5 2 1");
    context.now += 60 * kDay;
    BOOST_TEST(run(*this, "campaign.lua") == "5 4 3 2 1");
}

BOOST_AUTO_TEST_SUITE_END()
