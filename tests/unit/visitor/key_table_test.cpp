#include "visitor/key_table.hpp"

#include <boost/test/unit_test.hpp>

using pz::visitor::KeyTable;

BOOST_AUTO_TEST_SUITE(key_table)

BOOST_AUTO_TEST_CASE(numbers_keys_in_order) {
    KeyTable table;
    BOOST_TEST(table.number(0xffffffffU) == 0U);
    BOOST_TEST(table.number(0) == 1U);
    BOOST_TEST(table.number(0xffffffffU) == 0U);
    BOOST_TEST(table.size() == 2U);
    table.clear();
    BOOST_TEST(table.size() == 0U);
    BOOST_TEST(table.number(0) == 0U);
}

BOOST_AUTO_TEST_CASE(keeps_numbers_while_it_grows) {
    KeyTable table;
    for (std::uint32_t i = 0; i < 20000; ++i) {
        BOOST_REQUIRE(table.number(i * 65536U + i) == i);
    }
    for (std::uint32_t i = 0; i < 20000; ++i) {
        BOOST_REQUIRE(table.number(i * 65536U + i) == i);
        BOOST_REQUIRE(table.keys()[i] == i * 65536U + i);
    }
}

BOOST_AUTO_TEST_SUITE_END()
