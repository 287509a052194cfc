// Listings: same tiles, other order.
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "integration/support/edge.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

constexpr std::string_view kShopOrder = "P01 P02 P03 P04 P05 P06 P07 P08 P09 P10 P11 P12";

const EdgeOptions kListing = {.location = "personalize_listing '#list' item=.tile top=6;"};

// What someone who likes Zenith did: even numbers.
void like_zenith(const Edge& edge, std::string_view visitor) {
    edge.remember(visitor, {event("view_item", "P08", 50), event("view_item", "P10", 40),
                            event("view_item", "P12", 30), event("add_to_cart", "P14", 20),
                            event("view_item", "P12", 10)});
}

std::string sorted(std::string text) {
    std::sort(text.begin(), text.end());
    return text;
}

List sorted(List list) {
    std::sort(list.begin(), list.end());
    return list;
}

// A listing that says three times over where each tile stands, and a script that has it once more.
std::string placed_page(const List& ids) {
    std::string tiles;
    std::string data;
    for (std::size_t i = 0; i < ids.size(); i++) {
        const std::string place = std::to_string(i + 1);
        std::string id = ids[i];
        data += (i > 0 ? ", " : "") + ("{\"sku\": \"" + id + "\", \"token\": \"t-" + id + "\"}");
        std::transform(id.begin(), id.end(), id.begin(), ::tolower);
        const std::string edge = i == 0 ? " first" : i + 1 == ids.size() ? " last" : "";
        tiles += "<li class=\"tile item-" + ids[i] + edge + "\" data-position=" + place +
                 " data-item-id=\"" + ids[i] + "\"><a href='../product/" + id + "?utm_source=x'>" +
                 "<i aria-posinset='" + place + "'></i></a><input name=sku value=" + ids[i] + ">\n";
    }
    return "<!doctype html><base href=/shirts/><ul id=list>" + tiles +
           "</ul><p>between</p><script id=state>window.STATE = {\"shop\": {\"list\": [" + data +
           "]}}; start();</script></html>";
}

List shop_order() {
    return listed(listing_page());
}

// The same bytes, each tile exactly once, whatever the order.
void check_permutation(const std::string& page, const std::string& original) {
    CHECK_LIST(sorted(listed(page)), joined(sorted(listed(original))));
    BOOST_CHECK_EQUAL(page.size(), original.size());
    BOOST_CHECK_EQUAL(sorted(page), sorted(original));
    const std::size_t first = original.find("class=\"tile\"");
    BOOST_CHECK_EQUAL(page.substr(0, first), original.substr(0, first));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(listing)

BOOST_AUTO_TEST_CASE(order_follows_the_visitor_and_every_tile_stands_once) {
    Edge edge(kListing);
    like_zenith(edge, "zoe");
    const Response page = edge.get("/list", visitor("zoe"));
    check_permutation(page.body, listing_page());
    const List order = listed(page.body);
    BOOST_CHECK_NE(joined(order), kShopOrder);
    BOOST_REQUIRE_EQUAL(order.size(), 12);
    BOOST_CHECK_MESSAGE(std::stoi(order[0].substr(1)) % 2 == 0, joined(order));
    BOOST_CHECK_EQUAL(edge.result(0), "personal");
    BOOST_CHECK(edge.status_reaches("listings_reordered", 1));
}

BOOST_AUTO_TEST_CASE(a_tile_travels_with_everything_in_it) {
    Edge edge(kListing);
    like_zenith(edge, "zoe");
    const std::string page = edge.get("/list", visitor("zoe")).body;
    for (const std::string& id : listed(listing_page())) {
        const std::size_t tile = page.find("data-item-id=\"" + id + "\"");
        BOOST_REQUIRE(tile != page.npos);
        const std::size_t token = page.find("value=\"t", tile);
        BOOST_CHECK_EQUAL(page.substr(token + 8, id.size()), id);
    }
}

BOOST_AUTO_TEST_CASE(no_signal_no_change) {
    Edge edge(kListing);
    BOOST_CHECK_EQUAL(edge.get("/list", visitor("stranger")).body, listing_page());
    BOOST_CHECK_EQUAL(edge.get("/list").body, listing_page());
    edge.remember("lost", {event("view_item", "NOT-OF-THIS-SHOP")});
    BOOST_CHECK_EQUAL(edge.get("/list", visitor("lost")).body, listing_page());
    BOOST_CHECK_EQUAL(edge.status("listings_reordered"), 0);
}

BOOST_AUTO_TEST_CASE(items_found_by_their_links) {
    Edge edge({.location = "personalize_listing '#list' item=.tile id=href top=6;"});
    edge.origin.page("/list", {href_listing_page()});
    like_zenith(edge, "zoe");
    const std::string page = edge.get("/list", visitor("zoe")).body;
    check_permutation(page, href_listing_page());
    BOOST_CHECK_NE(joined(listed(page)), kShopOrder);
    BOOST_CHECK_EQUAL(page.find("<section id=\"list\"><h2>Shirts</h2>"),
                      href_listing_page().find("<section id=\"list\"><h2>Shirts</h2>"));
}

BOOST_AUTO_TEST_CASE(positions_and_data_follow_the_order_however_ids_are_found) {
    const std::string page = placed_page(shop_order());
    for (const char* id : {"id=data-item-id", "id=href", "'id=class:item-{id}'", "id=field:sku",
                           "'id=href:/product/{id}?'"}) {
        Edge edge({.location = "personalize_listing '#list' item=.tile " + std::string(id) +
                               " data=script#state data_path=$.shop.list data_id=sku;"});
        like_zenith(edge, "zoe");
        edge.origin.page("/list", {page});
        const std::string got = edge.get("/list", visitor("zoe")).body;
        const List order = listed(got);
        BOOST_CHECK_EQUAL(got, placed_page(order));
        // Ids of the shop are upper case, those in its links are not.
        const bool known = std::string_view(id).find("href:") == std::string_view::npos;
        BOOST_CHECK_EQUAL(order != shop_order(), known);
    }
}

BOOST_AUTO_TEST_CASE(a_listing_without_its_data_stays) {
    Edge edge({.location = "personalize_listing '#list' data=script#state "
                           "data_path=$.shop.lists data_id=sku;"});
    like_zenith(edge, "zoe");
    const std::string page = placed_page(shop_order());
    edge.origin.page("/list", {page});
    BOOST_CHECK_EQUAL(edge.get("/list", visitor("zoe")).body, page);
    edge.origin.page("/list", {page.substr(0, page.find("<script"))});
    BOOST_CHECK_EQUAL(edge.get("/list", visitor("zoe")).body, page.substr(0, page.find("<script")));
    BOOST_CHECK(edge.status_reaches("placements_kept", 2));
    BOOST_CHECK_EQUAL(edge.status("listings_reordered"), 0);
}

BOOST_AUTO_TEST_CASE(tiles_of_unknown_items_stay_where_they_are) {
    Edge edge(kListing);
    like_zenith(edge, "zoe");
    std::string original = listing_page();
    for (const char* id : {"P01", "P02"}) {
        original.replace(original.find(std::string("data-item-id=\"") + id) + 14, 3, "ADV");
    }
    edge.origin.page("/list", {original});
    const List order = listed(edge.get("/list", visitor("zoe")).body);
    BOOST_REQUIRE_EQUAL(order.size(), 12);
    BOOST_CHECK_EQUAL(order[0] + order[1], "ADVADV");
}

BOOST_AUTO_TEST_CASE(a_broken_listing_is_left_as_it_is) {
    Edge edge(kListing);
    like_zenith(edge, "zoe");
    const std::string whole = listing_page();
    // The list never ends; or a tile's end is not certain.
    const std::string endless = whole.substr(0, whole.find("</ul>"));
    std::string misnested = whole;
    misnested.insert(misnested.find("</li>"), "<b><div>");
    for (const std::string& broken : {endless, misnested}) {
        edge.origin.page("/list", {broken});
        const std::string page = edge.get("/list", visitor("zoe")).body;
        BOOST_CHECK_EQUAL(sorted(page), sorted(broken));
    }
}

BOOST_AUTO_TEST_CASE(a_list_longer_than_the_buffer_passes_through) {
    Edge edge({.location = "personalize_listing '#list' item=.tile; "
                           "personalize_buffer_size 1k;"});
    like_zenith(edge, "zoe");
    BOOST_CHECK_EQUAL(edge.get("/list", visitor("zoe")).body, listing_page());
}

BOOST_AUTO_TEST_CASE(listing_and_widget_on_one_page_do_not_repeat_items) {
    Edge edge({.location = "personalize_listing '#list' item=.tile top=6;\n"
                           "personalize_widget '#w1' popular limit=4 min=1 template=tile;"});
    like_zenith(edge, "zoe");
    std::string both = listing_page();
    both.insert(both.find("</ul>") + 5, "<div id=\"w1\">own</div>");
    edge.origin.page("/list", {both});
    const std::string page = edge.get("/list", visitor("zoe")).body;
    const List order = listed(page);
    const List tiles = tiles_of(page, "w1");
    BOOST_CHECK(!tiles.empty());
    for (std::size_t i = 0; i < 6 && i < order.size(); i++) {
        BOOST_CHECK_MESSAGE(std::count(tiles.begin(), tiles.end(), order[i]) == 0,
                            order[i] << " stands in both: " << joined(tiles));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
