#include "redis/breaker.hpp"

#include <boost/test/unit_test.hpp>

using namespace pz::redis;
using State = Breaker::State;

BOOST_AUTO_TEST_SUITE(breaker)

BOOST_AUTO_TEST_CASE(one_probe_after_a_pause_decides) {
    Breaker breaker;
    BOOST_TEST(breaker.closed());
    breaker.trip(1000, 0);
    BOOST_TEST((breaker.state() == State::open));
    BOOST_TEST(!breaker.probe_due(1024));
    BOOST_TEST(breaker.probe_due(1025));
    BOOST_TEST((breaker.state() == State::half_open));
    BOOST_TEST(!breaker.probe_due(9999));  // the one probe is out
    breaker.mend();
    BOOST_TEST(breaker.closed());
}

BOOST_AUTO_TEST_CASE(pauses_grow_to_a_limit_and_begin_anew) {
    Breaker breaker;
    Millis pause = Breaker::kFirstPause;
    for (int i = 0; i < 12; ++i) {
        breaker.trip(0, 0);
        BOOST_TEST(breaker.until() == pause / 2);
        pause = std::min(pause * 2, Breaker::kLongestPause);
    }
    BOOST_TEST(pause == Breaker::kLongestPause);
    breaker.mend();
    breaker.trip(0, 0);
    BOOST_TEST(breaker.until() == Breaker::kFirstPause / 2);
}

BOOST_AUTO_TEST_CASE(pauses_are_drawn_from_their_upper_half) {
    for (const std::uint32_t random : {0U, 1U, 24U, 25U, 26U, 4294967295U}) {
        Breaker breaker;
        breaker.trip(0, random);
        BOOST_TEST(breaker.until() >= Breaker::kFirstPause / 2);
        BOOST_TEST(breaker.until() <= Breaker::kFirstPause);
    }
}

BOOST_AUTO_TEST_CASE(late_answers_in_a_row_are_too_many) {
    Breaker breaker;
    for (unsigned i = 1; i < Breaker::kSlowInRow; ++i) {
        BOOST_TEST(!breaker.answered(false));
    }
    BOOST_TEST(!breaker.answered(true));
    for (unsigned i = 1; i < Breaker::kSlowInRow; ++i) {
        BOOST_TEST(!breaker.answered(false));
    }
    BOOST_TEST(breaker.answered(false));
    breaker.trip(0, 0);
    BOOST_TEST(!breaker.answered(false));  // open already
}

BOOST_AUTO_TEST_SUITE_END()
