// When tuning is due, and which complaints are said: clocks of our own.
#include <boost/test/unit_test.hpp>

#include "cli/complaints.hpp"
#include "cli/tune_schedule.hpp"

namespace pz::cli {

using namespace std::chrono_literals;

namespace {

const TuneSchedule::Time kStart{std::chrono::hours(1000)};

}  // namespace

BOOST_AUTO_TEST_SUITE(tune_schedule)

BOOST_AUTO_TEST_CASE(at_once_then_daily) {
    TuneSchedule schedule;
    BOOST_TEST(schedule.due(kStart, 0));
    schedule.ended(kStart, 1000, true);
    BOOST_TEST(!schedule.due(kStart + 23h, 1999));
    BOOST_TEST(schedule.due(kStart + 24h, 1000));
}

BOOST_AUTO_TEST_CASE(sooner_for_twice_the_events) {
    TuneSchedule schedule;
    schedule.ended(kStart, 1000, true);
    BOOST_TEST(!schedule.due(kStart + 59min, 5000));
    BOOST_TEST(!schedule.due(kStart + 1h, 1999));
    BOOST_TEST(schedule.due(kStart + 1h, 2000));
}

BOOST_AUTO_TEST_CASE(one_that_failed_is_tried_again_but_not_at_once) {
    TuneSchedule schedule;
    schedule.ended(kStart, 1000, false);
    BOOST_TEST(!schedule.due(kStart + 59min, 5000));
    BOOST_TEST(schedule.due(kStart + 1h, 1000));
    schedule.ended(kStart + 1h, 1000, true);
    BOOST_TEST(!schedule.due(kStart + 2h, 1000));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(complaints)

BOOST_AUTO_TEST_CASE(twenty_an_hour_and_then_their_number) {
    Complaints complaints;
    std::size_t said = 0;
    for (int i = 0; i < 1000; ++i) {  // one writer forgets a field, all through the hour
        said += complaints.add(kStart + i * 3s) ? 1 : 0;
        BOOST_TEST(complaints.end(kStart + i * 3s, false) == 0U);
    }
    BOOST_TEST(said == Complaints::kMost);
    BOOST_TEST(complaints.end(kStart + 1h, false) == 980U);
    BOOST_TEST(complaints.end(kStart + 3h, false) == 0U);
    BOOST_TEST(complaints.add(kStart + 3h));
    BOOST_TEST(complaints.end(kStart + 3h, true) == 0U);
}

BOOST_AUTO_TEST_CASE(what_ends_is_told_of_at_once) {
    Complaints complaints;
    for (int i = 0; i < 25; ++i) {
        (void)complaints.add(kStart);
    }
    BOOST_TEST(complaints.end(kStart, true) == 5U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::cli
