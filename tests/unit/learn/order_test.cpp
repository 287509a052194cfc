// What lists and clicks teach, and what pairs of one kind keep.
#include <boost/test/unit_test.hpp>
#include <cmath>

#include "learn/complements.hpp"
#include "learn/list_log.hpp"
#include "unit/learn/school.hpp"

using namespace pz;
using namespace pz::test;
using learn::ListLog;
using learn::ListVisit;
using visitor::EventType;

namespace {

bool near(double a, double b) {
    return std::abs(a - b) < 1e-5;
}

// As the shop has them.
learn::ListTiles tiles(std::vector<learn::Slot> items) {
    learn::ListTiles made{std::move(items), {}};
    for (std::uint16_t place = 0; place < made.items.size(); ++place) {
        made.places.push_back(place);
    }
    return made;
}

void show_and_click(ListLog& log, std::vector<learn::Slot> shown, learn::Slot clicked) {
    ListVisit visit;
    log.show(visit, kNow, tiles(std::move(shown)));
    log.touch(visit, {clicked, EventType::view_item, kNow + 1});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(list_log)

BOOST_AUTO_TEST_CASE(the_next_touch_of_the_list_is_its_click) {
    ListLog log;
    ListVisit visit;
    log.touch(visit, {5, EventType::view_item, kNow});  // before any list: not kept
    log.show(visit, kNow, tiles({1, 2, 3}));
    log.touch(visit, {3, EventType::view_item, kNow - 1});  // dated before the list
    log.touch(visit, {7, EventType::view_item, kNow + 1});
    log.touch(visit, {3, EventType::select_item, kNow + 2});
    log.touch(visit, {2, EventType::view_item, kNow + 3});  // the list is done
    BOOST_REQUIRE(log.clicks().size() == 1U);
    const ListLog::Click& click = log.clicks().front();
    BOOST_TEST(click.clicked == 2U);
    BOOST_TEST(click.time == kNow);
    BOOST_REQUIRE(click.touches.size() == 2U);
    BOOST_TEST(click.touches[1].item == 7U);
    log.show(visit, kNow, tiles({1, 2, 3}));
    log.touch(visit, {3, EventType::view_item, kNow + 30 * 60 + 1});  // too late
    BOOST_TEST(log.clicks().size() == 1U);
}

BOOST_AUTO_TEST_CASE(everything_is_bounded) {
    ListLog log;
    ListVisit visit;
    log.show(visit, kNow, tiles(std::vector<learn::Slot>(1000, 1)));
    BOOST_TEST(visit.shown.items.size() == ListLog::kMaxShown);
    for (std::uint32_t i = 0; i < 100; ++i) {
        log.touch(visit, {100 + i, EventType::view_item, kNow});
    }
    BOOST_TEST(visit.touches.size() == ListLog::kMaxTouches);
    BOOST_TEST(visit.touches.back().item == 199U);
    for (std::size_t i = 0; i < ListLog::kMaxClicks + 5; ++i) {
        show_and_click(log, {1, 2}, 1);
    }
    BOOST_TEST(log.clicks().size() == ListLog::kMaxClicks);
}

BOOST_AUTO_TEST_CASE(what_was_shown_and_clicked_until_then_has_its_appeal) {
    ListLog log;
    for (int i = 0; i < 200; ++i) {  // as often on the first place as the other
        show_and_click(log, {0, 1}, 0);
        show_and_click(log, {1, 0}, 0);
    }
    ListVisit later;
    log.show(later, kNow + 10, tiles({1, 0}));
    log.touch(later, {1, EventType::view_item, kNow + 11});
    const auto appeal = log.attention_until(kNow).estimate(3, kNow);
    BOOST_TEST(appeal[0].appeal > 1.2F);
    BOOST_TEST(appeal[1].appeal < 0.8F);
    BOOST_TEST(appeal[2].appeal == 1.0F);
    BOOST_TEST(log.attention_until(kNow - 1).estimate(2, kNow)[0].appeal == 1.0F);
}

BOOST_FIXTURE_TEST_CASE(a_trainer_learns_from_impressions_and_clicks, School) {
    items("abc");
    event("v", "view_item", "c", 100);
    event("v", "view_item_list", "-", 50, " list=home items=a,b,gone places=2,1");
    event("v", "view_item_list", "-", 49, " list=row recommender=popular items=b,a places=1");
    event("v", "view_item_list", "-", 48, " list=feed items=b,a");  // in whose order?
    event("v", "select_item", "b", 40);
    event("w", "view_item_list", "-", 50, " items=a places=1");  // one item is no choice
    event("w", "view_item", "a", 40);
    event("", "view_item_list", "-", 50, " items=a,b places=1");  // nobody's
    std::size_t seen = 0;
    trainer.for_each_list_click(0, [&](const learn::ListClick& click) {
        ++seen;
        BOOST_REQUIRE(click.shown.size() == 3U);
        BOOST_TEST(click.shown[1] == "b");
        BOOST_TEST(click.shown[2].empty());
        const std::vector<std::uint16_t> places = {1, 0, 2};
        BOOST_TEST(click.places == places, boost::test_tools::per_element());
        BOOST_TEST(click.clicked == 1U);
    });
    BOOST_TEST(seen == 1U);
    trainer.for_each_list_click(kNow, [](const learn::ListClick&) { BOOST_TEST(false); });
    // On another place, and clicked again.
    event("x", "view_item_list", "-", 50, " list=feed items=b,a");
    event("x", "select_item", "b", 40);
    trainer.set_order_weights({1, 2});
    write();
    BOOST_TEST(snapshot->signals(snapshot->find("b")).appeal > 1.0F);
    BOOST_TEST(snapshot->signals(snapshot->find("c")).appeal == 1.0F);
    BOOST_REQUIRE(snapshot->order_weights().size() == 2U);
    BOOST_TEST(snapshot->order_weights()[1] == 2.0F);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(complements)

BOOST_AUTO_TEST_CASE(pairs_of_a_kind_keep_what_baskets_say) {
    learn::SessionLog baskets(100);
    const std::vector<std::uint32_t> unit = {0, 1, 1, 2, 3};  // 1 and 2 are variants
    const std::vector<std::uint32_t> kind = {0, 0, 0, 1, learn::kNoKind};
    for (int i = 0; i < 6; ++i) {
        baskets.add(i, std::vector<learn::Slot>{0, 1, 2});  // two of kind 0, not three
        baskets.add(i, std::vector<learn::Slot>{1, 2, 3, 4});
    }
    const auto kept = learn::kept_within_kinds(baskets, unit, kind, 3);
    BOOST_TEST(near(kept[0], 2.0 * 7 / 16));
    BOOST_TEST(near(kept[1], 0.25));  // never two in six
    BOOST_TEST(near(kept[2], 0.5));   // unknown
}

BOOST_FIXTURE_TEST_CASE(the_store_has_complements_first, School) {
    item("kettle", {{"product_type", "Kettles"}});
    item("pot", {{"product_type", "Kettles"}});
    item("tea", {{"product_type", "Teas"}});
    event("v", "purchase", "kettle", 0);
    event("v", "purchase", "pot", 0);
    event("v", "purchase", "tea", 0);
    for (int i = 0; i < 8; ++i) {
        const std::string name = "w" + std::to_string(i);
        event(name, "purchase", i % 2 == 0 ? "kettle" : "pot", 0);
        event(name, "purchase", "tea", 0);
    }
    write();
    const auto of_kettle = neighbours(NeighbourKind::cross_sell, "kettle");
    BOOST_REQUIRE(of_kettle.size() == 2U);
    BOOST_TEST(snapshot->id(of_kettle[0].item) == "tea");
    BOOST_TEST(of_kettle[1].score < 0.2F * of_kettle[0].score);
}

BOOST_AUTO_TEST_SUITE_END()
