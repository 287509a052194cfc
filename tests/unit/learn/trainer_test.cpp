#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <ctime>

#include "unit/learn/school.hpp"

using namespace pz;
using namespace pz::test;

BOOST_FIXTURE_TEST_SUITE(trainer_items, School)

BOOST_AUTO_TEST_CASE(set_change_remove) {
    items("ab");
    BOOST_TEST(trainer.item_count() == 2U);
    item("a", {{"title", "new"}});
    BOOST_TEST(trainer.item_count() == 2U);
    trainer.remove_item("b");
    trainer.remove_item("b");
    trainer.remove_item("never");
    BOOST_TEST(trainer.item_count() == 1U);
    write();
    BOOST_TEST(snapshot->item_count() == 1U);
    BOOST_TEST(snapshot->generation() == 7U);
    BOOST_TEST(snapshot->text(0, store::field::title) == "new");
}

BOOST_AUTO_TEST_CASE(bad_items_are_refused) {
    BOOST_TEST(!trainer.set_item({}).ok());
    const Status status = trainer.set_item({.fields = {{"id", "a"}, {"price", "x"}}});
    BOOST_TEST(status.message().find("price") != std::string::npos);
    BOOST_TEST(trainer.item_count() == 0U);
}

BOOST_AUTO_TEST_CASE(a_removed_item_leaves_all_models_and_may_come_back) {
    items("abc");
    events("v", "purchase", "abc", 10);
    trainer.remove_item("b");
    write();
    BOOST_TEST(ids(neighbours(NeighbourKind::cross_sell, "a")) == "c");
    BOOST_TEST(ranked(ListKind::popular) == "ac");
    BOOST_TEST(session(0) == "ac");
    item("b");
    write();
    BOOST_TEST(ids(neighbours(NeighbourKind::cross_sell, "a")) == "bc");
    BOOST_TEST(ranked(ListKind::popular) == "abc");
}

BOOST_AUTO_TEST_CASE(nothing_learned_is_a_store_too) {
    write();
    BOOST_TEST(snapshot->item_count() == 0U);
    items("ab");
    write();
    BOOST_TEST(ranked(ListKind::popular) == "ab");
    BOOST_TEST(trainer.newest_event() == 0);
}

BOOST_AUTO_TEST_CASE(columns_of_the_fewest_items_are_left_out) {
    std::vector<std::pair<std::string, std::string>> many;
    for (int i = 0; i < 200; ++i) {
        many.emplace_back("a" + std::to_string(i), "x");
    }
    item("a", many);
    BOOST_TEST(trainer.columns_left_out().empty());
    for (auto& [name, text] : many) {
        name[0] = 'b';
    }
    item("b", many);
    item("c", {{"price", "1 GBP"}, {"zone", "x"}, {"b7", "x"}, {"a7", "x"}});
    item("d", {{"zone", "x"}});
    const auto left_out = trainer.columns_left_out();
    BOOST_TEST(left_out.size() == 402U + 15 - 256);
    write();
    BOOST_TEST(snapshot->field_count() == 256U);
    for (const std::string name : {"price", "zone", "a7", "b7", "a0"}) {
        BOOST_TEST(snapshot->find_field(name) != store::kNoField, name);
        BOOST_TEST(std::count(left_out.begin(), left_out.end(), name) == 0, name);
    }
    BOOST_TEST(snapshot->find_field("b99") == store::kNoField);
    BOOST_TEST(std::count(left_out.begin(), left_out.end(), "b99") == 1);
    BOOST_TEST(snapshot->live(snapshot->find("c")).price_micros == 1'000'000);
    trainer.remove_item("b");
    BOOST_TEST(trainer.columns_left_out().empty());
    item("a");
    write();
    BOOST_TEST(snapshot->field_count() == 15U + 4);
}

BOOST_AUTO_TEST_CASE(live_fields_are_those_of_a_generation_of_now) {
    item("a", {{"price", "2 GBP"}, {"stock", "7"}});
    event("v", "add_to_cart", "a", 0);
    const auto live = trainer.live_fields("a", kNow);
    BOOST_REQUIRE(live.has_value());
    BOOST_TEST(live->price_micros == 2'000'000);
    BOOST_TEST(live->stock == 7U);
    BOOST_TEST(live->popularity == 4.0F);
    BOOST_TEST(!trainer.live_fields("unknown", kNow).has_value());
    trainer.remove_item("a");
    BOOST_TEST(!trainer.live_fields("a", kNow).has_value());
}

BOOST_AUTO_TEST_CASE(an_unwritable_path_is_an_error) {
    BOOST_TEST(!trainer.write(path("no/such/folder"), 1, kNow).ok());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(trainer_popularity, School)

BOOST_AUTO_TEST_CASE(weights_of_events) {
    items("abcdefghi");
    event("v", "view_item", "a", 0);
    event("v", "select_item", "b", 0);
    event("v", "add_to_wishlist", "c", 0);
    event("v", "like", "d", 0);
    event("v", "add_to_cart", "e", 0);
    event("v", "purchase", "f", 0, " qty=2");
    event("v", "purchase", "g", 0, " qty=9");
    event("v", "view_item_list", "h", 0);
    event("v", "dislike", "i", 0);
    const float expected[] = {1, 1, 3, 3, 4, 12, 18, 0, 0};
    for (std::size_t i = 0; i < 9; ++i) {
        BOOST_TEST(trainer.popularity(std::string(1, "abcdefghi"[i]), kNow) == expected[i]);
    }
    BOOST_TEST(trainer.popularity("unknown", kNow) == 0.0F);
    BOOST_TEST(trainer.event_count() == 9U);
    write();
    BOOST_TEST(ranked(ListKind::popular) == "gfecdabhi");
    BOOST_TEST(snapshot->live(snapshot->find("f")).popularity == 12.0F);
}

BOOST_AUTO_TEST_CASE(decay_in_any_order_of_time) {
    items("ab");
    event("v", "view_item", "a", 14 * kDay);
    event("v", "view_item", "a", 0);
    event("w", "view_item", "b", 0);
    event("u", "view_item", "b", 14 * kDay);
    BOOST_TEST(nearly(trainer.popularity("a", kNow), 1.5));
    BOOST_TEST(nearly(trainer.popularity("b", kNow), 1.5));
    BOOST_TEST(nearly(trainer.popularity("a", kNow + 28 * kDay), 0.375));
    BOOST_TEST(nearly(trainer.popularity("a", kNow - kDay), 1.5));  // never grows backwards
}

BOOST_AUTO_TEST_CASE(lists_by_category_brand_and_segment) {
    item("a", {{"product_type", "K > M"}, {"brand", "X"}});
    item("b", {{"product_type", "K"}, {"brand", "X"}});
    item("c", {{"product_type", "K > M > S"}});
    event("v", "view_item", "b", 0, " segment=vip,new");
    event("v", "add_to_cart", "c", 0, " segment=vip");
    write();
    BOOST_TEST(ranked(ListKind::in_category, "K") == "cba");
    BOOST_TEST(ranked(ListKind::in_category, "K > M") == "ca");
    BOOST_TEST(ranked(ListKind::in_category, "K > M > S") == "c");
    BOOST_TEST(ranked(ListKind::in_brand, "X") == "ba");
    BOOST_TEST(ranked(ListKind::in_segment, "vip") == "cb");
    BOOST_TEST(ranked(ListKind::in_segment, "new") == "b");
}

BOOST_AUTO_TEST_CASE(lists_shown_tell_the_segments_of_events_without) {
    items("abcdef");
    event("v", "view_item", "a", 5001);  // nothing is known yet
    event("v", "view_item_list", "-", 5000, " list=home items=a,b segment=vip,%20keen");
    event("v", "view_item", "b", 4000);
    event("w", "view_item", "c", 4000);  // somebody else
    event("v", "view_item_list", "-", 3900, " list=shop items=a,b");
    event("v", "view_item", "d", 3800, " segment=vip,old");
    event("v", "view_item_list", "-", 3700, " list=home items=a,b segment=new");
    event("v", "view_item", "e", 3600);
    event("v", "view_item", "f", 1800);  // too late
    write();
    for (const char* both : {"vip", "keen"}) {
        std::string items = ranked(ListKind::in_segment, both);
        std::sort(items.begin(), items.end());
        BOOST_TEST(items == "bd", both);
    }
    BOOST_TEST(ranked(ListKind::in_segment, "old") == "d");
    BOOST_TEST(ranked(ListKind::in_segment, "new") == "e");
}

BOOST_AUTO_TEST_CASE(new_and_sale) {
    item("a", {{"date_added", "2025-11-01"}});
    item("b");
    item("c", {{"price", "10 GBP"}, {"sale_price", "9 GBP"}});
    item("d", {{"price", "10 GBP"}, {"sale_price", "5 GBP"}});
    item("e", {{"price", "10 GBP"}, {"sale_price", "10 GBP"}});
    event("v", "view_item", "b", 100);
    event("w", "view_item", "b", 200);
    event("v", "view_item", "a", 300);
    write();
    BOOST_TEST(ranked(ListKind::new_items) == "ba");
    BOOST_TEST(snapshot->first_seen(snapshot->find("b")) == kNow - 200);
    BOOST_TEST(snapshot->first_seen(snapshot->find("a")) == 1761955200);
    BOOST_TEST(snapshot->first_seen(snapshot->find("c")) == 0);
    BOOST_TEST(ranked(ListKind::on_sale) == "dc");
}

BOOST_AUTO_TEST_CASE(strange_events_teach_nothing) {
    items("ab");
    event("v", "purchase", "unknown", 0);
    event("v", "purchase", "-", 0);
    event("v", "purchase", "a", -100 * 365 * kDay);
    event("v", "purchase", "b", kNow);
    BOOST_TEST(trainer.event_count() == 4U);
    BOOST_TEST(trainer.popularity("a", kNow) == 0.0F);
    BOOST_TEST(trainer.popularity("b", kNow) == 0.0F);
    BOOST_TEST(trainer.newest_event() == kNow);
    write();
    BOOST_TEST(snapshot->sessions().size() == 0U);
}

BOOST_AUTO_TEST_CASE(events_refused_for_their_time_are_counted) {
    items("a");
    event("v", "view_item", "a", kNow);  // 1970
    event("v", "view_item", "a", kNow - std::time(nullptr) - 2 * kDay);
    event("v", "view_item", "a", 0);
    BOOST_TEST(trainer.refused_count() == 2U);
    BOOST_TEST(trainer.event_count() == 3U);
}

BOOST_AUTO_TEST_CASE(what_names_itself_is_learned_once) {
    items("ab");
    for (int day = 3; day > 0; --day) {  // the thank-you page, opened again
        event("v", "purchase", "a", day * kDay, " eid=T1");
        event("v", "purchase", "b", day * kDay, " eid=T1");
    }
    BOOST_TEST(trainer.popularity("a", kNow - 3 * kDay) == 6.0F);
    BOOST_TEST(trainer.popularity("b", kNow - 3 * kDay) == 6.0F);
    event("w", "purchase", "a", 3 * kDay, " eid=T1");  // another visitor's
    event("v", "view_item", "b", 3 * kDay, " eid=T1");
    BOOST_TEST(trainer.popularity("a", kNow - 3 * kDay) == 12.0F);
    BOOST_TEST(trainer.popularity("b", kNow - 3 * kDay) == 7.0F);
    event("v", "purchase", "a", 3 * kDay);  // without a name each counts
    event("v", "purchase", "a", 3 * kDay);
    BOOST_TEST(trainer.popularity("a", kNow - 3 * kDay) == 24.0F);
}

BOOST_AUTO_TEST_CASE(equal_lines_of_an_order_are_learned_each_once) {
    items("a");
    for (int times = 0; times < 2; ++times) {
        event("v", "purchase", "a", 0, " eid=T1");
        event("v", "purchase", "a", 0, " eid=T1 nth=2");
    }
    BOOST_TEST(trainer.popularity("a", kNow) == 12.0F);
}

BOOST_AUTO_TEST_CASE(machines_are_not_tried_on) {
    for (int i = 0; i < 60; ++i) {
        item("i" + std::to_string(i));
        event("crawler", "view_item", "i" + std::to_string(i), 100);
    }
    event("person", "view_item", "i1", 100);
    event("person", "view_item", "i1", 90);
    std::size_t trials = 0;
    trainer.each_trial([&trials](std::int64_t, std::span<const std::string_view> ids) {
        ++trials;
        BOOST_TEST(ids.size() == 2U);
    });
    BOOST_TEST(trials == 1U);
}

BOOST_AUTO_TEST_CASE(lasting_segments_outlive_any_number_of_names) {
    items("ab");
    for (int i = 0; i < 3; ++i) {
        event("v", "view_item", "b", 100, " segment=regulars");
    }
    // One event that names many is no stronger than one that names one.
    std::string names = " segment=x0";
    for (int i = 1; i < 40; ++i) {
        names += ",x" + std::to_string(i);
    }
    for (int i = 0; i < 10; ++i) {
        event("w", "purchase", "a", 0, names);
    }
    for (int i = 0; i < 1000; ++i) {
        event("v", "view_item", "a", 0, " segment=s" + std::to_string(i));
    }
    event("v", "view_item", "a", 0, " segment=,," + std::string(65, 'x'));
    write();
    BOOST_TEST(ranked(ListKind::in_segment, "regulars") == "b");
    BOOST_TEST(ranked(ListKind::in_segment, "x7") == "-");
    BOOST_TEST(ranked(ListKind::in_segment, "s743") == "-");
    BOOST_TEST(ranked(ListKind::in_segment, "s999") == "a");
}

BOOST_AUTO_TEST_CASE(a_segment_of_long_ago_makes_room) {
    items("a");
    for (int i = 0; i < 5; ++i) {
        event("v", "view_item", "a", 200 * kDay, " segment=old");
    }
    for (int i = 0; i < 256; ++i) {
        event("v", "view_item", "a", 0, " segment=s" + std::to_string(i));
    }
    write();
    BOOST_TEST(ranked(ListKind::in_segment, "old") == "-");
    BOOST_TEST(ranked(ListKind::in_segment, "s0") == "a");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(trainer_availability, School)

BOOST_AUTO_TEST_CASE(lists_hold_so_many_that_can_be_sold) {
    start_again({.list_length = 4});
    const auto sold_out = std::vector<std::pair<std::string, std::string>>{
        {"availability", "out_of_stock"}, {"date_added", "2025-11-02"}};
    for (const char id : std::string("uvw")) {
        item(std::string(1, id), sold_out);
        event("v", "purchase", std::string(1, id), 0);
    }
    for (const char id : std::string("abcde")) {
        item(std::string(1, id), {{"date_added", "2025-11-01"}});
    }
    write();
    BOOST_TEST(ranked(ListKind::popular) == "uabcd");
    BOOST_TEST(ranked(ListKind::new_items) == "uabcd");
}

BOOST_AUTO_TEST_CASE(neighbours_that_can_be_sold_are_not_crowded_out) {
    start_again({.neighbours_per_item = 4, .basket_neighbours = 4});
    items("abcde");
    for (const char id : std::string("uvw")) {
        item(std::string(1, id), {{"stock", "0"}});
    }
    for (int i = 0; i < 3; ++i) {
        const std::string name = std::to_string(i);
        events("v" + name, "purchase", "auvw", 0);
        events("w" + name, "view_item", "auvw", 0);
    }
    events("x", "purchase", "abcde", 0);
    events("y", "view_item", "abcde", 0);
    write();
    BOOST_TEST(ids(neighbours(NeighbourKind::cross_sell, "a")) == "ubcde");
    BOOST_TEST(ids(neighbours(NeighbourKind::similar, "a")) == "ubcde");
}

BOOST_AUTO_TEST_CASE(a_variant_that_can_be_sold_stands_for_its_group) {
    item("r", {{"item_group_id", "shirt"}, {"availability", "out_of_stock"}});
    item("s", {{"item_group_id", "shirt"}});
    item("t");
    events("v", "purchase", "rt", 0);
    write();
    BOOST_TEST(ids(neighbours(NeighbourKind::cross_sell, "t")) == "s");
    item("s", {{"item_group_id", "shirt"}, {"stock", "0"}});
    write();
    BOOST_TEST(ids(neighbours(NeighbourKind::cross_sell, "t")) == "r");
}

BOOST_AUTO_TEST_SUITE_END()
