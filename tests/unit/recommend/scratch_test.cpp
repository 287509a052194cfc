// The tables of a prediction against maps, used again and again as a worker does.
#include "recommend/scratch.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>

namespace pz::test {

namespace {

constexpr std::uint32_t kItems = 3000;

using Weights = std::map<std::uint32_t, float>;

}  // namespace

BOOST_AUTO_TEST_SUITE(scratch)

BOOST_AUTO_TEST_CASE(sums_are_what_a_map_adds_up) {
    std::mt19937 random(1);
    recommend::Sums sums;
    for (int round = 0; round < 200; ++round) {
        sums.clear();
        Weights expected;
        std::vector<std::uint32_t> order;
        const std::uint32_t span = 1 + random() % 5000;
        while (expected.size() < recommend::Sums::kMost && random() % 1500 != 0) {
            const std::uint32_t number = random() % span * 4096;  // many with the same place
            const bool first = expected.count(number) == 0;
            if (first) {
                order.push_back(number);
            }
            expected[number] += 0.5F;
            BOOST_REQUIRE(sums.add(number, 0.5F) == first);
        }
        BOOST_REQUIRE(sums.all().size() == order.size());
        for (std::size_t i = 0; i < order.size(); ++i) {
            BOOST_REQUIRE(sums.all()[i].number == order[i]);
            BOOST_REQUIRE(sums.all()[i].value == expected[order[i]]);
        }
    }
}

// Cells of earlier uses name entries of other items, or none.
BOOST_AUTO_TEST_CASE(clues_begin_anew_with_each_use) {
    std::mt19937 random(2);
    recommend::Clues clues;
    for (int round = 0; round < 200; ++round) {
        clues.reset(kItems);
        Weights expected;
        const std::size_t some = random() % 1000;
        {
            recommend::Clues::Writer writer(clues, some);
            for (std::size_t i = 0; i < some; ++i) {
                const store::ItemIndex item = random() % (random() % kItems + 1);
                writer.at(item).near += 1;
                expected[item] += 1;
            }
        }
        for (int i = 0; i < 50; ++i) {
            const store::ItemIndex item = random() % kItems;
            clues.at(item).near += 2;
            expected[item] += 2;
        }
        BOOST_REQUIRE(clues.all().size() == expected.size());
        for (const recommend::Clue& clue : clues.all()) {
            BOOST_REQUIRE(expected.count(clue.item) == 1);
            BOOST_REQUIRE(clue.near == expected[clue.item]);
            BOOST_REQUIRE(clue.wide == 0);
        }
        for (store::ItemIndex item = 0; item < kItems; ++item) {
            BOOST_REQUIRE((clues.find(item) != nullptr) == (expected.count(item) == 1));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_few_are_always_found) {
    std::mt19937 random(3);
    recommend::Few few;
    for (std::size_t count : {0U, 1U, 100U, 3000U}) {
        few.clear();
        std::vector<store::ItemIndex> items(count);
        for (store::ItemIndex& item : items) {
            item = random();
            few.add(item);
        }
        for (const store::ItemIndex item : items) {
            BOOST_REQUIRE(few.may_have(item));
        }
        std::size_t found = 0;
        for (int i = 0; i < 1000; ++i) {
            found += few.may_have(random()) ? 1 : 0;
        }
        BOOST_TEST(found <= (count < 1000 ? count : 1000));
    }
}

BOOST_AUTO_TEST_CASE(attributes_weigh_what_was_said) {
    std::mt19937 random(4);
    recommend::AttributeWeights weights;
    for (int round = 0; round < 100; ++round) {
        std::map<std::pair<std::uint32_t, store::ValueId>, float> expected;
        const std::size_t count = random() % 80;
        weights.reset(count);
        for (std::size_t i = 0; i < count; ++i) {
            const store::Attribute attribute{static_cast<std::uint32_t>(random() % 8),
                                             static_cast<store::ValueId>(1 + random() % 200)};
            weights.at(attribute) = static_cast<float>(i + 1);
            expected[{attribute.field, attribute.value}] = static_cast<float>(i + 1);
        }
        for (std::uint32_t field = 0; field < 8; ++field) {
            for (store::ValueId value = 1; value < 220; ++value) {
                BOOST_REQUIRE(weights.of({field, value}) == (expected[{field, value}]));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
