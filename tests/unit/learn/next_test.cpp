// What is viewed next, and what predictions are tried on.
#include <cmath>
#include <vector>

#include "unit/learn/school.hpp"

namespace pz::test {

BOOST_FIXTURE_TEST_SUITE(next_links, School)

BOOST_AUTO_TEST_CASE(probabilities_count_distance_and_direction) {
    items("abc");
    events("v", "view_item", "abc", 0);
    write();
    const auto row = neighbours(NeighbourKind::next, "b");
    BOOST_TEST(ids(row) == "ca");
    BOOST_TEST(row[0].score == 1 / 1.5, boost::test_tools::tolerance(1e-5));
    BOOST_TEST(row[1].score == 0.5 / 1.5, boost::test_tools::tolerance(1e-5));
    const double far = std::exp(-1.0 / 3);
    const auto first = neighbours(NeighbourKind::next, "a");
    BOOST_TEST(ids(first) == "bc");
    BOOST_TEST(first[1].score == far / (1 + far), boost::test_tools::tolerance(1e-5));
}

BOOST_AUTO_TEST_CASE(old_sessions_count_for_half_every_42_days) {
    items("abc");
    events("old", "view_item", "ab", 42 * kDay);
    events("new", "view_item", "ac", 0);
    write();
    const auto row = neighbours(NeighbourKind::next, "a");
    BOOST_TEST(ids(row) == "cb");
    BOOST_TEST(row[0].score == 2.0 / 3, boost::test_tools::tolerance(1e-5));
}

BOOST_AUTO_TEST_CASE(only_the_best_are_kept_but_probabilities_are_of_all) {
    start_again({.next_per_item = 1});
    items("abc");
    events("1", "view_item", "ab", 0);
    events("2", "view_item", "ab", 0);
    events("3", "view_item", "ac", 0);
    write();
    const auto row = neighbours(NeighbourKind::next, "a");
    BOOST_TEST(ids(row) == "b");
    BOOST_TEST(row[0].score == 2.0 / 3, boost::test_tools::tolerance(1e-5));
}

BOOST_AUTO_TEST_CASE(trials_are_clicks_with_repetitions_of_two_or_more) {
    items("ab");
    events("v", "view_item", "abaa", 10);
    events("w", "view_item", "b", 5);
    std::vector<std::string> trials;
    trainer.each_trial([&](std::int64_t time, std::span<const std::string_view> ids) {
        trials.push_back(std::to_string(kNow - time) + ":");
        for (const std::string_view id : ids) {
            trials.back() += id;
        }
    });
    BOOST_TEST(trials == std::vector<std::string>{"10:abaa"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_past_knows_nothing_of_later_sessions) {
    items("abc");
    events("old", "view_item", "ab", 100);
    events("new", "view_item", "ac", 0);
    BOOST_REQUIRE(trainer.write_past(path("past"), kNow - 50).ok());
    const auto past = store::Snapshot::open(path("past"));
    BOOST_REQUIRE(past.ok());
    BOOST_TEST((*past)->sessions().size() == 1);
    BOOST_TEST((*past)->item_count() == 3);
    const auto row = (*past)->neighbours(NeighbourKind::next, (*past)->find("a"));
    BOOST_REQUIRE(row.size() == 1);
    BOOST_TEST((*past)->id(row[0].item) == "b");
}

BOOST_AUTO_TEST_CASE(a_mixture_goes_into_the_store) {
    items("ab");
    write();
    BOOST_TEST(snapshot->mixture() == nullptr);
    store::Mixture mixture;
    mixture.shares[3][2] = 0.25F;
    trainer.set_mixture(mixture);
    write();
    BOOST_REQUIRE(snapshot->mixture() != nullptr);
    BOOST_TEST(snapshot->mixture()->shares[3][2] == 0.25F);
    mixture.shares[0][0] = std::nanf("");
    trainer.set_mixture(mixture);
    const Status status = trainer.write(path("store"), 8, kNow);
    BOOST_TEST(status.message().find("a share is not 0..1") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
