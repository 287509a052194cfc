#include "page/tile_fields.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

namespace pz::page {

BOOST_AUTO_TEST_SUITE(tile_fields)

BOOST_AUTO_TEST_CASE(prices_have_two_decimals_and_more_only_when_needed) {
    Locale::Buffer digits;
    const auto price = [&](std::int64_t micros) {
        return std::string(format_price(micros, digits));
    };
    BOOST_TEST(price(19'900'000) == "19.90");
    BOOST_TEST(price(1'000'000) == "1.00");
    BOOST_TEST(price(50'000) == "0.05");
    BOOST_TEST(price(19'905'000) == "19.905");
    BOOST_TEST(price(1) == "0.000001");
    BOOST_TEST(price(1'000'000'000'000'000) == "1000000000.00");
    BOOST_TEST(price(std::numeric_limits<std::int64_t>::max()) == "9223372036854.775807");
    BOOST_TEST(price(0).empty());
    BOOST_TEST(price(-5).empty());
    BOOST_TEST(price(std::numeric_limits<std::int64_t>::min()).empty());
}

BOOST_AUTO_TEST_CASE(tiers_have_names) {
    BOOST_TEST(tier_name(recommend::Tier::pre) == "pre");
    BOOST_TEST(tier_name(recommend::Tier::segment) == "segment");
    BOOST_TEST(tier_name(recommend::Tier::individual) == "individual");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page
