// What comes next: sources mixed by shares, and shares found from what came.
#include "recommend/next_item.hpp"

#include <boost/test/unit_test.hpp>

#include "recommend/for_you.hpp"
#include "recommend/mixture.hpp"
#include "unit/recommend/shop.hpp"

namespace pz::test {

using store::NeighbourKind;
using store::Source;

namespace {

constexpr std::size_t at(Source source) {
    return static_cast<std::size_t>(source);
}

// a, b, c, d; a leads to b (0.75) and c (0.25), b to d.
struct Chain {
    std::unique_ptr<const store::Snapshot> snapshot;
    visitor::Profile profile;
    recommend::Scratch scratch;
    recommend::Query query;

    explicit Chain(const store::Mixture* mixture = nullptr) {
        store::SnapshotBuilder builder;
        for (const std::string id : {"a", "b", "c", "d"}) {
            BOOST_REQUIRE(builder.add_item({.fields = {{"id", id}}}).ok());
        }
        builder.set_neighbours(NeighbourKind::next, 0, {{1, 0.75F}, {2, 0.25F}});
        builder.set_neighbours(NeighbourKind::next, 1, {{3, 1}});
        if (mixture != nullptr) {
            builder.set_mixture(*mixture);
        }
        snapshot = open_snapshot(builder);
        query.snapshot = snapshot.get();
        query.visitor = &profile;
        query.now = kNow;
        query.wanted = 4;
    }
    // Oldest first.
    void view(const std::vector<std::string>& ids) {
        std::vector<std::string> events;
        for (const std::string& id : ids) {
            events.insert(events.begin(), "view_item " + id + " " + std::to_string(kNow));
        }
        const std::vector<std::string_view> views(events.begin(), events.end());
        profile.build(*snapshot, views, {}, kNow);
    }
    std::string ranked(recommend::Known known) {
        std::vector<recommend::Candidate> candidates;
        recommend::rank_for_you(query, known, scratch, candidates);
        std::string ids;
        for (const auto& candidate : candidates) {
            ids += snapshot->id(candidate.item);
        }
        return ids;
    }
};

store::Mixture only(std::vector<std::pair<Source, float>> shares) {
    store::Mixture mixture;
    for (auto& row : mixture.shares) {
        for (const auto& [source, share] : shares) {
            row[at(source)] = share;
        }
    }
    return mixture;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(next_item)

BOOST_AUTO_TEST_CASE(links_lead_one_step_and_two) {
    Chain chain;
    chain.view({"a"});
    auto& state = chain.scratch.state();
    const auto b = recommend::opinion_of(chain.query, 1, state);
    BOOST_TEST(b.says[at(Source::link)] == 0.75F, boost::test_tools::tolerance(1e-5F));
    BOOST_TEST(b.says[at(Source::second_link)] == 0);
    const auto d = recommend::opinion_of(chain.query, 3, state);
    BOOST_TEST(d.says[at(Source::link)] == 0);
    BOOST_TEST(d.says[at(Source::second_link)] == 1, boost::test_tools::tolerance(1e-5F));
    BOOST_TEST(d.context == 0);  // one item, few sessions
    const auto a = recommend::opinion_of(chain.query, 0, state);
    BOOST_TEST(a.says[at(Source::last)] == 1);
    BOOST_TEST(a.said);
}

BOOST_AUTO_TEST_CASE(shares_decide_between_the_sources_and_about_returning) {
    const store::Mixture links = only({{Source::link, 0.9F}, {Source::second_link, 0.05F}});
    Chain linked(&links);
    linked.view({"a"});
    BOOST_TEST(linked.ranked(recommend::Known::left_out) == "bcd");
    const store::Mixture seconds =
        only({{Source::link, 0.2F}, {Source::second_link, 0.5F}, {Source::last, 0.3F}});
    Chain far(&seconds);
    far.view({"a"});
    BOOST_TEST(far.ranked(recommend::Known::left_out) == "dbc");
    BOOST_TEST(far.ranked(recommend::Known::ranked) == "dabc");
}

BOOST_AUTO_TEST_CASE(how_the_session_came_to_its_latest_item_is_its_turn) {
    Chain chain;
    const auto turn = [&](const std::vector<std::string>& ids) {
        chain.view(ids);
        const std::size_t context =
            recommend::opinion_of(chain.query, 3, chain.scratch.state()).context;
        return context / (store::kMixtureSupports * store::kMixtureLengths);
    };
    constexpr auto number = [](store::Turn of) { return static_cast<std::size_t>(of); };
    BOOST_TEST(turn({"a"}) == number(store::Turn::first_look));
    BOOST_TEST(turn({"a", "b", "c"}) == number(store::Turn::first_look));
    BOOST_TEST(turn({"a", "a", "b"}) == number(store::Turn::first_look));
    BOOST_TEST(turn({"a", "a"}) == number(store::Turn::again));
    BOOST_TEST(turn({"b", "a", "a"}) == number(store::Turn::again));
    BOOST_TEST(turn({"a", "b", "a"}) == number(store::Turn::back));
}

BOOST_AUTO_TEST_CASE(an_earlier_session_or_another_event_is_no_return) {
    Chain chain;
    const auto context_of = [&](const std::vector<std::string>& events) {
        const std::vector<std::string_view> views(events.begin(), events.end());
        chain.profile.build(*chain.snapshot, views, {}, kNow);
        return recommend::opinion_of(chain.query, 3, chain.scratch.state()).context;
    };
    const std::string now = std::to_string(kNow);
    const std::string before = std::to_string(kNow - visitor::kSessionGap - 1);
    BOOST_TEST(context_of({"view_item a " + now, "view_item a " + before}) == 0);
    BOOST_TEST(context_of({"add_to_cart a " + now, "view_item a " + now}) == 0);
    BOOST_TEST(context_of({"view_item a " + now, "view_item a " + now}) ==
               store::mixture_context(store::Turn::again, 0, 0));
}

BOOST_AUTO_TEST_CASE(a_fit_finds_what_the_next_items_came_from) {
    Chain chain;
    recommend::MixtureFit fit;
    chain.view({"a"});
    for (int i = 0; i < 600; ++i) {
        fit.add(chain.query, i % 3 == 0 ? 0 : 3, chain.scratch);  // back to a, or on to d
    }
    BOOST_TEST(fit.count() == 600);
    const store::Mixture mixture = fit.fit();
    BOOST_TEST(valid(mixture));
    const auto& shares = mixture.shares[0];
    BOOST_TEST(shares[at(Source::last)] == 0.333F, boost::test_tools::tolerance(0.03F));
    BOOST_TEST(shares[at(Source::second_link)] == 0.66F, boost::test_tools::tolerance(0.03F));
    // Nothing is known of longer sessions: they stay as they were.
    BOOST_TEST(mixture.shares[2] == recommend::default_mixture().shares[2],
               boost::test_tools::tolerance(1e-5F) << boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
