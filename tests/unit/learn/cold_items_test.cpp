#include "unit/learn/school.hpp"

namespace pz::test {

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

// Sixty mugs that everybody looks at together, and sixty desks.
struct OldShop : School {
    OldShop() {
        for (int i = 0; i < 60; ++i) {
            item("mug" + std::to_string(i), mug());
            item("desk" + std::to_string(i), {{"brand", "Oak"}, {"product_type", "Home > Desks"}});
        }
        for (int visitor = 0; visitor < 30; ++visitor) {
            const std::string name = "v" + std::to_string(visitor);
            for (int i = 0; i < 40; ++i) {
                event(name, "view_item", "mug" + std::to_string((visitor + i) % 60), 1000 - i);
            }
            for (int i = 0; i < 40; ++i) {
                event(name, "view_item", "desk" + std::to_string((visitor + i) % 60), 90000 - i);
            }
        }
    }
    static Fields mug() {
        return {{"brand", "Acme"}, {"product_type", "Kitchen > Mugs"}, {"price", "9.90 EUR"}};
    }
    // In how many lists of alternatives, of items whose id begins so.
    std::size_t lists_with(const std::string& id, std::string_view of) const {
        std::size_t count = 0;
        for (store::ItemIndex item = 0; item < snapshot->item_count(); ++item) {
            for (const store::ScoredItem scored :
                 snapshot->neighbours(NeighbourKind::similar, item)) {
                count += snapshot->id(item).starts_with(of) && snapshot->id(scored.item) == id;
            }
        }
        return count;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(cold_items, OldShop)

BOOST_AUTO_TEST_CASE(an_item_that_nobody_has_seen_is_an_alternative_to_its_like) {
    item("cold", mug());
    write();
    BOOST_TEST(lists_with("cold", "mug") == 2U);
    BOOST_TEST(lists_with("cold", "desk") == 0U);
    BOOST_TEST(neighbours(NeighbourKind::similar, "cold").size() == 32U);
}

// A seat has room for one: what comes in numbers is spread over the items that it is like.
BOOST_AUTO_TEST_CASE(many_cold_items_find_seats) {
    for (int i = 0; i < 50; ++i) {
        item("cold" + std::to_string(i), mug());
    }
    write();
    for (int i = 0; i < 50; ++i) {
        BOOST_TEST(lists_with("cold" + std::to_string(i), "mug") > 0U);
    }
    for (int i = 0; i < 60; ++i) {
        BOOST_TEST(neighbours(NeighbourKind::similar, "mug" + std::to_string(i)).size() <= 32U);
    }
}

BOOST_AUTO_TEST_CASE(near_prices_are_alike) {
    item("a", {{"title", "x"}, {"price", "9.90 EUR"}});
    item("b", {{"title", "x"}, {"price", "11 EUR"}});
    item("c", {{"title", "x"}, {"price", "90 EUR"}});
    write();
    const auto of_a = neighbours(NeighbourKind::similar, "a");
    BOOST_REQUIRE(!of_a.empty());
    BOOST_TEST(snapshot->id(of_a[0].item) == "b");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(items_that_come_late, School)

BOOST_AUTO_TEST_CASE(what_was_seen_before_the_catalog_had_it_counts) {
    items("ab");
    events("v", "view_item", "axb", 100);
    events("v", "purchase", "ax", 90);
    write();
    BOOST_TEST(snapshot->find("x") == store::kNoItem);
    BOOST_TEST(ids(neighbours(NeighbourKind::similar, "a")) == "b");
    BOOST_TEST(trainer.item_count() == 2U);
    BOOST_TEST(!trainer.knows("x"));
    item("x");
    write();
    BOOST_TEST(ids(neighbours(NeighbourKind::cross_sell, "a")) == "x");
    BOOST_TEST(ids(neighbours(NeighbourKind::similar, "b")).size() == 2U);
    BOOST_TEST(snapshot->live(snapshot->find("x")).popularity > 0);
}

// Anybody may send ids.
BOOST_AUTO_TEST_CASE(unknown_items_fill_no_memory) {
    items("a");
    for (int i = 0; i < 50'010; ++i) {
        event("", "view_item", "x" + std::to_string(i), 100);
    }
    event("", "view_item", "a", 100);
    item("x49999");
    item("x50000");
    write();
    BOOST_TEST(trainer.event_count() == 50'011U);
    BOOST_TEST(snapshot->live(snapshot->find("a")).popularity > 0);
    BOOST_TEST(snapshot->live(snapshot->find("x49999")).popularity > 0);
    BOOST_TEST(snapshot->live(snapshot->find("x50000")).popularity == 0);
}

BOOST_AUTO_TEST_CASE(events_refused_for_their_time_are_counted) {
    items("a");
    event("v", "view_item", "a", -3 * 365 * kDay * 100);  // of next century
    event("v", "view_item", "a", 100);
    BOOST_TEST(trainer.event_count() == 2U);
    BOOST_TEST(trainer.refused_count() == 1U);
}

BOOST_AUTO_TEST_CASE(our_own_order_teaches_no_order) {
    items("abc");
    event("v", "view_item_list", "-", 50, " list=home recommender=for_you items=a,b");
    event("v", "select_item", "b", 40);
    event("w", "view_item_list", "-", 50, " list=top recommender=listing items=a,b");
    event("w", "select_item", "a", 40);
    trainer.for_each_list_click(0, [](const learn::ListClick&) { BOOST_TEST(false); });
    write();  // but appeal
    BOOST_TEST(snapshot->signals(snapshot->find("b")).exposure > 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
