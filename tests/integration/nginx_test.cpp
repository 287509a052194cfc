// Among nginx's other modules: requests that wait in other phases, jump between locations, or share
// a connection, while the lookup is out.
#include <boost/test/unit_test.hpp>

#include "integration/support/edge.hpp"
#include "integration/support/fake_redis.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

constexpr std::string_view kWidget =
    "personalize_widget '#w1' popular limit=4 min=1 template=tile;";

EdgeOptions with_location(std::string_view location) {
    return {.server = std::string(kWidget) + "\n" + std::string(location)};
}

void check_personal(const Response& page) {
    BOOST_CHECK_MESSAGE(page.complete, page.problem);
    BOOST_CHECK_EQUAL(page.status, 200);
    CHECK_LIST(tiles_of(page.body, "w1"), "P01 P02 P03 P04");
    BOOST_CHECK(page.body.ends_with("</html>\n"));
}

}  // namespace

namespace {

// A location whose page the origin does not have; @<name> has another.
std::string gone(const std::string& name, const std::string& directives) {
    return "location = /" + name + " { " + directives +
           " proxy_intercept_errors on; error_page 404 = @" + name +
           "; proxy_pass http://origin; }\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nginx)

BOOST_AUTO_TEST_CASE(page_made_by_nginx_itself) {
    Edge edge(with_location("location /r { return 200 '<div id=\"w1\">own</div>'; }"));
    CHECK_LIST(tiles_of(edge.get("/r", visitor("v")).body, "w1"), "P01 P02 P03 P04");
}

BOOST_AUTO_TEST_CASE(event_of_a_location_that_nginx_answers_itself) {
    Edge edge(
        with_location("location /seen { personalize_event view_item item=$arg_id; "
                      "return 204; }"));
    BOOST_CHECK_EQUAL(edge.get("/seen?id=P01", visitor("v")).status, 204);
    BOOST_CHECK(wait_until([&] { return edge.events("v").size() == 1; }));
}

// What was read for a visitor in one location is of no use where they are another, or have not consented.
BOOST_AUTO_TEST_CASE(redirect_to_a_location_of_another_visitor_or_without_consent) {
    const std::string widget =
        "personalize_widget '#w1' recent,popular limit=4 min=2 template=tile;";
    EdgeOptions options;
    options.location = widget;
    options.server = gone("same", widget) + gone("other", widget) + gone("refused", widget) +
                     "location @other { " + widget +
                     " personalize_visitor $cookie_other; "
                     "rewrite ^ / break; proxy_pass http://origin; }\n"
                     "location @refused { " +
                     widget +
                     " personalize_consent 0; "
                     "rewrite ^ / break; proxy_pass http://origin; }\n"
                     "location @same { " +
                     widget + " rewrite ^ / break; proxy_pass http://origin; }";
    Edge edge(options);
    for (const char* path : {"/same", "/other", "/refused"}) {
        edge.origin.page(path, {"gone", "text/html", 404});
    }
    edge.remember("anna", {"view_item P09 1763660000", "view_item P07 1763660001"});
    edge.remember("bert", {"view_item P08 1763660000", "view_item P06 1763660001"});
    const Headers cookies = {{"Cookie", "vid=anna; other=bert"}};
    CHECK_LIST(tiles_of(edge.get("/same", cookies).body, "w1"), "P07 P09 P01 P02");
    CHECK_LIST(tiles_of(edge.get("/other", cookies).body, "w1"), "P06 P08 P01 P02");
    CHECK_LIST(tiles_of(edge.get("/refused", cookies).body, "w1"), "P01 P02 P03 P04");
}

BOOST_AUTO_TEST_CASE(accelerated_redirect_of_the_origin) {
    Edge edge(
        with_location("location /x { proxy_pass http://origin; }\n"
                      "location /files/ { internal; root @dir@; }"));
    edge.dir.write("files/page.html", home_page());
    edge.origin.page("/x", {"", "text/html", 200, {{"X-Accel-Redirect", "/files/page.html"}}});
    check_personal(edge.get("/x", visitor("v")));
    BOOST_CHECK_EQUAL(edge.status("lookups"), 1);
}

BOOST_AUTO_TEST_CASE(own_page_for_an_error_is_left_alone) {
    Edge edge(
        with_location("location /gone { return 404; } error_page 404 /files/404.html;\n"
                      "location /files/ { root @dir@; }"));
    edge.dir.write("files/404.html", home_page());
    const Response page = edge.get("/gone", visitor("v"));
    BOOST_CHECK_EQUAL(page.status, 404);
    BOOST_CHECK_EQUAL(page.body, home_page());
}

BOOST_AUTO_TEST_CASE(beside_authorization_and_mirror_subrequests) {
    Edge edge(with_location(
        "location /a/ { auth_request /auth; mirror /mirror; proxy_pass http://origin/; }\n"
        "location = /auth { internal; proxy_pass http://origin/auth; proxy_pass_request_body off; "
        "proxy_set_header Content-Length ''; }\n"
        "location = /mirror { internal; proxy_pass http://origin/mirror; }"));
    edge.origin.page("/auth", {"<div id=\"w1\"></div>"});
    edge.origin.page("/mirror", {"<div id=\"w1\"></div>"});
    check_personal(edge.get("/a/", visitor("v")));
    BOOST_CHECK_EQUAL(edge.status("lookups"), 1);
    BOOST_CHECK(wait_until([&] { return edge.origin.requests("/mirror") == 1; }));
}

BOOST_AUTO_TEST_CASE(lookup_ends_while_the_requests_body_is_still_coming) {
    Edge edge(with_location("location /p/ { proxy_pass http://origin/; }"));
    HttpClient client = edge.nginx->client();
    const Request request{
        .path = "/p/", .headers = visitor("v"), .method = "POST", .body = std::string(1000, 'b')};
    const std::string bytes = request.bytes();
    BOOST_REQUIRE(client.send_bytes(std::string_view(bytes).substr(0, bytes.size() - 500)));
    BOOST_REQUIRE(edge.status_reaches("lookup_us.sum", 1));
    BOOST_REQUIRE(client.send_bytes(std::string_view(bytes).substr(bytes.size() - 500)));
    check_personal(client.finish(request));
    BOOST_CHECK_EQUAL(edge.origin.received().back().body, request.body);
}

BOOST_AUTO_TEST_CASE(lookup_ends_while_the_request_is_delayed) {
    Edge edge({.server = std::string(kWidget) +
                         "\nlocation /l/ { limit_req zone=slow burst=5; proxy_pass "
                         "http://origin/; }",
               .http = "limit_req_zone $server_name zone=slow:1m rate=5r/s;"});
    HttpClient client = edge.nginx->client();
    for (int i = 0; i < 3; i++) {
        check_personal(client.get("/l/", visitor("v")));
    }
}

BOOST_AUTO_TEST_CASE(pipelined_requests_are_answered_in_order) {
    Edge edge({.location = "personalize_widget '#w1' recent limit=1 min=1 template=tile;",
               .redis = false});
    FakeRedis redis(edge.dir / "redis.sock", [](const FakeRedis::Command& command) {
        if (command[0] != "LRANGE") {
            return FakeRedis::empty_answer(command);
        }
        const std::string text = event("view_item", command[1].substr(4, 3));
        return "*1\r\n$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
    });
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    std::string both;
    for (int i = 1; i <= 5; i++) {
        both += Request{.path = "/", .headers = visitor(item_id(i)), .close = i == 5}.bytes();
    }
    Socket socket = connect_to(edge.nginx->address());
    redis.hold();
    socket.send(both);
    BOOST_REQUIRE(edge.status_reaches("lookups", 1));
    redis.release();
    std::string all;
    for (std::string more = socket.receive(); !more.empty(); more = socket.receive()) {
        all += more;
    }
    std::size_t at = 0;
    for (int i = 1; i <= 5; i++) {
        at = all.find("data-id=\"", at);
        BOOST_REQUIRE(at != all.npos);
        at += 9;
        BOOST_CHECK_EQUAL(all.substr(at, 3), item_id(i));
    }
}

BOOST_AUTO_TEST_CASE(filters_behind_see_the_personal_page) {
    Edge edge(
        with_location("location /s/ { proxy_pass http://origin/; sub_filter 'Item P01' 'Star'; "
                      "sub_filter_once off; }"));
    const Response page = edge.get("/s/", visitor("v"));
    check_personal(page);
    BOOST_CHECK(inner_of(page.body, "w1").find(">Star</a>") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(limited_rate) {
    Edge edge(with_location("location /l/ { proxy_pass http://origin/; limit_rate 1m; }"));
    const std::string page = large_page(150 * 1024);
    edge.origin.page("/", {page});
    const Response response = edge.get("/l/", visitor("v"));
    check_personal(response);
    BOOST_CHECK_EQUAL(without_widgets(response.body), without_widgets(page));
}

BOOST_AUTO_TEST_CASE(cached_page_that_is_refreshed_in_the_background) {
    Edge edge(
        with_location("location /c/ { proxy_pass http://origin/; proxy_cache pages; "
                      "proxy_cache_key /c; proxy_cache_valid 200 1s; "
                      "proxy_cache_use_stale updating; proxy_cache_background_update on; }"));
    HttpClient client = edge.nginx->client();
    // Until the cached page has become old and was asked for again behind a visitor's back.
    BOOST_CHECK(wait_until([&] {
        check_personal(client.get("/c/", visitor("v")));
        return edge.origin.requests("/") >= 2;
    }));
    check_personal(client.get("/c/", visitor("v")));
}

BOOST_AUTO_TEST_CASE(connection_kept_to_the_origin) {
    Edge edge({.server = std::string(kWidget) +
                         "\nlocation /k/ { proxy_pass http://kept/; proxy_http_version 1.1; "
                         "proxy_set_header Connection ''; }",
               .http = "upstream kept { server unix:@dir@/plain.sock; keepalive 4; }"});
    edge.dir.write("www/index.html", home_page());
    const Nginx plain(edge.dir, "server { listen @listen@; root @dir@/www; }",
                      {.with_module = false, .name = "plain"});
    HttpClient client = edge.nginx->client();
    for (int i = 0; i < 10; i++) {
        BOOST_CHECK_EQUAL(client.get("/k/", visitor("v")).status, 200);
    }
}

BOOST_AUTO_TEST_CASE(nobody_else_sees_the_page_after_a_change_of_visitor) {
    Edge edge;
    edge.remember("anna", {event("view_item", "P09")});
    HttpClient client = edge.nginx->client();
    CHECK_LIST(tiles_of(client.get("/", visitor("anna")).body, "w1"), "P09 P01 P02 P03");
    CHECK_LIST(tiles_of(client.get("/", visitor("bert")).body, "w1"), "P01 P02 P03 P04");
    CHECK_LIST(tiles_of(client.get("/").body, "w1"), "P01 P02 P03 P04");
    BOOST_CHECK_EQUAL(edge.log_field(0, 3), "anna");
    BOOST_CHECK_EQUAL(edge.log_field(2, 3), "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
