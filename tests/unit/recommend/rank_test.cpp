#include <boost/test/unit_test.hpp>
#include <cmath>

#include "unit/recommend/shop.hpp"

using namespace pz;
using namespace pz::test;
using recommend::Signal;

BOOST_FIXTURE_TEST_SUITE(fill_widget, Shop)

BOOST_AUTO_TEST_CASE(never_what_is_not_available_and_one_of_a_group) {
    BOOST_TEST(fill("popular") == "desk mug pot lamp tea milk");  // gone is gone, the cup is a mug
    BOOST_TEST(ranked.recommender == "popular");
    BOOST_TEST(shown.size() == 6U);
}

BOOST_AUTO_TEST_CASE(never_the_pages_item_and_its_variants) {
    request.query.page_item = item("cup");
    BOOST_TEST(fill("popular") == "desk pot lamp tea milk");
}

BOOST_AUTO_TEST_CASE(never_the_cart_and_never_what_is_disliked) {
    know({"add_to_cart desk 10", "dislike pot 20"});
    BOOST_TEST(fill("popular") == "mug lamp tea milk");
    request.query.level = recommend::Tier::pre;
    BOOST_TEST(fill("popular").find("desk") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_item_twice_on_a_page) {
    BOOST_TEST(fill("popular", 2) == "desk mug");
    BOOST_TEST(fill("popular", 2) == "cup pot");
    BOOST_TEST(fill("new", 8) == "lamp tea");
    BOOST_TEST(fill("popular", 8) == "milk");
    BOOST_TEST(fill("popular", 8).empty());
    BOOST_TEST(shown.size() == 7U);
    request.shown = nullptr;
    BOOST_TEST(fill("popular", 1) == "desk");
}

BOOST_AUTO_TEST_CASE(fallbacks_stand_behind) {
    know({"view_item milk 10"});
    BOOST_TEST(fill("recent sale popular", 5) == "milk tea desk mug pot");
    BOOST_TEST(ranked.recommender == "recent");
    for (std::size_t i = 1; i < ranked.items.size(); ++i) {
        BOOST_TEST(ranked.items[i].score < ranked.items[i - 1].score);
    }
    for (const auto& candidate : ranked.items) {
        float sum = 0;
        for (const float part : candidate.parts) {
            sum += part;
        }
        BOOST_TEST(std::abs(sum - candidate.score) < 1e-6F);
    }
}

BOOST_AUTO_TEST_CASE(a_silent_recommender_leaves_all_to_its_fallback) {
    BOOST_TEST(fill("recent for_you sale", 5) == "milk tea");
    BOOST_TEST(ranked.recommender == "sale");
}

BOOST_AUTO_TEST_CASE(fewer_than_min_is_nothing) {
    BOOST_TEST(fill("sale", 8, 3).empty());
    BOOST_TEST(ranked.recommender.empty());
    BOOST_TEST(shown.empty());
    BOOST_TEST(fill("sale", 8, 2) == "milk tea");
    BOOST_TEST(fill("recent", 8, 0).empty());
    BOOST_TEST(fill("popular", 0, 0).empty());
    BOOST_TEST(fill("", 8, 0).empty());
}

BOOST_AUTO_TEST_CASE(rules_boost_and_bury) {
    use_rules("rule 'r' { match = {id = 'tea'}, boost = 100 }");
    BOOST_TEST(fill("popular", 2) == "tea desk");
    BOOST_TEST(ranked.rules.applied == 1U);
    BOOST_TEST((ranked.items[0].rules & 1U) == 1U);
    shown.clear();
    use_rules("rule 'r' { match = {id = 'desk'}, bury = 100 }");
    BOOST_TEST(fill("popular") == "mug pot lamp tea milk desk");
}

BOOST_AUTO_TEST_CASE(a_boost_lifts_a_fallback_and_names_it) {
    use_rules("rule 'r' { match = {id = 'desk'}, boost = 10 }");
    BOOST_TEST(fill("sale popular", 3) == "desk milk tea");
    BOOST_TEST(ranked.recommender == "popular");
}

BOOST_AUTO_TEST_CASE(rules_see_more_than_the_limit) {
    use_rules("rule 'r' { match = {id = {'desk', 'mug', 'pot'}}, hide = true }");
    BOOST_TEST(fill("popular", 3) == "cup lamp tea");  // the cup, now that the mug is hidden
}

BOOST_AUTO_TEST_CASE(a_rule_cannot_bring_back_what_is_never_shown) {
    use_rules("rule 'r' { match = {id = 'gone'}, pin = 1 } rule 's' { boost = 2 }");
    BOOST_TEST(fill("popular", 2) == "desk mug");
}

BOOST_AUTO_TEST_CASE(pins_stand_on_their_places) {
    use_rules("rule 'r' { match = {id = 'milk'}, pin = 2 }");
    BOOST_TEST(fill("popular", 3) == "desk milk mug");
    shown.clear();
    use_rules("rule 'r' { match = {id = 'milk'}, pin = 8 }");
    BOOST_TEST(fill("popular", 8) == "desk mug pot lamp tea milk");  // there are only six
    shown.clear();
    use_rules("rule 'r' { match = {id = 'milk'}, pin = 5 }");
    BOOST_TEST(fill("popular", 3) == "desk mug pot");  // outside the widget
}

BOOST_AUTO_TEST_CASE(a_pinned_variant_is_the_one_of_its_group) {
    use_rules("rule 'r' { match = {id = 'cup'}, pin = 1 }");
    BOOST_TEST(fill("popular", 4) == "cup desk pot lamp");
}

BOOST_AUTO_TEST_CASE(a_failing_rule_changes_nothing) {
    use_rules("rule 'r' { match = function(item) return item.id.x.y end, hide = true }");
    BOOST_TEST(fill("popular", 2) == "desk mug");
    BOOST_TEST(ranked.rules.failed == 1U);
    BOOST_TEST(!ranked.rules.error.empty());
}

BOOST_AUTO_TEST_CASE(a_rule_names_other_recommenders) {
    use_rules("rule 'r' { on = 'place', recommend = 'sale' }");
    BOOST_TEST(fill("popular", 4) == "milk tea desk mug");  // the widget's own fill up
    BOOST_TEST(ranked.recommender == "sale");
    BOOST_TEST((ranked.items[0].rules & 1U) == 1U);
    BOOST_TEST(ranked.rules.error == "");
    shown.clear();
    use_rules("rule 'r' { on = 'other', recommend = 'sale' }");
    BOOST_TEST(fill("popular", 2) == "desk mug");
    shown.clear();
    use_rules("rule 'r' { when = function(v) return v.oops end, recommend = 'sale' }");
    BOOST_TEST(fill("popular", 2) == "desk mug");
    BOOST_TEST(ranked.rules.failed == 1U);
    shown.clear();
    // Other rules go on with what it chose.
    use_rules("rule 'r' { recommend = 'sale' } rule 's' { match = {id = 'milk'}, hide = true }");
    BOOST_TEST(fill("popular", 2) == "tea desk");
}

// A shop of 100 items, in the order of popularity, all of one group but the last 50.
BOOST_AUTO_TEST_CASE(rules_and_groups_that_leave_too_few_make_it_look_further) {
    store::SnapshotBuilder many;
    std::vector<store::ScoredItem> list;
    for (std::uint32_t i = 0; i < 100; ++i) {
        const std::string id = (i < 10 ? "i0" : "i") + std::to_string(i);
        BOOST_REQUIRE(many.add_item({.fields = {{"id", id},
                                                {"item_group_id", i < 50 ? "shirt" : ""},
                                                {"brand", i < 90 ? "b" : "c"}}})
                          .ok());
        list.push_back({i, static_cast<float>(100 - i)});
    }
    many.set_list(store::ListKind::popular, "", list);
    const auto small = std::move(snapshot);
    snapshot = open_snapshot(many);
    request.query.snapshot = request.rule_context.snapshot = snapshot.get();
    BOOST_TEST(fill("popular", 4) == "i00 i50 i51 i52");
    shown.clear();
    use_rules("rule 'c' { match = {brand = 'b'}, hide = true }");
    BOOST_TEST(fill("popular", 4) == "i90 i91 i92 i93");
    BOOST_TEST(ranked.items[0].named_by == 0);  // the recommender's own go before the rule's
    BOOST_TEST(ranked.rules.applied == 1U);
    BOOST_TEST(fill("popular", 8) == "i94 i95 i96 i97 i98 i99");  // and there are no more
}

BOOST_AUTO_TEST_CASE(scratch_serves_a_smaller_and_a_larger_snapshot) {
    BOOST_TEST(fill("popular", 2) == "desk mug");
    store::SnapshotBuilder small;
    BOOST_REQUIRE(small.add_item({.fields = {{"id", "a"}}}).ok());
    small.set_list(store::ListKind::popular, "", {{0, 1}});
    const auto large = std::move(snapshot);
    snapshot = open_snapshot(small);
    request.query.snapshot = snapshot.get();
    shown.clear();
    BOOST_TEST(fill("popular for_you similar", 2) == "a");
    snapshot = open_snapshot(small);
    request.query.snapshot = large.get();
    shown.clear();
    recommend::Ranked& result = ranked;
    fill("popular", 2);
    BOOST_TEST(result.items.size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(reorder_listing, Shop)

BOOST_AUTO_TEST_CASE(no_signal_no_change) {
    BOOST_TEST(reorder("desk tea pot lamp milk") == "desk tea pot lamp milk");
    BOOST_TEST(!order.changed);
    BOOST_TEST(reorder("").empty());
    know({"view_item gone 10"});  // speaks for none of these
    BOOST_TEST(reorder("desk lamp") == "desk lamp");
    use_rules("rule 'r' { match = {id = 'nothing'}, boost = 9 }");
    BOOST_TEST(reorder("desk lamp") == "desk lamp");
}

BOOST_AUTO_TEST_CASE(evidence_moves_to_the_first_places) {
    know({"view_item mug 10"});
    BOOST_TEST(reorder("desk lamp milk gone pot tea", 2) == "tea pot desk lamp milk gone");
    BOOST_TEST((order.candidates[0].tier == recommend::Tier::individual));
    BOOST_TEST(order.candidates[0].position == 5U);
    BOOST_TEST(reorder("desk lamp milk gone pot tea", 1) == "tea desk lamp milk gone pot");
    BOOST_TEST(reorder("desk lamp milk gone pot tea", 0) == "desk lamp milk gone pot tea");
    BOOST_TEST(reorder("desk lamp milk gone pot tea", 99).substr(0, 3) == "tea");
}

BOOST_AUTO_TEST_CASE(the_level_caps) {
    know({"view_item mug 10"}, "students");
    request.query.level = recommend::Tier::pre;
    BOOST_TEST(reorder("desk milk tea") == "desk milk tea");
    request.query.level = recommend::Tier::segment;
    BOOST_TEST(reorder("desk milk tea") == "tea desk milk");
    BOOST_TEST((order.candidates[0].tier == recommend::Tier::segment));
}

BOOST_AUTO_TEST_CASE(a_disliked_tile_stands_behind_the_first) {
    const std::string listing = "desk lamp milk gone pot tea";
    know({"dislike tea 5", "view_item tea 10", "view_item tea 20", "view_item mug 30"}, "students");
    BOOST_TEST(reorder(listing, 2) == "pot lamp desk milk gone tea");
    BOOST_TEST((order.candidates[5].tier == recommend::Tier::pre));
    BOOST_TEST(reorder("tea desk lamp", 3) == "lamp desk tea");
    BOOST_TEST(reorder("tea desk lamp", 1, recommend::Rest::learned) == "lamp desk tea");
    // A dislike alone is reason enough.
    know({"dislike lamp 5"});
    BOOST_TEST(reorder(listing, 2) == "desk milk lamp gone pot tea");
    BOOST_TEST(reorder("desk milk lamp", 2) == "desk milk lamp");
    know({"unlike lamp 4", "dislike lamp 5"});
    BOOST_TEST(reorder(listing, 2) == listing);
}

BOOST_AUTO_TEST_CASE(unknown_tiles_stay) {
    know({"view_item mug 10"});
    BOOST_TEST(reorder("- desk - lamp tea -", 3) == "- tea - desk lamp -");
    BOOST_TEST(reorder("- - -") == "- - -");
}

BOOST_AUTO_TEST_CASE(tiles_that_stand_twice_stay) {
    know({"view_item mug 10"});
    BOOST_TEST(reorder("desk lamp tea milk tea", 2) == "desk lamp tea milk tea");
    BOOST_TEST(reorder("desk desk lamp tea", 3) == "desk desk tea lamp");
}

BOOST_AUTO_TEST_CASE(rules_without_a_visitor) {
    use_rules("rule 'r' { match = {id = 'milk'}, boost = 100 }");
    BOOST_TEST(reorder("desk tea pot lamp milk", 2) == "milk desk tea pot lamp");
    use_rules("rule 'r' { match = {id = 'desk'}, bury = 100 }");
    BOOST_TEST(reorder("desk tea pot lamp milk", 2) == "tea pot desk lamp milk");
}

BOOST_AUTO_TEST_CASE(hidden_tiles_go_to_the_end) {
    use_rules("rule 'r' { match = {product_type = 'Home'}, hide = true }");
    BOOST_TEST(reorder("desk tea lamp - pot", 2) == "tea pot desk - lamp");
}

BOOST_AUTO_TEST_CASE(pinned_tiles_stand_on_their_places) {
    use_rules("rule 'r' { match = {id = 'milk'}, pin = 1 }");
    BOOST_TEST(reorder("desk tea pot milk", 2) == "milk desk tea pot");
    BOOST_TEST(reorder("- tea pot milk", 2) == "- milk tea pot");
    use_rules("rule 'r' { match = {id = 'desk'}, pin = 3 }");
    BOOST_TEST(reorder("desk tea pot milk", 1) == "tea pot desk milk");
    use_rules("rule 'r' { match = {id = 'desk'}, pin = 100 }");
    const std::string far = reorder("desk tea pot milk", 1);
    BOOST_TEST((far == "desk tea pot milk" || far == "tea pot milk desk"), far);
}

BOOST_AUTO_TEST_CASE(what_is_not_available_is_the_shops_decision) {
    BOOST_TEST(reorder("gone desk") == "gone desk");
}

BOOST_AUTO_TEST_SUITE_END()
