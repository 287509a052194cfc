// Session-kNN against what its definition says, on sessions made at random.
#include "recommend/session_knn.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>
#include <set>

#include "recommend/next_item.hpp"
#include "unit/recommend/shop.hpp"

namespace pz::test {

namespace {

constexpr std::uint32_t kItems = 40;

// Some items stand in most sessions, others in few.
std::unique_ptr<const store::Snapshot> random_shop(std::mt19937& random, std::size_t sessions) {
    store::SnapshotBuilder builder;
    for (std::uint32_t i = 0; i < kItems; ++i) {
        BOOST_REQUIRE(builder.add_item({.fields = {{"id", "i" + std::to_string(i)}}}).ok());
    }
    for (std::uint32_t item = 0; item < kItems; ++item) {
        std::vector<store::ScoredItem> next;
        for (std::uint32_t n = 0; n < 5; ++n) {
            next.push_back({static_cast<store::ItemIndex>(random() % kItems), 0.1F});
        }
        builder.set_neighbours(store::NeighbourKind::next, item, next);
    }
    for (std::size_t s = 0; s < sessions; ++s) {
        std::vector<store::ItemIndex> items;
        for (std::size_t n = 2 + random() % 5; n > 0; --n) {
            items.push_back(random() % (random() % kItems + 1));
        }
        builder.add_session(static_cast<std::uint32_t>(kNow - 100000 + 10 * std::int64_t(s)),
                            std::move(items));
    }
    return open_snapshot(builder);
}

std::vector<store::ItemIndex> random_session(std::mt19937& random, std::size_t length) {
    std::vector<store::ItemIndex> items(kItems);
    for (std::uint32_t i = 0; i < kItems; ++i) {
        items[i] = i;
    }
    std::shuffle(items.begin(), items.end(), random);
    items.resize(length);
    return items;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_knn)

BOOST_AUTO_TEST_CASE(the_newest_500_sessions_are_looked_at) {
    std::mt19937 random(1);
    for (const std::size_t sessions : {0U, 1U, 40U, 450U, 520U, 3000U}) {
        const auto snapshot = random_shop(random, sessions);
        for (std::size_t length = 1; length <= 9; ++length) {
            const auto items = random_session(random, length);
            std::set<std::uint32_t> all;
            for (const store::ItemIndex item : items) {
                const auto with = snapshot->sessions_of(item);
                all.insert(with.begin(), with.end());
            }
            std::vector<std::uint32_t> expected(all.rbegin(), all.rend());
            expected.resize(std::min<std::size_t>(expected.size(), 500));
            recommend::Scratch scratch;
            scratch.state().clues.reset(kItems);
            const std::size_t found =
                recommend::add_sessions(*snapshot, items, kNow, scratch.state());
            std::vector<std::uint32_t> met;
            for (const auto& neighbour : scratch.state().neighbours.all()) {
                met.push_back(neighbour.number);
            }
            std::sort(met.rbegin(), met.rend());
            BOOST_TEST(found == expected.size());
            BOOST_REQUIRE(met == expected);
        }
    }
}

// A listing's items have the probabilities that they have among all.
BOOST_AUTO_TEST_CASE(listed_items_score_as_among_all) {
    std::mt19937 random(2);
    const auto snapshot = random_shop(random, 800);
    recommend::Scratch all;
    recommend::Scratch some;
    for (int round = 0; round < 50; ++round) {
        std::vector<std::string> events;
        for (const store::ItemIndex item : random_session(random, 1 + random() % 8)) {
            events.push_back("view_item i" + std::to_string(item) + " " + std::to_string(kNow));
        }
        const std::vector<std::string_view> views(events.begin(), events.end());
        visitor::Profile profile;
        profile.build(*snapshot, views, {}, kNow);
        const recommend::Query query{
            .snapshot = snapshot.get(), .visitor = &profile, .now = kNow, .wanted = 10};
        const auto listed = random_session(random, random() % kItems);
        recommend::session_scores(query, all.state());
        recommend::score_listed(query, listed, some.state());
        for (const store::ItemIndex item : listed) {
            const recommend::Clue* among_all = all.state().clues.find(item);
            const recommend::Clue* alone = some.state().clues.find(item);
            const float score = among_all == nullptr ? 0 : among_all->score;
            BOOST_REQUIRE(alone != nullptr);
            BOOST_REQUIRE(std::abs(alone->score - score) <= 1e-4F * score);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
