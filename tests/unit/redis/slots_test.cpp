#include "redis/slots.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace pz::redis;

BOOST_AUTO_TEST_SUITE(slots)

// The specification's own examples, and CLUSTER KEYSLOT of a real server.
BOOST_AUTO_TEST_CASE(known_keys) {
    BOOST_TEST(slot_of("123456789") == 0x31c3);
    BOOST_TEST(slot_of("foo") == 12182);
    BOOST_TEST(slot_of("") == 0);
    BOOST_TEST(slot_of("somekey") == 11058);
    BOOST_TEST(slot_of(std::string("\xff\x00\x80", 3)) < kSlots);
}

BOOST_AUTO_TEST_CASE(hash_tags) {
    BOOST_TEST(slot_of("pz:{anna}:events") == slot_of("anna"));
    BOOST_TEST(slot_of("pz:{anna}:events") == slot_of("pz:{anna}:traits"));
    BOOST_TEST(slot_of("foo{}{bar}") != slot_of("bar"));  // an empty tag is none
    BOOST_TEST(slot_of("foo{{bar}}zap") == slot_of("{bar"));
    BOOST_TEST(slot_of("foo{bar}{zap}") == slot_of("bar"));
    BOOST_TEST(slot_of("foo{bar") != slot_of("bar"));
    BOOST_TEST(slot_of("}foo{bar}") == slot_of("bar"));
}

BOOST_AUTO_TEST_SUITE_END()
