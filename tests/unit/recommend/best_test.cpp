// The best of many: what keep_smallest() leaves is what sorting would have put first.
#include "recommend/best.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <random>

namespace pz::test {

namespace {

// Scores of all sizes, many of them equal, and some of 0.
float any_score(std::mt19937& random) {
    switch (random() % 4) {
        case 0:
            return static_cast<float>(random() % 5);
        case 1:
            return std::exp(-static_cast<float>(random() % 80));
        default:
            return static_cast<float>(random()) / 4e9F;
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(best)

BOOST_AUTO_TEST_CASE(keys_are_in_the_order_of_falling_scores) {
    constexpr float kFalling[] = {1e12F, 2, 1, 1e-30F, 0, -1e-3F, -7};
    for (std::size_t i = 1; i < std::size(kFalling); ++i) {
        BOOST_TEST(recommend::key_of(kFalling[i - 1], 9) < recommend::key_of(kFalling[i], 1));
    }
    BOOST_TEST(recommend::key_of(0.5F, 1) < recommend::key_of(0.5F, 2));
    BOOST_TEST(recommend::key_of(-0.0F, 7) == recommend::key_of(0.0F, 7));
    for (const float score : kFalling) {
        BOOST_TEST(recommend::score_of(recommend::key_of(score, 3)) == score);
        BOOST_TEST(recommend::index_of(recommend::key_of(score, 3)) == 3U);
    }
}

BOOST_AUTO_TEST_CASE(the_smallest_are_those_that_sorting_finds) {
    std::mt19937 random(1);
    for (int round = 0; round < 2000; ++round) {
        std::vector<std::uint64_t> keys;
        const std::size_t size = random() % 700;
        for (std::uint32_t i = 0; i < size; ++i) {
            keys.push_back(recommend::key_of(any_score(random), i));
        }
        std::vector<std::uint64_t> sorted = keys;
        std::sort(sorted.begin(), sorted.end());
        const std::size_t count = random() % 200;
        sorted.resize(std::min(count, sorted.size()));
        recommend::keep_smallest(count, keys);
        std::sort(keys.begin(), keys.end());
        BOOST_REQUIRE(keys == sorted);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
