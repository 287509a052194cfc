// Impressions and clicks: a place is told from the item that stands there.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "learn/attention.hpp"
#include "unit/learn/school.hpp"

using namespace pz;
using namespace pz::test;
using learn::Attention;
using learn::Slot;

namespace {

struct Shop {
    Attention attention;
    std::int64_t now = kNow;
    int visitors = 0;

    // To a new visitor, who then clicks those of `clicked`.
    void show(const std::vector<Slot>& items, const std::vector<Slot>& clicked,
              const std::string& list = "home") {
        std::vector<Attention::Shown> shown;
        for (std::size_t i = 0; i < items.size(); ++i) {
            shown.push_back({items[i], i});
        }
        const std::string visitor = "v" + std::to_string(visitors++);
        attention.show(visitor, list, "popular", shown, now);
        for (const Slot item : clicked) {
            attention.click(visitor, item, now + 60);
        }
    }
    void repeat(std::size_t times, const std::vector<Slot>& items,
                const std::vector<Slot>& clicked = {}) {
        for (std::size_t i = 0; i < times; ++i) {
            show(items, clicked);
        }
    }
    std::vector<Attention::Estimate> estimate(std::size_t slots) const {
        return attention.estimate(slots, now);
    }
};

bool near(float a, float b, float share = 0.02F) {
    return std::abs(a - b) <= share * std::abs(b);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(attention, Shop)

BOOST_AUTO_TEST_CASE(nothing_known) {
    for (const auto& estimate : estimate(3)) {
        BOOST_TEST(estimate.appeal == 1);
        BOOST_TEST(estimate.exposure == 0);
    }
    BOOST_TEST(estimate(0).empty());
}

BOOST_AUTO_TEST_CASE(without_a_click_items_were_shown_and_that_is_all) {
    repeat(5, {0, 1});
    repeat(1, {1});
    const auto found = estimate(2);
    BOOST_TEST(found[0].appeal == 1);
    BOOST_TEST(near(found[0].exposure, 5));
    BOOST_TEST(near(found[1].exposure, 6));
}

BOOST_AUTO_TEST_CASE(of_two_that_stand_in_turns_on_two_places_the_clicked_one_appeals) {
    for (int i = 0; i < 500; ++i) {
        repeat(1, {0, 1}, i % 10 == 0 ? std::vector<Slot>{0} : std::vector<Slot>{});
        repeat(1, {1, 0}, i % 20 == 0 ? std::vector<Slot>{0} : std::vector<Slot>{});
    }
    const auto found = estimate(2);
    BOOST_TEST(found[0].appeal > 1.5F);
    BOOST_TEST(found[1].appeal < 0.2F);
}

BOOST_AUTO_TEST_CASE(few_impressions_say_little) {
    repeat(1000, {0, 1, 2, 3});
    for (int i = 0; i < 200; ++i) {
        repeat(1, {0, 1, 2, 3}, {static_cast<Slot>(i % 4)});
    }
    repeat(1, {4}, {4});
    BOOST_TEST(estimate(5)[4].appeal < 1.15F);
    BOOST_TEST(estimate(5)[4].appeal > 1);
}

// A shop whose order follows a wrong idea: what few like stands first and gets the most clicks.
BOOST_AUTO_TEST_CASE(appeal_is_recovered_from_a_biased_order) {
    constexpr std::size_t kItems = 20;
    constexpr std::size_t kPlaces = 8;
    std::mt19937_64 random(7);
    const auto chance = [&random] { return static_cast<double>(random() >> 11U) * 0x1.0p-53; };
    const auto truth = [](std::size_t item) { return 0.5 + static_cast<double>(item) / 19; };
    std::vector<double> shown(kItems);
    std::vector<double> clicked(kItems);
    for (int visit = 0; visit < 40'000; ++visit) {
        std::vector<std::pair<double, Slot>> order;
        for (Slot item = 0; item < kItems; ++item) {
            order.emplace_back(item + 16 * chance(), item);  // the unloved first, not always
        }
        std::sort(order.begin(), order.end());
        std::vector<Slot> items;
        std::vector<Slot> clicks;
        for (std::size_t place = 0; place < kPlaces; ++place) {
            const Slot item = order[place].second;
            items.push_back(item);
            shown[item]++;
            if (chance() < 0.1 * truth(item) / static_cast<double>(place + 1)) {
                clicks.push_back(item);
                clicked[item]++;
            }
        }
        show(items, clicks);
    }
    const auto found = estimate(kItems);
    double worst = 1;
    for (std::size_t item = 0; item < kItems; ++item) {
        if (shown[item] < 2000) {
            continue;  // about 20 clicks: left to chance
        }
        const double ratio = (found[item].appeal / found[5].appeal) / (truth(item) / truth(5));
        worst = std::max(worst, std::max(ratio, 1 / ratio));
    }
    BOOST_TEST_MESSAGE("appeal off by at most a factor of " << worst);
    BOOST_TEST(worst < 1.2);
    // Plain click-through says the opposite.
    BOOST_TEST(clicked[0] / shown[0] > clicked[14] / shown[14]);
    BOOST_TEST(found[0].appeal < found[14].appeal);
}

BOOST_AUTO_TEST_CASE(a_placement_that_nobody_looks_at_buries_nothing) {
    for (int i = 0; i < 400; ++i) {
        show({0, 1},
             i % 5 == 0 ? std::vector<Slot>{static_cast<Slot>(i / 5 % 2)} : std::vector<Slot>{},
             "top");
        show({2, 3}, i % 100 == 0 ? std::vector<Slot>{2} : std::vector<Slot>{}, "foot");
    }
    const auto found = estimate(4);
    BOOST_TEST(found[0].appeal > 0.8F);
    BOOST_TEST(found[3].appeal > 0.5F);
    BOOST_TEST(found[3].exposure < found[0].exposure / 4);
}

// Whoever sends beacons names lists as they like.
BOOST_AUTO_TEST_CASE(a_flood_of_names_hides_no_placement) {
    const auto flood = [this] {
        for (int i = 0; i < 1000; ++i) {
            show({4}, {}, "junk" + std::to_string(visitors));
        }
    };
    flood();
    for (int i = 0; i < 400; ++i) {
        show({0, 1},
             i % 5 == 0 ? std::vector<Slot>{static_cast<Slot>(i / 5 % 2)} : std::vector<Slot>{},
             "top");
        show({2, 3}, i % 100 == 0 ? std::vector<Slot>{2} : std::vector<Slot>{}, "foot");
        if (i % 100 == 50) {
            flood();
        }
    }
    const auto found = estimate(5);
    BOOST_TEST(found[0].appeal > 0.8F);
    BOOST_TEST(found[3].appeal > 0.5F);
    BOOST_TEST(found[3].exposure < found[0].exposure / 4);
}

BOOST_AUTO_TEST_CASE(a_reload_counts_once) {
    const std::vector<Attention::Shown> shown = {{0, 0}};
    for (int i = 0; i < 10; ++i) {
        attention.show("v", "home", "", shown, now);
    }
    attention.show("v", "home", "", shown, now + Attention::kWindow + 1);
    BOOST_TEST(near(attention.estimate(1, now)[0].exposure, 2));
}

BOOST_AUTO_TEST_CASE(a_click_counts_once_and_only_in_time_and_of_who_saw_it) {
    repeat(200, {0, 1});
    const auto appeal = [&] { return estimate(2)[0].appeal; };
    const std::vector<Attention::Shown> shown = {{0, 0}};
    attention.show("v", "home", "popular", shown, now);
    attention.click("w", 0, now + 1);
    attention.click("v", 1, now + 1);
    attention.click("v", 0, now - 1);
    attention.click("v", 0, now + Attention::kWindow + 1);
    BOOST_TEST(appeal() == 1);
    attention.click("v", 0, now + 1);
    const float once = appeal();
    BOOST_TEST(once > 1);
    attention.click("v", 0, now + 2);
    BOOST_TEST(appeal() == once);
}

BOOST_AUTO_TEST_CASE(old_counts_fade_however_long_ago_counting_began) {
    now -= 365 * 30 * kDay;
    repeat(200, {0, 1}, {0});
    now += 365 * 30 * kDay;
    repeat(200, {0, 1}, {1});
    const auto found = estimate(2);
    BOOST_TEST(found[1].appeal > 1);
    BOOST_TEST(found[0].appeal < 1);
    BOOST_TEST(std::isfinite(found[0].exposure));
}

BOOST_AUTO_TEST_CASE(memory_is_bounded) {
    for (int i = 0; i < 1000; ++i) {
        show({0, 1}, {}, "list" + std::to_string(i));
    }
    // 384,000 items, of which 300,000 may be remembered: 104 bytes of a file each.
    constexpr Slot kMany = 6000 * 64;
    for (Slot first = 0; first < kMany; first += 64) {
        std::vector<Slot> items(64);
        std::iota(items.begin(), items.end(), first);
        show(items, {}, "list");
    }
    const Folder folder;
    learn::RecordWriter file(folder.path("attention"));
    file.begin(1);
    attention.save(file, std::vector<Slot>(kMany), now + 1);
    file.end();
    BOOST_REQUIRE(file.finish().ok());
    const auto size = std::filesystem::file_size(folder.path("attention"));
    BOOST_TEST(size < 300'000U * 104 + 100'000);
    BOOST_TEST(size > 50'000U * 104);
    for (int i = 0; i < 150'000; ++i) {
        show({0}, {0});
    }
    const auto found = estimate(kMany);
    BOOST_TEST(found[0].exposure > 100'000);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(trainer_signals, School)

BOOST_AUTO_TEST_CASE(impressions_and_clicks_of_the_stream_order_what_is_popular) {
    items("abcd");
    for (int i = 0; i < 300; ++i) {
        const std::string visitor = "v" + std::to_string(i);
        event(visitor, "view_item_list", "-", 1000 - i,
              i % 2 == 0 ? " list=home recommender=popular items=a,b,-,d"
                         : " list=home recommender=popular items=b,a,-,d");
        if (i % 5 == 0) {
            event(visitor, "select_item", "b", 999 - i);
        }
    }
    events("other", "view_item", std::string(70, 'a'), 500);
    write();
    BOOST_TEST(trainer.popularity("a", kNow) > trainer.popularity("b", kNow));
    const auto a = snapshot->signals(snapshot->find("a"));
    const auto b = snapshot->signals(snapshot->find("b"));
    BOOST_TEST(a.appeal < 0.5F);
    BOOST_TEST(b.appeal > 1.5F);
    BOOST_TEST(snapshot->signals(snapshot->find("c")).exposure == 0);
    BOOST_TEST(ranked(ListKind::popular) == "bacd");
    // Little is known of c, which was never shown, and d, on a place where nobody clicks.
    BOOST_TEST(ranked(ListKind::unproven).substr(0, 2) == "cd");
}

// All appeal alike but one, which is twice as good and stands far behind: raw clicks say that the
// first is the best, and the others in the order of their places.
BOOST_AUTO_TEST_CASE(what_is_popular_is_not_so_for_its_place) {
    const std::string shop_order = "abcdefghijklmnopqrst";
    for (const char id : shop_order) {
        item(std::string(1, id), {{"product_type", "Books"}});
    }
    std::mt19937_64 random(7);
    const auto chance = [&random] { return static_cast<double>(random() >> 11U) * 0x1.0p-53; };
    for (int i = 0; i < 10'000; ++i) {
        std::string order = shop_order;
        if (i % 5 == 0) {
            std::shuffle(order.begin(), order.end(), random);
        }
        const std::string visitor = "v" + std::to_string(i);
        std::string list;
        for (const char id : order) {
            list.append(list.empty() ? " list=books items=" : ",").append(1, id);
        }
        event(visitor, "view_item_list", "-", 20'000 - i, list);
        for (std::size_t place = 0; place < order.size(); ++place) {
            if (chance() < (order[place] == 'k' ? 0.8 : 0.4) / static_cast<double>(place + 1)) {
                event(visitor, "view_item", order.substr(place, 1), 19'999 - i);
            }
        }
    }
    write();
    BOOST_TEST(trainer.popularity("a", kNow) > 4 * trainer.popularity("k", kNow));
    for (const auto list :
         {snapshot->ranked(ListKind::popular),
          snapshot->ranked(ListKind::in_category, snapshot->find_value("Books"))}) {
        BOOST_REQUIRE(list.size() == 20U);
        BOOST_TEST(snapshot->id(list[0].item) == "k");
        BOOST_TEST_MESSAGE("second " << list[1].score / list[0].score << ", last "
                                     << list[19].score / list[0].score << " of the first");
        BOOST_TEST(list[1].score < 0.75F * list[0].score);
        BOOST_TEST(list[19].score > 0.5F * list[1].score);
    }
}

BOOST_AUTO_TEST_CASE(what_came_without_an_impression_counts_as_it_is) {
    items("ab");
    for (int i = 0; i < 400; ++i) {
        const std::string visitor = "v" + std::to_string(i);
        event(visitor, "view_item_list", "-", 1000 - i, " list=home items=a,-,-,-,-,-,b");
        event(visitor, "view_item", i % 8 == 0 ? "b" : "a", 999 - i);
        event("w" + std::to_string(i), "view_item", i % 4 == 0 ? "b" : "a", 500);
    }
    write();
    const auto list = snapshot->ranked(ListKind::popular);
    const float a = snapshot->signals(snapshot->find("a")).appeal;
    const float b = snapshot->signals(snapshot->find("b")).appeal;
    // 300 and 100 of themselves; the 400 others are still 400, shared out anew.
    BOOST_REQUIRE(ids(list) == "ab");
    BOOST_TEST(near(list[0].score / a + list[1].score / b, 800, 0.01F));
    BOOST_TEST(list[0].score / a > 300);
    BOOST_TEST(list[0].score / a < 550);
}

BOOST_AUTO_TEST_CASE(unproven_items_of_a_category_newest_first) {
    item("a", {{"product_type", "X > Y"}, {"date_added", "2025-01-01"}});
    item("b", {{"product_type", "X > Y"}, {"date_added", "2025-02-01"}});
    item("c", {{"product_type", "X"}, {"availability", "out_of_stock"}});
    start_again({.list_length = 4});
    item("a", {{"product_type", "X > Y"}, {"date_added", "2025-01-01"}});
    item("b", {{"product_type", "X"}});
    write();
    BOOST_TEST(ranked(ListKind::unproven) == "ab");
    BOOST_TEST(ranked(ListKind::unproven, "X") == "ab");
    BOOST_TEST(ranked(ListKind::unproven, "X > Y") == "a");
}

BOOST_AUTO_TEST_CASE(intervals_between_purchases) {
    items("abcde");
    for (int i = 0; i < 9; ++i) {
        const std::string visitor = "v" + std::to_string(i);
        const std::int64_t gap = (20 + i) * kDay;
        event(visitor, "purchase", "a", 100 * kDay);
        event(visitor, "purchase", "b", 100 * kDay);
        event(visitor, "purchase", "a", 100 * kDay - gap);
        if (i < 4) {
            event(visitor, "purchase", "b", 100 * kDay - gap);  // too few
        }
    }
    // One customer alone, over and over: no habit of customers.
    for (int i = 30; i > 0; --i) {
        event("w", "purchase", "c", i * 2 * kDay);
    }
    // Bought again by one in twenty.
    for (int i = 0; i < 120; ++i) {
        event("x" + std::to_string(i), "purchase", "d", 90 * kDay);
    }
    for (int i = 0; i < 6; ++i) {
        event("x" + std::to_string(i), "purchase", "d", 60 * kDay);
    }
    // Within the day.
    for (int i = 0; i < 9; ++i) {
        event("y" + std::to_string(i), "purchase", "e", 10 * kDay);
        event("y" + std::to_string(i), "purchase", "e", 10 * kDay - 3600);
    }
    write();
    const auto interval = [&](const std::string& id) {
        return snapshot->signals(snapshot->find(id)).interval;
    };
    BOOST_TEST(interval("a") == 24 * kDay);
    for (const char* id : {"b", "c", "d", "e"}) {
        BOOST_TEST_CONTEXT(id) {
            BOOST_TEST(interval(id) == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(when_an_item_came_back) {
    items("ab");
    trainer.set_restocked("a", 1763000000);
    trainer.set_restocked("never", 1763000000);
    write();
    BOOST_TEST(snapshot->live(snapshot->find("a")).restocked == 1763000000U);
    BOOST_TEST(snapshot->live(snapshot->find("b")).restocked == 0U);
    BOOST_TEST(trainer.live_fields("a", kNow)->restocked == 1763000000U);
}

BOOST_AUTO_TEST_SUITE_END()
