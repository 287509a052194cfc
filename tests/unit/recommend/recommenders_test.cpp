#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "unit/recommend/shop.hpp"

using namespace pz;
using namespace pz::test;
using recommend::Candidate;
using recommend::Signal;
using recommend::Tier;

namespace {

float part(const Candidate& candidate, Signal signal) {
    return candidate.parts[static_cast<int>(signal)];
}

std::string tiers(const std::vector<Candidate>& candidates) {
    std::string result;
    for (const Candidate& candidate : candidates) {
        result += "psi"[static_cast<int>(candidate.tier)];
    }
    return result;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(recommenders, Shop)

BOOST_AUTO_TEST_CASE(all_are_found_by_name) {
    std::string names;
    for (const auto& recommender : recommend::recommenders()) {
        names.append(recommender.name).append(" ");
        BOOST_TEST(!recommender.summary.empty());
        BOOST_TEST(recommend::find_recommender(recommender.name) == &recommender);
    }
    BOOST_TEST(names ==
               "popular new sale recent for_you cross_sell free_shipping bundle similar replenish "
               "back_in_stock price_drop ");
    BOOST_TEST(recommend::find_recommender("") == nullptr);
    BOOST_TEST(recommend::find_recommender("populars") == nullptr);
}

BOOST_AUTO_TEST_CASE(popular_of_the_shop) {
    BOOST_TEST(run("popular") == "desk mug cup pot lamp tea milk");
    BOOST_TEST(tiers(candidates) == "ppppppp");
    BOOST_TEST(candidates[0].score == 0.8F);
    BOOST_TEST(part(candidates[0], Signal::popularity) == 0.8F);
    request.query.wanted = 2;
    BOOST_TEST(run("popular") == "desk mug");
}

BOOST_AUTO_TEST_CASE(popular_of_a_category) {
    request.query.category = category("Kitchen");
    BOOST_TEST(run("popular") == "mug cup pot");
    request.query.category = category("Kitchen > Mugs");
    BOOST_TEST(run("popular") == "mug cup");
    request.query.category = category("red");  // a text, but no category
    BOOST_TEST(run("popular") == "desk mug cup pot lamp tea milk");
    request.query.category = 0x7fffffff;
    BOOST_TEST(run("popular") == "desk mug cup pot lamp tea milk");
}

BOOST_AUTO_TEST_CASE(popular_in_the_visitors_segments_first) {
    know({}, "students,cooks,unheard-of");
    BOOST_TEST(run("popular") == "pot tea lamp desk mug cup milk");
    BOOST_TEST(tiers(candidates) == "ssspppp");
    BOOST_TEST(part(candidates[0], Signal::segment) == 2.0F);
    request.query.category = category("Food");
    BOOST_TEST(run("popular") == "tea milk");
    request.query.category = store::kNoValue;
    request.query.level = Tier::segment;
    run("popular");
    BOOST_TEST(tiers(candidates) == "ssspppp");
    request.query.level = Tier::pre;
    BOOST_TEST(run("popular") == "desk mug cup pot lamp tea milk");
}

BOOST_AUTO_TEST_CASE(a_segments_favourites_are_news_to_the_visitor) {
    know({"view_item pot 10"}, "cooks");
    BOOST_TEST(run("popular") == "tea desk mug cup pot lamp milk");
    request.query.level = Tier::segment;  // does not look at what they did
    BOOST_TEST(run("popular") == "pot tea desk mug cup lamp milk");
}

BOOST_AUTO_TEST_CASE(a_shop_without_events_has_popular_items_too) {
    store::SnapshotBuilder builder;
    BOOST_REQUIRE(builder.add_item({.fields = {{"id", "a"}}}).ok());
    BOOST_REQUIRE(builder.add_item({.fields = {{"id", "b"}}}).ok());
    builder.set_list(store::ListKind::popular, "", {{0, 0}, {1, 0}});
    snapshot = open_snapshot(builder);
    request.query.snapshot = snapshot.get();
    BOOST_TEST(run("popular") == "a b");
    BOOST_TEST(fill("popular") == "a b");
}

BOOST_AUTO_TEST_CASE(new_items_by_age) {
    BOOST_TEST(run("new") == "lamp cup tea");
    BOOST_TEST(part(candidates[0], Signal::recency) == 1.0F);
    BOOST_TEST(candidates[1].score == 0.5F);
    BOOST_TEST(candidates[2].score == 0.25F);
    request.query.category = category("Kitchen");
    BOOST_TEST(run("new") == "cup");
}

// Each recommender but recent and cross_sell, which name all they know, stops at what it was asked
// for.
BOOST_AUTO_TEST_CASE(what_is_not_available_does_not_count) {
    store::SnapshotBuilder builder;
    const auto add = [&](const std::string& id, const std::string& availability) {
        const auto added = builder.add_item({.fields = {{"id", id},
                                                        {"product_type", "Food"},
                                                        {"brand", "Leaf"},
                                                        {"availability", availability}}});
        BOOST_REQUIRE(added.ok());
        builder.set_first_seen(*added, kNow - *added);
        builder.add_session(static_cast<std::uint32_t>(kNow - *added), {0, *added});
    };
    std::vector<store::ScoredItem> all;
    for (std::uint32_t i = 0; i < 100; ++i) {
        add("i" + std::to_string(i), i == 0 || i >= 97 ? "in_stock" : "out_of_stock");
        all.push_back({i, static_cast<float>(100 - i)});
    }
    builder.set_list(store::ListKind::popular, "", all);
    builder.set_list(store::ListKind::in_category, "Food", all);
    builder.set_list(store::ListKind::in_brand, "Leaf", all);
    builder.set_list(store::ListKind::new_items, "", all);
    builder.set_list(store::ListKind::in_segment, "keen", {all.begin() + 1, all.end()});
    snapshot = open_snapshot(builder);
    request.query.snapshot = snapshot.get();
    request.query.wanted = 3;
    BOOST_TEST(run("popular") == "i0 i97 i98");
    BOOST_TEST(run("new") == "i0 i97 i98");
    know({"view_item i0 10"}, "keen");
    BOOST_TEST(run("popular") == "i97 i98 i99");
    BOOST_TEST(run("for_you") == "i97 i98 i99");
    BOOST_TEST(run("similar") == "i97 i98 i99");
}

BOOST_AUTO_TEST_CASE(sale_by_the_live_prices) {
    BOOST_TEST(run("sale") == "milk tea");  // the desk has no sale price now
    BOOST_TEST(candidates[0].score == 0.75F);
    request.query.wanted = 1;
    BOOST_TEST(run("sale") == "milk");
    request.query.category = category("Home");
    BOOST_TEST(run("sale").empty());
}

BOOST_AUTO_TEST_CASE(recent_newest_first) {
    BOOST_TEST(run("recent").empty());
    know({"view_item tea 10", "view_item mug 20", "add_to_cart pot 30", "view_item tea 40"});
    BOOST_TEST(run("recent") == "tea mug pot");
    BOOST_TEST(tiers(candidates) == "iii");
    BOOST_TEST(part(candidates[1], Signal::recency) == 0.5F);
    request.query.level = Tier::segment;
    BOOST_TEST(run("recent").empty());
}

BOOST_AUTO_TEST_CASE(for_you_goes_on_where_like_sessions_went) {
    BOOST_TEST(run("for_you").empty());
    know({"view_item mug 10"});
    // tea follows in two sessions, pot in one; cup is only of the liked brand's type, lamp only like
    // the mug.
    BOOST_TEST(run("for_you") == "tea pot cup lamp");
    BOOST_TEST(tiers(candidates) == "iiii");
    BOOST_TEST(part(candidates[0], Signal::session) > part(candidates[1], Signal::session));
    BOOST_TEST(part(candidates[2], Signal::session) == 0.0F);
    BOOST_TEST(part(candidates[2], Signal::affinity) > 0.0F);
    BOOST_TEST(part(candidates[3], Signal::session) == 0.0F);
    BOOST_TEST(part(candidates[3], Signal::affinity) > 0.0F);
    request.query.level = Tier::segment;
    BOOST_TEST(run("for_you").empty());
}

BOOST_AUTO_TEST_CASE(for_you_without_a_session_goes_by_what_was_seen_last) {
    know({"view_item mug 864000"});
    BOOST_REQUIRE(profile.session().empty());
    BOOST_TEST(run("for_you") == "tea pot cup lamp");
}

BOOST_AUTO_TEST_CASE(for_you_leaves_out_what_the_visitor_knows) {
    know({"view_item mug 10", "purchase tea 8640000"});
    BOOST_TEST(run("for_you") == "pot cup lamp milk");
}

BOOST_AUTO_TEST_CASE(similar_then_the_category) {
    request.query.page_item = item("mug");
    BOOST_TEST(run("similar") == "pot lamp cup");
    BOOST_TEST(candidates[0].score == 1.0F);
    BOOST_TEST(std::abs(candidates[1].score - 0.55F) < 1e-5F);
    BOOST_TEST(part(candidates[2], Signal::popularity) == candidates[2].score);
    BOOST_TEST(tiers(candidates) == "ppp");
    request.query.wanted = 2;
    BOOST_TEST(run("similar") == "pot lamp");
    request.query.page_item = 4711;
    BOOST_TEST(run("similar").empty());
}

BOOST_AUTO_TEST_CASE(similar_to_what_was_seen_last) {
    BOOST_TEST(run("similar").empty());
    know({"view_item desk 10"});
    BOOST_TEST(run("similar") == "lamp");
    BOOST_TEST(tiers(candidates) == "i");
    request.query.level = Tier::pre;
    BOOST_TEST(run("similar").empty());
}

BOOST_AUTO_TEST_CASE(similar_knows_tastes) {
    know({"view_item lamp 10"});
    request.query.page_item = item("mug");
    BOOST_TEST(run("similar") == "pot lamp cup");
    BOOST_TEST(part(candidates[0], Signal::affinity) > 0.0F);  // the lamp's brand
    BOOST_TEST(tiers(candidates) == "iip");
}

BOOST_AUTO_TEST_CASE(appends_behind_what_is_there) {
    run("new");
    const auto before = candidates;
    know({"view_item mug 10", "add_to_cart pot 10"}, "students");
    request.query.page_item = item("mug");
    request.query.gap_micros = 2'000'000;
    for (const auto& recommender : recommend::recommenders()) {
        auto list = before;
        recommender.recommend(request.query, scratch, list);
        // No two of what is bought with the mug make a set: both are food.
        const auto& name = recommender.name;  // of the others the little shop has none
        const bool none = name == "bundle" || name == "replenish" || name == "back_in_stock" ||
                          name == "price_drop";
        BOOST_TEST((none ? list.size() == before.size() : list.size() > before.size()), name);
        list.resize(before.size());
        BOOST_TEST(ids(list) == ids(before), recommender.name);
    }
}

BOOST_AUTO_TEST_CASE(an_empty_shop_has_nothing) {
    store::SnapshotBuilder builder;
    snapshot = open_snapshot(builder);
    request.query.snapshot = snapshot.get();
    know({"view_item mug 10"}, "students");
    request.query.page_item = 0;
    request.query.category = 1;
    for (const auto& recommender : recommend::recommenders()) {
        BOOST_TEST(run(recommender.name).empty(), recommender.name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
