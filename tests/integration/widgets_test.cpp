// Widgets: what they show to whom, and what a personal response's head may say.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

#include "integration/support/edge.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

BOOST_AUTO_TEST_SUITE(widgets)

BOOST_AUTO_TEST_CASE(new_visitor_sees_popular_items) {
    Edge edge;
    const Response page = edge.get("/", visitor("new"));
    BOOST_CHECK_EQUAL(page.status, 200);
    BOOST_CHECK(page.complete);
    CHECK_LIST(tiles_of(page.body, "w1"), "P01 P02 P03 P04");
    BOOST_CHECK_EQUAL(edge.result(0), "popular");
}

BOOST_AUTO_TEST_CASE(no_visitor_sees_popular_items) {
    Edge edge;
    CHECK_LIST(tiles_of(edge.get("/").body, "w1"), "P01 P02 P03 P04");
    BOOST_CHECK_EQUAL(edge.result(0), "popular");
    BOOST_CHECK_EQUAL(edge.status("lookups"), 0);
}

BOOST_AUTO_TEST_CASE(a_visitor_id_that_is_none_counts_as_no_visitor) {
    Edge edge;
    for (const std::string& id : {std::string("a/b"), std::string(65, 'a'), std::string("{x}")}) {
        CHECK_LIST(tiles_of(edge.get("/", visitor(id)).body, "w1"), "P01 P02 P03 P04");
    }
    BOOST_CHECK_EQUAL(edge.status("lookups"), 0);
}

BOOST_AUTO_TEST_CASE(known_visitor_sees_own_items_first) {
    Edge edge;
    edge.remember("anna", {event("view_item", "P09", 20), event("view_item", "P15", 10)});
    const Response page = edge.get("/", visitor("anna"));
    CHECK_LIST(tiles_of(page.body, "w1"), "P15 P09 P01 P02");
    BOOST_CHECK_EQUAL(edge.result(0), "personal");
    CHECK_LIST(tiles_of(edge.get("/", visitor("bert")).body, "w1"), "P01 P02 P03 P04");
}

BOOST_AUTO_TEST_CASE(for_you_follows_what_the_visitor_looked_at) {
    Edge edge({.location = "personalize_widget '#w1' for_you limit=4 min=1 template=tile;"});
    edge.remember("zoe", {event("view_item", "P16", 30), event("view_item", "P14", 20),
                          event("add_to_cart", "P12", 10)});
    const List tiles = tiles_of(edge.get("/", visitor("zoe")).body, "w1");
    BOOST_REQUIRE(!tiles.empty());
    // Her sessions' companions are of the same brand: even numbers.
    BOOST_CHECK_MESSAGE(std::stoi(tiles[0].substr(1)) % 2 == 0, "first: " << joined(tiles));
    BOOST_CHECK_MESSAGE(std::count(tiles.begin(), tiles.end(), "P12") == 0,
                        "shows the cart: " << joined(tiles));
}

BOOST_AUTO_TEST_CASE(two_widgets_never_share_an_item) {
    Edge edge;
    edge.remember("carl", {event("view_item", "P03", 20), event("view_item", "P04", 10)});
    const std::string page = edge.get("/", visitor("carl")).body;
    List all = tiles_of(page, "w1");
    const List second = tiles_of(page, "w2");
    all.insert(all.end(), second.begin(), second.end());
    BOOST_CHECK_EQUAL(all.size(), 8);
    BOOST_CHECK_EQUAL(std::set<std::string>(all.begin(), all.end()).size(), all.size());
}

BOOST_AUTO_TEST_CASE(everything_but_the_widgets_content_stays) {
    Edge edge;
    BOOST_CHECK_EQUAL(without_widgets(edge.get("/", visitor("v")).body),
                      without_widgets(home_page()));
}

BOOST_AUTO_TEST_CASE(an_unavailable_item_is_never_shown) {
    Edge edge;
    edge.remember("dora", {event("view_item", "P07", 20), event("view_item", "P20", 10)});
    CHECK_LIST(tiles_of(edge.get("/", visitor("dora")).body, "w1"), "P07 P01 P02 P03");
}

BOOST_AUTO_TEST_CASE(own_content_when_too_few_items) {
    Edge edge({.location = "personalize_widget '#w1' recent limit=4 min=2 template=tile;"});
    edge.remember("emil", {event("view_item", "P07", 10)});
    BOOST_CHECK_EQUAL(edge.get("/", visitor("emil")).body, home_page());
    edge.remember("emil", {event("view_item", "P08")});
    CHECK_LIST(tiles_of(edge.get("/", visitor("emil")).body, "w1"), "P08 P07");
}

BOOST_AUTO_TEST_CASE(min_and_limit) {
    Edge edge({.location = "personalize_widget '#w1' popular limit=1 min=1 template=tile;\n"
                           "personalize_widget '#w2' popular limit=15 template=tile;"});
    const std::string page = edge.get("/").body;
    CHECK_LIST(tiles_of(page, "w1"), "P01");
    BOOST_CHECK_EQUAL(tiles_of(page, "w2").size(), 15);
}

BOOST_AUTO_TEST_CASE(the_default_template_shows_items_too) {
    Edge edge({.location = "personalize_widget '#w1' popular limit=4;"});
    const std::string inner = inner_of(edge.get("/").body, "w1");
    BOOST_CHECK_MESSAGE(inner.find("href=\"/product/p01\"") != inner.npos, inner);
    BOOST_CHECK_MESSAGE(inner.find("Item P01") != inner.npos, inner);
}

BOOST_AUTO_TEST_CASE(titles_are_escaped) {
    Edge edge;
    edge.remember("fred", {event("view_item", "P05")});
    const std::string inner = inner_of(edge.get("/", visitor("fred")).body, "w1");
    BOOST_CHECK_MESSAGE(inner.find("<b>") == inner.npos, inner);
    BOOST_CHECK_MESSAGE(inner.find("Tee &lt;b&gt;") != inner.npos, inner);
    BOOST_CHECK_MESSAGE(inner.find("&amp; ") != inner.npos, inner);
}

BOOST_AUTO_TEST_CASE(level_caps_the_tier) {
    Edge edge(
        {.location = "personalize_widget '#w1' recent,popular limit=4 level=pre template=tile;"});
    edge.remember("gina", {event("view_item", "P09")});
    CHECK_LIST(tiles_of(edge.get("/", visitor("gina")).body, "w1"), "P01 P02 P03 P04");
}

BOOST_AUTO_TEST_CASE(similar_items_of_the_page_without_the_page_item) {
    Edge edge({.location = "personalize_widget '#similar' similar limit=4 min=2 template=tile "
                           "for=$uri;"});
    edge.origin.page("/product/p02", {product_page("P02")});
    const List tiles = tiles_of(edge.get("/product/p02", visitor("x")).body, "similar");
    BOOST_CHECK_EQUAL(tiles.size(), 4);
    BOOST_CHECK_MESSAGE(std::count(tiles.begin(), tiles.end(), "P02") == 0, joined(tiles));
}

BOOST_AUTO_TEST_CASE(category_narrows_popular) {
    Edge edge({.location = "personalize_widget '#w1' popular limit=4 template=tile "
                           "category=$arg_c;"});
    CHECK_LIST(tiles_of(edge.get("/?c=Shoes").body, "w1"), "P13 P14 P15 P16");
    CHECK_LIST(tiles_of(edge.get("/?c=Clothing").body, "w1"), "P01 P02 P03 P04");
}

BOOST_AUTO_TEST_CASE(explanation_stands_behind_each_placement) {
    Edge edge({.http = "personalize_explain $arg_why;"});
    BOOST_CHECK(edge.get("/?why=0").body.find("personalize-explain") == std::string::npos);
    const std::string page = edge.get("/?why=1", visitor("v")).body;
    const std::string script = "<script type=\"application/json\" class=\"personalize-explain\">";
    BOOST_REQUIRE(page.find("</div>" + script) != page.npos);
    BOOST_CHECK(page.find(script, page.find(script) + 1) != page.npos);
    BOOST_CHECK(page.find("\"tier\":\"pre\"") != page.npos);
}

BOOST_AUTO_TEST_CASE(switch_by_variable) {
    Edge edge({.server = "location /v/ { personalize $arg_on; proxy_pass http://origin/; "
                         "personalize_widget '#w1' popular limit=4 template=tile; }"});
    BOOST_CHECK_EQUAL(edge.get("/v/").body, home_page());
    BOOST_CHECK_EQUAL(edge.get("/v/?on=0").body, home_page());
    BOOST_CHECK_EQUAL(edge.get("/v/?on=off").body, home_page());
    CHECK_LIST(tiles_of(edge.get("/v/?on=1").body, "w1"), "P01 P02 P03 P04");
}

BOOST_AUTO_TEST_CASE(old_client_gets_the_page_to_the_connections_end) {
    Edge edge;
    const Response page =
        edge.nginx->client().fetch({.path = "/", .headers = visitor("v"), .version = "1.0"});
    BOOST_CHECK_EQUAL(page.status, 200);
    BOOST_CHECK(!page.has("Transfer-Encoding"));
    BOOST_CHECK(!page.has("Content-Length"));
    CHECK_LIST(tiles_of(page.body, "w1"), "P01 P02 P03 P04");
    BOOST_CHECK(page.body.ends_with("</html>\n"));
}

BOOST_AUTO_TEST_CASE(keep_alive_serves_many_pages) {
    Edge edge;
    HttpClient client = edge.nginx->client();
    for (int i = 0; i < 20; i++) {
        const Response page = client.get("/", visitor("v" + std::to_string(i)));
        BOOST_REQUIRE(page.complete);
        BOOST_REQUIRE(page.keep_alive);
        BOOST_REQUIRE_EQUAL(tiles_of(page.body, "w2").size(), 4);
    }
}

BOOST_AUTO_TEST_CASE(fragment_that_answers_a_post) {
    Edge edge({.server = "location = /cart/add { proxy_pass http://origin; "
                         "personalize_widget '#cross' cross_sell limit=4 min=2 template=tile "
                         "for=$personalize_form_item; }"});
    edge.origin.page("/cart/add", {cart_fragment()});
    const Response layer = edge.post("/cart/add", "qty=1&item=P02", visitor("v"));
    const List tiles = tiles_of(layer.body, "cross");
    BOOST_CHECK_EQUAL(tiles.size(), 4);
    BOOST_CHECK_MESSAGE(std::count(tiles.begin(), tiles.end(), "P02") == 0, joined(tiles));
    BOOST_CHECK_EQUAL(edge.origin.requests("/cart/add"), 1);
    BOOST_CHECK_EQUAL(edge.origin.received().back().body, "qty=1&item=P02");
}

BOOST_AUTO_TEST_CASE(include_is_no_page_of_its_own) {
    Edge edge({.server = "location = /ssi { ssi on; proxy_pass http://origin; "
                         "personalize_widget '#w1' popular limit=4 template=tile; }"});
    edge.origin.page("/ssi", {"<html><body><!--#include virtual=\"/part\" --><div id=\"w1\">"
                              "</div></body></html>"});
    edge.origin.page("/part", {"<div id=\"w2\">kept</div>"});
    const std::string page = edge.get("/ssi", visitor("v")).body;
    CHECK_LIST(tiles_of(page, "w1"), "P01 P02 P03 P04");
    BOOST_CHECK_EQUAL(inner_of(page, "w2"), "kept");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
