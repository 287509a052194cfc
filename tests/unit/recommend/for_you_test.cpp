// for_you against its definition, on shops made at random: no candidate that is among the best is
// left out because it seemed that it could not be.
#include "recommend/for_you.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <random>

#include "recommend/candidates.hpp"
#include "recommend/next_item.hpp"
#include "unit/recommend/shop.hpp"

namespace pz::test {

namespace {

constexpr std::uint32_t kItems = 120;
constexpr std::uint32_t kBrands = 6;
constexpr float kAlike = 0.5F;

std::string id(std::uint32_t item) {
    return "i" + std::to_string(item);
}

// Items of six brands, some not available, all in the list of their brand; the one after each is
// like it.
std::unique_ptr<const store::Snapshot> random_shop(std::mt19937& random) {
    store::SnapshotBuilder builder;
    std::map<std::string, std::vector<store::ScoredItem>> brands;
    for (std::uint32_t i = 0; i < kItems; ++i) {
        const std::string brand = "B" + std::to_string(random() % kBrands);
        const char* const there = random() % 4 == 0 ? "out_of_stock" : "in_stock";
        BOOST_REQUIRE(
            builder.add_item({.fields = {{"id", id(i)}, {"brand", brand}, {"availability", there}}})
                .ok());
        brands[brand].push_back({i, static_cast<float>(kItems - i)});
    }
    for (std::uint32_t i = 0; i < kItems; ++i) {
        builder.set_neighbours(store::NeighbourKind::similar, i, {{(i + 1) % kItems, kAlike}});
    }
    for (const auto& [brand, items] : brands) {
        builder.set_list(store::ListKind::in_brand, brand, items);
    }
    for (std::int64_t s = 0; s < 300; ++s) {
        std::vector<store::ItemIndex> items;
        for (std::size_t n = 2 + random() % 5; n > 0; --n) {
            items.push_back(random() % (random() % kItems + 1));
        }
        builder.add_session(static_cast<std::uint32_t>(kNow - 100000 + 10 * s), std::move(items));
    }
    return open_snapshot(builder);
}

using Scores = std::map<store::ItemIndex, float>;

// Of all items that are available and new to the visitor: what sessions and tastes say, and for
// those that are like the last three items, that.
Scores scores_of_all(const recommend::Query& query, recommend::Scratch& scratch) {
    recommend::Scratch::State& state = scratch.state();
    const float to_one = recommend::session_scores(query, state);
    const recommend::AffinityScale affinity(query, state);
    const auto recent = query.visitor->recent();
    Scores scores;
    for (store::ItemIndex item = 0; item < kItems; ++item) {
        if (!query.snapshot->available(item) ||
            std::find(recent.begin(), recent.end(), item) != recent.end()) {
            continue;
        }
        const recommend::Clue* clue = state.clues.find(item);
        const float session = clue == nullptr ? 0 : clue->score * to_one;
        scores[item] = 0.65F * session + 0.3F * affinity.of(item);
        for (std::size_t i = 0; i < std::min<std::size_t>(recent.size(), 3); ++i) {
            if (clue == nullptr && (recent[i] + 1) % kItems == item) {
                scores[item] += 0.1F;
                break;
            }
        }
    }
    return scores;
}

// Of each of three favourite brands a quarter of what is wanted, and one more, and what is like the
// last three items.
std::vector<store::ItemIndex> named(const recommend::Query& query, const Scores& scores) {
    std::vector<store::ItemIndex> items;
    std::size_t brands = 0;
    for (const visitor::Affinity& affinity : query.visitor->affinities()) {
        if (affinity.field != store::field::brand || ++brands > 3) {
            continue;
        }
        std::size_t left = query.wanted / 4 + 1;
        for (const auto& each : query.snapshot->ranked(store::ListKind::in_brand, affinity.value)) {
            if (query.snapshot->available(each.item) && left > 0) {
                items.push_back(each.item);
                --left;
            }
        }
    }
    const auto recent = query.visitor->recent();
    for (const store::ItemIndex item : recent.first(std::min<std::size_t>(recent.size(), 3))) {
        items.push_back((item + 1) % kItems);
    }
    std::erase_if(items, [&](store::ItemIndex item) { return scores.count(item) == 0; });
    return items;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(for_you)

BOOST_AUTO_TEST_CASE(no_better_candidate_is_left_out) {
    std::mt19937 random(5);
    for (int round = 0; round < 150; ++round) {
        const auto snapshot = random_shop(random);
        std::vector<std::string> events;
        for (std::size_t n = 1 + random() % 8; n > 0; --n) {
            events.push_back("view_item " + id(random() % kItems) + " " + std::to_string(kNow));
        }
        const std::vector<std::string_view> views(events.begin(), events.end());
        visitor::Profile profile;
        profile.build(*snapshot, views, {}, kNow);
        recommend::Query query{.snapshot = snapshot.get(), .visitor = &profile, .now = kNow};
        recommend::Scratch scratch;
        const Scores scores = scores_of_all(query, scratch);
        for (const std::size_t wanted : {1U, 4U, 16U, 64U, 200U}) {
            query.wanted = wanted;
            std::vector<recommend::Candidate> found;
            recommend::recommend_for_you(query, scratch, found);
            BOOST_REQUIRE(found.size() <= wanted);
            for (std::size_t i = 0; i < found.size(); ++i) {
                BOOST_REQUIRE(scores.count(found[i].item) == 1);
                BOOST_REQUIRE(std::abs(found[i].score - scores.at(found[i].item)) < 1e-5F);
                BOOST_REQUIRE((i == 0 || found[i - 1].score >= found[i].score));
            }
            const float least = found.size() < wanted ? -1 : found.back().score + 1e-5F;
            for (const store::ItemIndex item : named(query, scores)) {
                const bool shown = std::any_of(found.begin(), found.end(),
                                               [=](const auto& each) { return each.item == item; });
                BOOST_REQUIRE((shown || scores.at(item) <= least));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
