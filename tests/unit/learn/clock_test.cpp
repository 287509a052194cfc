// Clocks that go wrong, of this machine and of those that write events: what fades with time does not
// explode, and the order of items holds.
#include <cmath>
#include <ctime>

#include "learn/attention.hpp"
#include "unit/learn/school.hpp"

using namespace pz;
using namespace pz::test;
using learn::Attention;

namespace {

constexpr std::int64_t kYear = 365 * kDay;

struct Clocks : School {
    Clocks() { items("ab"); }
    void write_at(std::int64_t now) {
        BOOST_REQUIRE(trainer.write(path("store"), 7, now).ok());
        auto opened = store::Snapshot::open(path("store"));
        BOOST_REQUIRE_MESSAGE(opened.ok(), opened.message());
        snapshot = std::move(*opened);
    }
    // More often, but earlier, than b: by now b is more popular.
    void fading() {
        start_again({.popularity_half_life = 3600});
        items("ab");
        events("v", "view_item", "aaa", 3600);
        events("w", "view_item", "bb", 0);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(clocks, Clocks)

BOOST_AUTO_TEST_CASE(a_clock_that_goes_back_an_hour_leaves_the_order) {
    fading();
    write_at(kNow);
    BOOST_TEST(ranked(ListKind::popular) == "ba");
    const float before = trainer.popularity("a", kNow);
    write_at(kNow - 3600);
    BOOST_TEST(ranked(ListKind::popular) == "ba");
    BOOST_TEST(trainer.popularity("a", kNow - 3600) == before);
    BOOST_TEST(trainer.live_fields("b", kNow - 3600)->popularity == 2);
}

BOOST_AUTO_TEST_CASE(a_clock_of_years_ago_makes_nothing_grow) {
    fading();
    event("v", "view_item_list", "-", 60, " list=home items=a,b");
    event("v", "view_item", "b", 59);
    write_at(kNow - 50 * kYear);
    BOOST_TEST(trainer.popularity("a", kNow - 50 * kYear) <= 3);
    BOOST_TEST(snapshot->signals(snapshot->find("b")).exposure < 10);
}

BOOST_AUTO_TEST_CASE(a_clock_of_years_ahead_and_an_old_history_leave_the_order) {
    events("v", "view_item", "ab", 15 * kYear);
    events("w", "view_item", "b", 15 * kYear - 60);
    write_at(kNow);
    BOOST_TEST(ranked(ListKind::popular) == "ba");
    BOOST_TEST(trainer.popularity("b", kNow) > trainer.popularity("a", kNow));
    BOOST_TEST(trainer.popularity("a", kNow) > 0);
}

BOOST_AUTO_TEST_CASE(an_event_of_the_next_hours_counts_as_others_do) {
    const std::int64_t now = std::time(nullptr);
    const std::int64_t ahead = kNow - now - 23 * 3600;  // as "ago"
    event("v", "view_item", "a", kNow - now);
    event("w", "view_item", "b", ahead);
    events("w", "view_item", "aa", kNow - now);
    BOOST_TEST(trainer.refused_count() == 0U);
    BOOST_TEST(trainer.popularity("b", now) == 1);
    BOOST_TEST(trainer.popularity("a", now) > 2.8F);
    BOOST_TEST(trainer.popularity("a", now) < 3);
    write_at(now);
    BOOST_TEST(ranked(ListKind::popular) == "ab");
}

BOOST_AUTO_TEST_CASE(a_clock_that_goes_back_and_on_again_is_as_one_that_never_did) {
    const auto learn = [this] {
        events("v", "view_item", "ab", 100);
        event("v", "view_item_list", "-", 90, " list=home items=a,b");
        event("v", "view_item", "b", 80);
    };
    learn();
    write_at(kNow);
    const float once = snapshot->live(snapshot->find("b")).popularity;
    const float appeal = snapshot->signals(snapshot->find("b")).appeal;
    start_again({});
    items("ab");
    learn();
    write_at(kNow - 3600);
    write_at(kNow);
    BOOST_TEST(snapshot->live(snapshot->find("b")).popularity == once);
    BOOST_TEST(snapshot->signals(snapshot->find("b")).appeal == appeal);
}

// 26 half-lives later an impression weighs 2^26 times as much: no float can add one to that.
BOOST_AUTO_TEST_CASE(counts_of_appeal_go_on_growing) {
    constexpr std::int64_t kMonth = 30 * kDay;
    constexpr int kViewers = 60'000;
    const std::vector<Attention::Shown> shown = {{0, 0}};
    Attention attention;
    attention.show("first", "home", "", shown, kNow);
    attention.show("heavy", "home", "", shown, kNow + 26 * kMonth);
    for (int i = 1; i < kViewers; ++i) {
        attention.show("v" + std::to_string(i), "home", "", shown, kNow);
    }
    const auto grown = attention.estimate(1, kNow + 26 * kMonth)[0].exposure;
    BOOST_TEST(std::abs(grown - (1 + std::ldexp(static_cast<float>(kViewers), -26))) < 1e-5F);
}

BOOST_AUTO_TEST_SUITE_END()
