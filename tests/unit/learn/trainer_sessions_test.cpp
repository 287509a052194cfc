#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "unit/learn/school.hpp"

using namespace pz;
using namespace pz::test;

BOOST_FIXTURE_TEST_SUITE(trainer_baskets, School)

BOOST_AUTO_TEST_CASE(hand_computed_cosine) {
    items("abcd");
    events("v", "purchase", "ab", 0);           // weight 1
    events("w", "purchase", "abc", 60 * kDay);  // weight 0.5 / sqrt 2
    write();
    const double w = 0.5 / std::sqrt(2.0);
    const double da = 1 + 2 * w;  // as d(b)
    const double dc = 2 * w;
    const auto of_a = neighbours(NeighbourKind::cross_sell, "a");
    BOOST_REQUIRE(ids(of_a) == "bc");
    BOOST_TEST(
        nearly(of_a[0].score, (1 + w) / (std::pow(da + 0.1, 0.7) * std::pow(da + 0.1, 0.4))));
    BOOST_TEST(nearly(of_a[1].score, w / (std::pow(da + 0.1, 0.7) * std::pow(dc + 0.1, 0.4))));
    const auto of_c = neighbours(NeighbourKind::cross_sell, "c");
    BOOST_TEST(ids(of_c) == "ab");
    BOOST_TEST(nearly(of_c[0].score, w / (std::pow(dc + 0.1, 0.7) * std::pow(da + 0.1, 0.4))));
    BOOST_TEST(neighbours(NeighbourKind::cross_sell, "d").empty());
}

BOOST_AUTO_TEST_CASE(half_an_hour_parts_baskets) {
    items("abcd");
    event("v", "purchase", "a", 4000);
    event("v", "purchase", "b", 4000 - 1800);
    event("v", "purchase", "c", 4000 - 3601);
    event("w", "purchase", "d", 4000 - 1800);  // another visitor
    write();
    BOOST_TEST(ids(neighbours(NeighbourKind::cross_sell, "a")) == "b");
    BOOST_TEST(neighbours(NeighbourKind::cross_sell, "c").empty());
    BOOST_TEST(neighbours(NeighbourKind::cross_sell, "d").empty());
}

BOOST_AUTO_TEST_CASE(groups_are_pooled) {
    item("r", {{"item_group_id", "shirt"}});
    item("s", {{"item_group_id", "shirt"}});
    items("tu");
    events("v", "purchase", "rt", 0);
    events("w", "purchase", "su", 0);
    events("x", "purchase", "rsu", 0);
    write();
    BOOST_TEST(ids(neighbours(NeighbourKind::cross_sell, "r")) == "ut");
    BOOST_TEST(ids(neighbours(NeighbourKind::cross_sell, "s")) == "ut");
    // Their best seller stands for the group, once: r and s were bought twice each, r came first.
    BOOST_TEST(ids(neighbours(NeighbourKind::cross_sell, "t")) == "r");
}

BOOST_AUTO_TEST_CASE(learning_goes_on_after_a_write) {
    items("abc");
    events("v", "purchase", "ab", 60);
    write();
    BOOST_TEST(ids(neighbours(NeighbourKind::cross_sell, "a")) == "b");
    BOOST_TEST(session(0) == "ab");
    event("v", "purchase", "c", 30);  // the same basket and session go on
    write();
    BOOST_TEST(ids(neighbours(NeighbourKind::cross_sell, "a")) == "bc");
    BOOST_TEST(snapshot->sessions().size() == 1U);
    BOOST_TEST(session(0) == "abc");
    write();
    BOOST_TEST(snapshot->sessions().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(trainer_sessions, School)

BOOST_AUTO_TEST_CASE(gaps_part_sessions) {
    items("abcd");
    event("v", "view_item", "a", 9000);
    event("w", "view_item", "c", 8000);
    event("v", "view_item", "b", 7200);
    event("w", "view_item", "d", 7000);
    event("v", "view_item", "a", 7000);
    event("v", "view_item", "c", 1000);  // alone
    write();
    BOOST_REQUIRE(snapshot->sessions().size() == 2U);
    BOOST_TEST((session(0) + session(1) == "cdba" || session(0) + session(1) == "bacd"));
    BOOST_TEST(snapshot->sessions().time(0) == kNow - 7000);
}

BOOST_AUTO_TEST_CASE(who_is_forgotten_leaves_no_session_and_no_cart) {
    items("abcd");
    events("anna", "view_item", "ab", 300);
    events("anna", "add_to_cart", "cd", 290);
    events("bert", "view_item", "ba", 300);
    trainer.forget("anna");
    trainer.forget("nobody");
    event("anna", "purchase", "-", 200);
    write();
    BOOST_TEST(snapshot->sessions().size() == 1U);
    BOOST_TEST(session(0) == "ba");
    BOOST_TEST(ids(neighbours(NeighbourKind::cross_sell, "c")).empty());
}

BOOST_AUTO_TEST_CASE(a_purchase_that_names_no_item_buys_the_cart) {
    items("abcd");
    for (const char* visitor : {"v", "w"}) {
        events(visitor, "add_to_cart", "abcd", 300);
        event(visitor, "remove_from_cart", "c", 290);
        event(visitor, "purchase", "d", 200);
        event(visitor, "purchase", "-", 100);
        event(visitor, "purchase", "-", 90);  // there is nothing left to buy
    }
    event("x", "purchase", "-", 100);
    event("", "purchase", "-", 100);
    write();
    BOOST_TEST(trainer.popularity("a", kNow) == trainer.popularity("b", kNow));
    BOOST_TEST(trainer.popularity("a", kNow) > 2.4F * trainer.popularity("c", kNow));
    BOOST_TEST(trainer.popularity("a", kNow) < 2.6F * trainer.popularity("c", kNow));
    BOOST_TEST(ids(neighbours(NeighbourKind::cross_sell, "a")).find('b') != std::string::npos);
    BOOST_TEST(neighbours(NeighbourKind::cross_sell, "c").empty());
}

BOOST_AUTO_TEST_CASE(events_of_no_visitor_teach_popularity_alone) {
    items("abc");
    events("", "purchase", "ab", 10);
    events("", "view_item", "bc", 10);
    event("", "view_item", "b", 10, " segment=vip");
    event("v", "view_item", "c", 10, " segment=new");
    write();
    BOOST_TEST(ranked(ListKind::popular) == "bac");
    BOOST_TEST(ranked(ListKind::in_segment, "vip") == "-");
    BOOST_TEST(ranked(ListKind::in_segment, "new") == "c");
    BOOST_TEST(snapshot->sessions().size() == 0U);
    for (const std::string id : {"a", "b", "c"}) {
        BOOST_TEST(neighbours(NeighbourKind::cross_sell, id).empty());
        BOOST_TEST(neighbours(NeighbourKind::similar, id).empty());
    }
}

BOOST_AUTO_TEST_CASE(two_to_fifty_items) {
    for (int i = 0; i < 51; ++i) {
        item("i" + std::to_string(i));
    }
    for (int i = 0; i < 50; ++i) {
        event("v", "view_item", "i" + std::to_string(i), 10);
    }
    for (int i = 0; i < 51; ++i) {
        event("w", "view_item", "i" + std::to_string(i), 10);
    }
    write();
    BOOST_TEST(snapshot->sessions().size() == 1U);
    BOOST_TEST(snapshot->sessions().items_of(0).size() == 50U);
}

BOOST_AUTO_TEST_CASE(the_newest_sessions_are_kept) {
    learn::TrainerOptions options;
    options.max_sessions = 3;
    options.list_length = 1;
    start_again(options);
    items("ab");
    for (int i = 0; i < 20; ++i) {
        events("v" + std::to_string(i), "view_item", "ab", 100 + 10 * ((i * 7) % 20));
    }
    write();
    BOOST_TEST(ranked(ListKind::popular) == "a");
    BOOST_REQUIRE(snapshot->sessions().size() == 3U);
    BOOST_TEST(snapshot->sessions().time(0) == kNow - 120);
    BOOST_TEST(snapshot->sessions().time(2) == kNow - 100);
}

BOOST_AUTO_TEST_CASE(similar_from_views_not_from_baskets) {
    items("abc");
    events("v", "view_item", "ab", 10);
    events("w", "purchase", "ac", 10);
    write();
    const auto of_a = neighbours(NeighbourKind::similar, "a");
    BOOST_REQUIRE(ids(of_a) == "b");
    BOOST_TEST(nearly(of_a[0].score, 1 / 1.1));
    BOOST_TEST(ids(neighbours(NeighbourKind::cross_sell, "a")) == "c");
}

BOOST_AUTO_TEST_CASE(similar_by_attributes_without_history) {
    item("a", {{"title", "Red Heart Mug"}, {"product_type", "Mugs"}, {"color", "red"}});
    item("b", {{"title", "BLUE heart mug"}, {"product_type", "Mugs"}, {"color", "blue"}});
    item("c", {{"title", "Desk"}, {"product_type", "Desks"}, {"color", "red"}});
    item("d", {{"title", "x"}});
    item("e", {{"title", "Red Heart Mug"}, {"item_group_id", "g"}});
    item("f", {{"title", "Red Heart Mug"}, {"item_group_id", "g"}});
    write();
    const auto of_a = neighbours(NeighbourKind::similar, "a");
    BOOST_TEST(ids(of_a) == "ebc");
    BOOST_TEST(of_a[0].score <= 0.25F);
    BOOST_TEST(of_a[2].score > 0.0F);
    BOOST_TEST(neighbours(NeighbourKind::similar, "d").empty());
    BOOST_TEST(ids(neighbours(NeighbourKind::similar, "f")) == "ab");
}

BOOST_AUTO_TEST_SUITE_END()
