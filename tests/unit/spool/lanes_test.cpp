#include "spool/lanes.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace pz::spool {

namespace {

Lanes::Waiting record(Spool::Serial serial) {
    return {serial, kAllParts, static_cast<unsigned>(serial % 4)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lanes)

BOOST_AUTO_TEST_CASE(a_lane_keeps_the_order_of_the_spool) {
    Lanes lanes;
    for (const Spool::Serial serial : {5U, 2U, 9U, 7U}) {
        lanes.add(1, record(serial));
    }
    lanes.add(1, {3, kStream, 8});
    std::vector<Spool::Serial> taken;
    while (lanes.holds(1)) {
        const Lanes::Waiting front = lanes.front(1);
        const Lanes::Waiting first = lanes.take(1);
        BOOST_TEST(front.serial == first.serial);
        BOOST_TEST(first.parts == (first.serial == 3 ? kStream : kAllParts));
        BOOST_TEST(first.partition == (first.serial == 3 ? 8 : first.serial % 4));
        taken.push_back(first.serial);
    }
    BOOST_TEST((taken == std::vector<Spool::Serial>{2, 3, 5, 7, 9}));
    BOOST_TEST(lanes.empty());
    BOOST_TEST(lanes.size() == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_put_back_is_first_again) {
    Lanes lanes;
    lanes.add(0, record(1));
    lanes.add(0, record(2));
    const Lanes::Waiting first = lanes.take(0);
    lanes.add(0, first);
    BOOST_TEST(lanes.front(0).serial == 1U);
    BOOST_TEST(lanes.size() == 2U);
}

BOOST_AUTO_TEST_CASE(lanes_come_in_turn) {
    Lanes lanes;
    for (const Lanes::Slot slot : {0U, 7U, 16383U}) {
        lanes.add(slot, record(slot + 1));
    }
    std::vector<Lanes::Slot> turns;
    for (int i = 0; i < 7; ++i) {
        turns.push_back(lanes.next());
    }
    BOOST_TEST((turns == std::vector<Lanes::Slot>{0, 7, 16383, 0, 7, 16383, 0}));
    (void)lanes.take(7);
    BOOST_TEST(lanes.next() == 16383U);
    BOOST_TEST(lanes.count() == 2U);
    lanes.clear();
    BOOST_TEST(lanes.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::spool
