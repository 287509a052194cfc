#include "visitor/event_list.hpp"

#include <boost/test/unit_test.hpp>
#include <string_view>
#include <vector>

using namespace pz::visitor;

using Texts = std::vector<std::string_view>;

BOOST_AUTO_TEST_SUITE(event_list)

BOOST_AUTO_TEST_CASE(events_in_order_of_time) {
    const Texts texts = {"view_item A 5",     "like B 9", "no event",
                         "search - 9 term=x", "",         "like C 7"};
    BOOST_TEST(newest_first(texts) ==
                   (Texts{"like B 9", "search - 9 term=x", "like C 7", "view_item A 5"}),
               boost::test_tools::per_element());
    BOOST_TEST(newest_first({}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
