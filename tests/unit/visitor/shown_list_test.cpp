#include "visitor/shown_list.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <numeric>
#include <random>
#include <string>

using namespace pz::visitor;

namespace {

std::string text_of(const ShownList& list) {
    return format_event(list_event(list, 1763660000));
}

ShownList list_of(std::string_view text) {
    static Event event;  // views into it
    const auto parsed = parse_event(text);
    BOOST_REQUIRE_MESSAGE(parsed.ok(), parsed.message());
    event = *parsed;
    return read_list(event);
}

std::vector<std::uint32_t> places_of(const std::string& places) {
    return list_of("view_item_list - 1763660000 items=a,b,c,d places=" + places).places;
}

std::vector<std::string> names(std::size_t count, std::size_t length) {
    std::vector<std::string> result(count, std::string(length, 'x'));
    for (std::size_t i = 0; i < count; ++i) {
        const std::string number = std::to_string(i);
        result[i].replace(0, number.size(), number);
    }
    return result;
}

using Places = std::vector<std::uint32_t>;

}  // namespace

BOOST_AUTO_TEST_SUITE(shown_list)

BOOST_AUTO_TEST_CASE(are_written_as_short_as_can_be) {
    BOOST_TEST(text_of({"home", "popular", {"a", "b"}, {}}) ==
               "view_item_list - 1763660000 list=home recommender=popular items=a,b");
    BOOST_TEST(text_of({"home", "popular", {"a"}, {}, "0123abcd"}) ==
               "view_item_list - 1763660000 list=home recommender=popular rules=0123abcd items=a");
    BOOST_TEST(text_of({"grid", {}, {"a", "", "c"}, {0, 1, 2}}) ==
               "view_item_list - 1763660000 list=grid places=1 items=a,,c");
    BOOST_TEST(text_of({{}, {}, {"c", "a", "b", "d"}, {2, 0, 1, 3}}) ==
               "view_item_list - 1763660000 places=3 items=c,a,b,d");
    BOOST_TEST(text_of({{}, {}, {"a", "d", "b", "c"}, {0, 3, 1, 2}}) ==
               "view_item_list - 1763660000 places=1,4 items=a,d,b,c");
    BOOST_TEST(text_of({{}, {}, {"a,b", "c", ""}, {}}) == "view_item_list - 1763660000 items=,c");
    BOOST_TEST(text_of({{}, {}, {"", ""}, {}}) == "view_item_list - 1763660000");
    BOOST_TEST(text_of({{}, {}, {"a", "b"}, {1, 1}}) == "view_item_list - 1763660000 items=a,b");
}

BOOST_AUTO_TEST_CASE(what_they_were_about) {
    const std::string text =
        text_of({"grid", {}, {"a"}, {}, {}, "mug", "Kitchen > Mugs", "red mug"});
    BOOST_TEST(text ==
               "view_item_list - 1763660000 list=grid items=a for=mug "
               "category=Kitchen%20%3E%20Mugs query=red%20mug");
    const ShownList list = list_of(text);
    BOOST_TEST(list.page_item == "mug");
    BOOST_TEST(list.category == "Kitchen > Mugs");
    BOOST_TEST(list.query == "red mug");
    // What has no room leaves the rest alone.
    BOOST_TEST(text_of({"grid", {}, {"a"}, {}, {}, {}, std::string(201, 'x'), "mug"}) ==
               "view_item_list - 1763660000 list=grid items=a query=mug");
}

BOOST_AUTO_TEST_CASE(names_are_read) {
    const ShownList list =
        list_of("view_item_list - 1763660000 list=home recommender=popular rules=0123abcd items=a");
    BOOST_TEST(list.name == "home");
    BOOST_TEST(list.recommender == "popular");
    BOOST_TEST(list.rules == "0123abcd");
}

BOOST_AUTO_TEST_CASE(places_that_are_not_named_follow) {
    BOOST_TEST((places_of("1") == Places{0, 1, 2, 3}));
    BOOST_TEST((places_of("3") == Places{2, 0, 1, 3}));
    BOOST_TEST((places_of("9,1") == Places{8, 0, 1, 2}));
    BOOST_TEST((places_of("4,3,2,1") == Places{3, 2, 1, 0}));
    BOOST_TEST((places_of("4,3,2,1,5,6") == Places{3, 2, 1, 0}));
}

BOOST_AUTO_TEST_CASE(places_that_cannot_be_are_not_known) {
    for (const char* places :
         {"0", "x", "1,", "1,,2", "2,2", "-1", "1.5", "65537", "99999999999", "%20"}) {
        BOOST_TEST(places_of(places).empty(), places);
    }
    BOOST_TEST(list_of("view_item_list - 1763660000 items=a,b").places.empty());
    BOOST_TEST(list_of("view_item_list - 1763660000 places=1").items.empty());
}

BOOST_AUTO_TEST_CASE(any_order_of_any_length_comes_back) {
    std::mt19937 random(7);
    for (const std::size_t length : {1U, 3U, 8U, 12U, 20U, 50U}) {
        for (std::size_t count = 1; count <= kMaxShownTiles + 3; ++count) {
            const auto ids = names(count, std::max<std::size_t>(length, 2));
            ShownList list{"grid", {}, {ids.begin(), ids.end()}, Places(count)};
            std::iota(list.places.begin(), list.places.end(), 0U);
            std::shuffle(list.places.begin(), list.places.begin() + std::min<long>(6, count),
                         random);
            list.items[random() % count] = {};
            const Event event = list_event(list, 1763660000);
            BOOST_REQUIRE(validate(event).ok());
            const ShownList back = read_list(event);
            BOOST_REQUIRE(back.items.size() <= std::min(count, kMaxShownTiles));
            BOOST_REQUIRE(std::equal(back.items.begin(), back.items.end(), list.items.begin()));
            BOOST_REQUIRE(std::equal(back.places.begin(), back.places.end(), list.places.begin()));
            BOOST_REQUIRE(back.places.size() == back.items.size());
            // Only for want of room is a tile left out: four values of 200 bytes.
            const bool fits = count * (std::max<std::size_t>(length, 2) + 1) <= 4 * 150;
            BOOST_REQUIRE(!fits || back.items.size() + 1 >= std::min(count, kMaxShownTiles));
        }
    }
}

BOOST_AUTO_TEST_CASE(what_has_no_room_is_left_out) {
    const auto ids = names(64, 50);
    ShownList list{"grid", {}, {ids.begin(), ids.end()}, {}};
    BOOST_TEST(read_list(list_event(list, 1763660000)).items.size() == 12U);
    // Far places need room, too.
    for (std::uint32_t i = 0; i < 64; ++i) {
        list.places.push_back(60000 - i);
        list.items[i] = "a";
    }
    const ShownList back = read_list(list_event(list, 1763660000));
    BOOST_TEST(back.items.size() == 33U);
    BOOST_TEST(back.places.back() == 60000U - 32);
    // Escapes count in the text form.
    const std::string long_id = [] {
        std::string id;
        for (int i = 0; i < 16; ++i) {
            id += "\xe2\x82\xac";
        }
        return id;
    }();
    ShownList foreign{
        std::string_view(long_id), {}, std::vector<std::string_view>(64, long_id), {}};
    const Event event = list_event(foreign, 1763660000);
    BOOST_TEST(validate(event).ok());
    BOOST_TEST(read_list(event).items.size() == 12U);
}

BOOST_AUTO_TEST_SUITE_END()
