// Locations: what a location inherits and takes back, and requests that come to more than one.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

#include "integration/support/edge.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

constexpr std::string_view kPopular = "P01 P02 P03 P04";

// The server's own directives, and locations that take one back each.
EdgeOptions inheriting() {
    return {.location = "", .server = R"(
        personalize_widget '#w1' popular limit=4 min=2 template=tile;
        personalize_listing '#list' top=3;
        personalize_event view_item item=$arg_id;
        personalize_consent $arg_consent;
        personalize_context country $arg_country;
        location /event/   { proxy_pass http://origin/; personalize_event off; }
        location /visitor/ { proxy_pass http://origin/; personalize_visitor off; }
        location /consent/ { proxy_pass http://origin/; personalize_consent off; }
        location /context/ { proxy_pass http://origin/; personalize_context off; }
        location /widget/  { proxy_pass http://origin/; personalize_widget off; }
        location /listing/ { proxy_pass http://origin/; personalize_listing off; }
        location /none/    { proxy_pass http://origin/; personalize_widget off;
                             personalize_listing off; }
        location /header/  { proxy_pass http://origin/; personalize_cache_control off; }
    )"};
}

std::string widget(const Edge& edge, const std::string& path, Headers headers = {}) {
    return joined(tiles_of(edge.get(path, std::move(headers)).body, "w1"));
}

// Those whose list holds an event, after `last` has one.
List recorded(const Edge& edge, std::string_view last) {
    BOOST_REQUIRE(wait_until([&] { return !edge.events(last).empty(); }));
    List keys = edge.redis->client().command({"KEYS", "pz:{*}:events"}).texts();
    std::sort(keys.begin(), keys.end());
    return keys;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(locations)

BOOST_AUTO_TEST_CASE(off_takes_back_events_visitor_and_consent) {
    Edge edge(inheriting());
    HttpClient client = edge.nginx->client();
    client.get("/event/?id=P01&consent=1", visitor("event"));
    client.get("/visitor/?id=P01&consent=1", visitor("visitor"));
    client.get("/consent/?id=P01", visitor("consent"));
    client.get("/consent/?id=P01&consent=0", visitor("refused"));
    client.get("/?id=P01&consent=1", visitor("last"));
    CHECK_LIST(recorded(edge, "last"), "pz:{consent}:events pz:{last}:events pz:{refused}:events");
    for (std::size_t i = 0; i < 5; i++) {
        BOOST_CHECK_EQUAL(edge.log_field(i, 3),
                          List({"event", "", "consent", "refused", "last"})[i]);
    }
}

BOOST_AUTO_TEST_CASE(off_takes_back_widgets_or_listings) {
    Edge edge(inheriting());
    edge.origin.page("/", {home_page() + listing_page()});
    const auto shown = [&](const std::string& path) {
        const std::string body = edge.get(path, visitor("v")).body;
        const bool same = listed(body) == listed(listing_page());
        return joined(tiles_of(body, "w1")) + (same ? "" : " and a list");
    };
    edge.remember("v", {event("view_item", "P09")});
    BOOST_CHECK_EQUAL(shown("/?consent=1"), std::string(kPopular) + " and a list");
    BOOST_CHECK_EQUAL(shown("/widget/?consent=1"), " and a list");
    BOOST_CHECK_EQUAL(shown("/listing/?consent=1"), kPopular);
    BOOST_CHECK_EQUAL(edge.get("/none/?consent=1").body, home_page() + listing_page());
}

BOOST_AUTO_TEST_CASE(off_takes_back_context_and_header) {
    const TempDir dir;
    EdgeOptions options = inheriting();
    options.http = "personalize_cache_control 'private, max-age=1'; personalize_rules " +
                   dir.write("rules.lua", R"(
rule "alps" {
    when = function(visitor, page) return page.var.country == "CH" end,
    match = { id = "P18" }, pin = 1
})") + ";";
    Edge edge(options);
    BOOST_CHECK_EQUAL(widget(edge, "/?country=CH"), "P18 P01 P02 P03");
    BOOST_CHECK_EQUAL(widget(edge, "/context/?country=CH"), kPopular);
    BOOST_CHECK_EQUAL(edge.get("/").header("Cache-Control").value_or(""), "private, max-age=1");
    BOOST_CHECK_EQUAL(edge.get("/header/").header("Cache-Control").value_or(""),
                      "private, no-cache");
}

BOOST_AUTO_TEST_CASE(page_is_logged_with_the_location_that_made_it) {
    Edge edge({.server = R"(
        location = /first {
            proxy_pass http://origin/;
            post_action /after;
            personalize_widget '#w1' popular limit=2 min=1 template=tile name=one;
            personalize_widget '#w2' popular limit=2 min=1 template=tile name=two;
        }
        location = /after {
            proxy_pass http://origin;
            personalize_listing '#nowhere' name=other;
            personalize_event view_item item=P01;
        })"});
    edge.origin.page("/after", {"done"});
    BOOST_CHECK(edge.get("/first", visitor("v")).complete);
    BOOST_CHECK_EQUAL(edge.result(0), "popular");
    BOOST_CHECK_EQUAL(edge.origin.requests("/after"), 1);
    BOOST_REQUIRE(wait_until([&] { return edge.stream().size() == 2; }));
    std::multiset<std::string> names;
    for (const Values& entry : edge.stream()) {
        names.insert(entry.at("list"));
    }
    BOOST_CHECK(names == std::multiset<std::string>({"one", "two"}));
}

BOOST_AUTO_TEST_CASE(post_action_begins_nothing) {
    Edge edge({.server = R"(
        location = /plain { personalize off; proxy_pass http://origin/; post_action /after; }
        location = /after { proxy_pass http://origin/; personalize_widget '#w1' popular; })"});
    BOOST_CHECK_EQUAL(edge.get("/plain", visitor("v")).body, home_page());
    BOOST_CHECK_EQUAL(edge.result(0), "-");
    BOOST_CHECK_EQUAL(edge.status("lookups"), 0);
}

BOOST_AUTO_TEST_CASE(answer_of_another_location_obeys_that_location) {
    Edge edge({.server = R"(
        error_page 404 =200 @gone;
        location /shop/ {
            proxy_pass http://origin/no-such-page/;
            proxy_intercept_errors on;
            personalize_event view_item item=$arg_id;
            personalize_widget '#w1' popular limit=4 min=2 template=tile;
        }
        location @gone {
            personalize off;
            default_type text/html;
            return 200 '<div id="w1">own</div>';
        }
        location = /item {
            proxy_pass http://origin/;
            personalize_event view_item item=$arg_id;
        })"});
    const Response page = edge.get("/shop/x?id=P05", visitor("gone"));
    BOOST_CHECK_EQUAL(page.status, 200);
    BOOST_CHECK_EQUAL(page.body, "<div id=\"w1\">own</div>");
    BOOST_CHECK_EQUAL(edge.result(0), "");
    edge.get("/item?id=P05", visitor("last"));
    CHECK_LIST(recorded(edge, "last"), "pz:{last}:events");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
