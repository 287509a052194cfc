#include "redis/arena.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>

using pz::redis::Arena;

BOOST_AUTO_TEST_SUITE(arena)

BOOST_AUTO_TEST_CASE(pieces_do_not_overlap_and_objects_are_aligned) {
    Arena arena;
    std::vector<std::string_view> texts;
    for (int i = 0; i < 5000; ++i) {
        texts.push_back(arena.copy(std::to_string(i)));
        const auto address = reinterpret_cast<std::uintptr_t>(arena.allocate(24));
        BOOST_REQUIRE(address % alignof(std::max_align_t) == 0);
    }
    for (int i = 0; i < 5000; ++i) {
        BOOST_REQUIRE(texts[static_cast<std::size_t>(i)] == std::to_string(i));
    }
}

BOOST_AUTO_TEST_CASE(nothing_has_a_place_too) {
    Arena arena;
    BOOST_TEST((arena.copy("").data() != nullptr));
    BOOST_TEST((arena.allocate(0) != nullptr));
}

BOOST_AUTO_TEST_CASE(large_pieces_do_not_stay) {
    Arena arena;
    BOOST_TEST(arena.copy(std::string(1 << 20, 'x')).size() == 1U << 20);
    BOOST_TEST(arena.held() >= 1U << 20);
    arena.reset();
    BOOST_TEST(arena.held() == 0U);
    BOOST_TEST(arena.copy("a") == "a");
    const std::size_t ordinary = arena.held();
    for (int round = 0; round < 10; ++round) {
        arena.copy(std::string(1 << 20, 'x'));
        arena.copy(std::string(1000, 'y'));
        arena.reset();
        BOOST_TEST(arena.held() == ordinary);
    }
}

BOOST_AUTO_TEST_SUITE_END()
