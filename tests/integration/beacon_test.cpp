// The beacon and its pixel: events from anywhere, and from visitors alone.
#include <boost/test/unit_test.hpp>

#include "integration/event_shop.hpp"
#include "integration/support/fake_redis.hpp"

namespace pz::test {

namespace {

const EdgeOptions& kShop = kEventShop;

}  // namespace

BOOST_AUTO_TEST_SUITE(beacons)

// Whether a look and a beacon with this User-Agent are events.
bool counts(Edge& edge, const std::string& agent, Headers headers = {}) {
    headers.emplace_back("Cookie", "vid=gus");
    headers.emplace_back("User-Agent", agent);
    const double before = edge.status("events");
    BOOST_CHECK_EQUAL(edge.get("/item?id=P01", headers).status, 200);
    BOOST_CHECK_EQUAL(edge.post("/beacon", beacon("P02"), headers).status, 204);
    BOOST_CHECK_EQUAL(edge.get("/beacon?name=like&item_id=P03", headers).status, 200);
    const double events = edge.status("events") - before;
    BOOST_CHECK_MESSAGE(events == 0 || events == 3, agent << ": " << events);
    return events != 0;
}

BOOST_AUTO_TEST_CASE(bots_make_no_events_but_get_pages) {
    EdgeOptions options = kShop;
    options.http = "log_format bot '$personalize_bot'; access_log @dir@/bots.log bot;";
    Edge edge(options);
    add_pages(edge);
    BOOST_CHECK(counts(edge, "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"));
    const std::size_t kept = edge.events("gus").size();
    BOOST_CHECK(!counts(edge, "Mozilla/5.0 (compatible; Googlebot/2.1)"));
    const Headers bot = {{"Cookie", "vid=gus"}, {"User-Agent", "Googlebot/2.1"}};
    BOOST_CHECK(!tiles_of(edge.get("/", bot).body, "w1").empty());
    BOOST_CHECK(counts(edge, ""));
    BOOST_CHECK_EQUAL(edge.events("gus").size(), 2 * kept);
    BOOST_CHECK_EQUAL(edge.status("not_of_visitors"), 4);
    BOOST_CHECK_EQUAL(edge.status("impressions"), 0);
    const std::string log = edge.dir.read("bots.log");
    BOOST_CHECK(log.starts_with("0\n") && log.find("\n1\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_is_a_bot_is_for_the_shop_to_say) {
    EdgeOptions options = kShop;
    options.http =
        "map \"$http_user_agent $http_x_score\" $is_bot { ~^Tester 0; \"~ 9$\" 1; "
        "default $personalize_bot; } personalize_bots $is_bot;";
    Edge edge(options);
    add_pages(edge);
    BOOST_CHECK(counts(edge, "Tester bot"));
    BOOST_CHECK(!counts(edge, "Googlebot"));
    BOOST_CHECK(!counts(edge, "Mozilla/5.0", {{"X-Score", "9"}}));
    BOOST_CHECK(counts(edge, "Mozilla/5.0", {{"X-Score", "1"}}));
    EdgeOptions off = kShop;
    off.http = "personalize_bots off;";
    Edge open(off);
    add_pages(open);
    BOOST_CHECK(counts(open, "Googlebot"));
}

BOOST_AUTO_TEST_CASE(pixel_is_an_event_in_a_query) {
    Edge edge(kShop);
    const Response response =
        edge.get("/beacon?name=view_item&item_id=P03&price=13.50&quantity=2&item_list_id=mail",
                 visitor("ina"));
    BOOST_CHECK_EQUAL(response.status, 200);
    BOOST_CHECK_EQUAL(response.header("Content-Type").value_or(""), "image/gif");
    BOOST_CHECK_EQUAL(response.header("Cache-Control").value_or(""), "no-store");
    BOOST_CHECK_EQUAL(response.body.size(), 42);
    BOOST_CHECK(response.body.starts_with("GIF89a"));
    const List events = edge.events("ina");
    BOOST_REQUIRE_EQUAL(events.size(), 1);
    BOOST_CHECK_EQUAL(short_form(events[0]), "view_item P03");
    BOOST_CHECK(events[0].ends_with(" price=13.5 qty=2 list=mail"));
    CHECK_LIST(tiles_of(edge.get("/", visitor("ina")).body, "w1"), "P03");
    // Nobody to remember it for.
    BOOST_CHECK_EQUAL(edge.get("/beacon?name=search").body.size(), 42);
    BOOST_CHECK_EQUAL(edge.stream().size(), 1);
}

BOOST_AUTO_TEST_CASE(bad_pixel_is_refused_with_the_field) {
    Edge edge(kShop);
    const std::pair<std::string, std::string> cases[] = {
        {"", "name: missing"},
        {"?", "name: missing"},
        {"?name=view_item&item_id=P01&price=cheap", "price: not a number"},
        {"?name=view_item&item_id=" + std::string(60, 'x'), "item_id: longer than 50 bytes"}};
    for (const auto& [query, why] : cases) {
        const Response response = edge.get("/beacon" + query, visitor("kim"));
        BOOST_CHECK_EQUAL(query + std::to_string(response.status), query + "400");
        BOOST_CHECK_EQUAL(response.body, "{\"error\":\"" + why + "\"}\n");
        BOOST_CHECK_EQUAL(response.header("Cache-Control").value_or(""), "no-store");
    }
    BOOST_CHECK(edge.events("kim").empty());
    BOOST_CHECK_EQUAL(edge.status("beacons_refused"), std::size(cases));
    edge.redis->kill9();
    const Response away = edge.get("/beacon?name=like&item_id=P01", visitor("kim"));
    BOOST_CHECK_EQUAL(away.status, 503);
}

BOOST_AUTO_TEST_CASE(beacon_takes_what_send_beacon_sends) {
    Edge edge(kShop);
    for (const char* type : {"text/plain;charset=UTF-8", "application/json", "application/x-foo",
                             "application/x-www-form-urlencoded"}) {
        BOOST_CHECK_EQUAL(edge.post("/beacon", beacon("P01"), visitor("ida"), type).status, 204);
    }
    BOOST_CHECK_EQUAL(edge.events("ida").size(), 4);
}

BOOST_AUTO_TEST_CASE(nginxs_limits_apply) {
    EdgeOptions options = kShop;
    options.http = "limit_req_zone $cookie_vid zone=beacons:1m rate=1r/m;";
    options.server +=
        "location = /limited { limit_req zone=beacons burst=2 nodelay; "
        "limit_req_status 429; personalize_events; }";
    Edge edge(options);
    List answers;
    for (int i = 0; i < 4; i++) {
        answers.push_back(
            std::to_string(edge.post("/limited", beacon("P01"), visitor("lim")).status));
    }
    CHECK_LIST(answers, "204 204 204 429");
    BOOST_CHECK_EQUAL(edge.events("lim").size(), 3);
}

BOOST_AUTO_TEST_CASE(beacon_is_acknowledged_when_redis_has_it) {
    EdgeOptions options = kShop;
    options.workers = 2;
    options.http += " personalize_impressions off;";  // they go into the same stream
    Edge edge(options);
    // Every request over a connection of its own, so that both workers take part.
    for (int i = 1; i <= 9; i++) {
        const std::string who = "b" + std::to_string(i);
        const Response response =
            edge.post("/beacon", beacon(item_id(i)), visitor(who), "application/json");
        BOOST_CHECK_EQUAL(response.status, 204);
        BOOST_CHECK_EQUAL(response.body, "");
        CHECK_LIST(tiles_of(edge.get("/", visitor(who)).body, "w1"), item_id(i));
    }
    BOOST_CHECK_EQUAL(edge.stream().size(), 9);
}

BOOST_AUTO_TEST_CASE(beacon_keeps_the_connection_in_order) {
    Edge edge(kShop);
    HttpClient client = edge.nginx->client();
    for (int i = 1; i <= 3; i++) {
        const Response response = client.fetch({.path = "/beacon",
                                                .headers = visitor("hans"),
                                                .method = "POST",
                                                .body = beacon(item_id(i))});
        BOOST_REQUIRE_EQUAL(response.status, 204);
    }
    CHECK_LIST(tiles_of(client.get("/", visitor("hans")).body, "w1"), "P03 P02 P01");
}

BOOST_AUTO_TEST_CASE(beacon_with_many_events) {
    Edge edge(kShop);
    const std::string body = "{\"client_id\":\"mallory\",\"events\":[" + beacon("P02") + "," +
                             beacon("P03", "add_to_cart") + "]}";
    BOOST_CHECK_EQUAL(edge.post("/beacon", body, visitor("ida")).status, 204);
    CHECK_LIST(short_forms(edge.events("ida")), "add_to_cart P03 view_item P02");
    BOOST_CHECK(edge.events("mallory").empty());
}

BOOST_AUTO_TEST_CASE(beacon_larger_than_the_body_buffer) {
    Edge edge(kShop);
    std::string items;
    for (int i = 0; i < 190; i++) {
        items += std::string(i > 0 ? "," : "") + "{\"item_id\":\"P01\",\"item_name\":\"" +
                 std::string(60, 'n') + "\"}";
    }
    const std::string body = "{\"name\":\"view_item\",\"params\":{\"items\":[" + items + "]}}";
    BOOST_REQUIRE_GT(body.size(), 8192);
    BOOST_CHECK_EQUAL(edge.post("/beacon", body, visitor("jo")).status, 204);
    BOOST_CHECK_EQUAL(edge.events("jo").size(), 100);
}

// What a visitor was shown says nothing of what they did: it is for the learner.
BOOST_AUTO_TEST_CASE(lists_that_were_shown_go_to_the_stream_alone) {
    EdgeOptions options = kShop;
    options.server +=
        "location = /shown { proxy_pass http://origin; personalize_event "
        "view_item_list item=$arg_items list=$arg_list; }";
    Edge edge(options);
    edge.origin.page("/shown", {"<p>ok</p>"});
    const std::string shown =
        R"({"name":"view_item_list","params":{"item_list_id":"grid","items":[)"
        R"({"item_id":"P01"},{"item_id":"P02"}]}})";
    BOOST_CHECK_EQUAL(edge.post("/beacon", shown, visitor("jo")).status, 204);
    BOOST_CHECK_EQUAL(
        edge.get("/beacon?name=view_item_list&item_id=P03&item_list_id=mail", visitor("jo")).status,
        200);
    BOOST_REQUIRE(wait_until([&] { return edge.stream().size() >= 2; }));
    BOOST_CHECK(edge.events("jo").empty());
    BOOST_CHECK_EQUAL(edge.stream()[0].at("items"), "P01,P02");
    BOOST_CHECK_EQUAL(edge.stream()[0].at("list"), "grid");
    BOOST_CHECK_EQUAL(edge.stream()[1].at("items"), "P03");
    edge.get("/shown?items=P05,P06&list=top", visitor("jo"));
    BOOST_REQUIRE(wait_until([&] { return edge.stream().size() >= 3; }));
    BOOST_CHECK_EQUAL(edge.stream()[2].at("items"), "P05,P06");
    BOOST_CHECK_EQUAL(edge.stream()[2].at("list"), "top");
    edge.get("/shown?items=,&list=top", visitor("jo"));  // of nothing
    BOOST_CHECK(edge.events("jo").empty());
    BOOST_CHECK_EQUAL(edge.status("impressions"), 3);
    // Beside other events.
    BOOST_CHECK_EQUAL(
        edge.post("/beacon", "[" + shown + "," + beacon("P04") + "]", visitor("jo")).status, 204);
    CHECK_LIST(short_forms(edge.events("jo")), "view_item P04");
    BOOST_CHECK(wait_until([&] { return edge.stream().size() == 5; }));
    BOOST_CHECK_EQUAL(edge.status("events"), 1);
}

BOOST_AUTO_TEST_CASE(bad_beacon_is_refused_with_the_place) {
    Edge edge(kShop);
    const std::pair<std::string, std::string> cases[] = {
        {"", ""},
        {"{", ""},
        {"not json", ""},
        {"[" + beacon("P01") + ",{\"name\":7}]", "[1]"},
        {"{\"events\":[" + beacon("P01") +
             ",{\"name\":\"view_item\",\"params\":{\"items\":[{\"item_id\":\"P02\",\"price\":"
             "\"cheap\"}]}}]}",
         "events[1].params.items[0].price"},
        {beacon(std::string(60, 'x')), "item_id"}};
    for (const auto& [body, place] : cases) {
        const Response response = edge.post("/beacon", body, visitor("kim"), "application/json");
        BOOST_CHECK_EQUAL(body + std::to_string(response.status), body + "400");
        BOOST_CHECK_MESSAGE(response.body.find("error") != std::string::npos &&
                                response.body.find(place) != std::string::npos,
                            body << " -> " << response.body);
    }
    // All or nothing.
    BOOST_CHECK(edge.events("kim").empty());
    BOOST_CHECK_EQUAL(edge.status("beacons_refused"), std::size(cases));
}

BOOST_AUTO_TEST_CASE(beacon_refuses_other_methods_and_large_bodies) {
    Edge edge(kShop);
    HttpClient client = edge.nginx->client();
    for (const char* method : {"PUT", "DELETE", "OPTIONS"}) {
        const Response response =
            client.fetch({.path = "/beacon", .headers = visitor("lea"), .method = method});
        BOOST_CHECK_EQUAL(response.status, 405);
    }
    const std::string large(65 * 1024, ' ');
    BOOST_CHECK_EQUAL(edge.post("/beacon", large + beacon("P01"), visitor("lea")).status, 413);
    // Chunked: the length is not known before.
    const std::string chunked =
        "POST /beacon HTTP/1.1\r\nHost: x\r\nCookie: vid=lea\r\nTransfer-Encoding: chunked\r\n"
        "Connection: close\r\n\r\n11000\r\n" +
        std::string(0x11000, ' ') + "\r\n0\r\n\r\n";
    Socket socket = connect_to(edge.nginx->address());
    socket.send(chunked);
    BOOST_CHECK_EQUAL(socket.receive().substr(0, 12), "HTTP/1.1 413");
    BOOST_CHECK(edge.events("lea").empty());
}

BOOST_AUTO_TEST_CASE(beacon_without_a_visitor_stores_nothing) {
    Edge edge(kShop);
    BOOST_CHECK_EQUAL(edge.post("/beacon", beacon("P01")).status, 204);
    BOOST_CHECK_EQUAL(edge.post("/beacon", beacon("P01"), visitor("a/b")).status, 204);
    BOOST_CHECK_EQUAL(edge.redis->client().integer({"DBSIZE"}), 0);
}

BOOST_AUTO_TEST_CASE(beacon_says_so_when_redis_is_away) {
    Edge edge(kShop);
    edge.redis->kill9();
    // Whether the worker has noticed or not.
    for (int i = 0; i < 5; i++) {
        BOOST_CHECK_EQUAL(edge.post("/beacon", beacon("P01"), visitor("max")).status, 503);
    }
    edge.redis->start();
    BOOST_CHECK(wait_until(
        [&] { return edge.post("/beacon", beacon("P01"), visitor("max")).status == 204; }));
}

BOOST_AUTO_TEST_CASE(beacon_says_so_when_redis_refuses_to_write) {
    Edge edge(kShop);
    edge.redis->client().command({"CONFIG", "SET", "maxmemory", "1"});
    BOOST_CHECK_EQUAL(edge.post("/beacon", beacon("P01"), visitor("nina")).status, 503);
    edge.redis->client().command({"CONFIG", "SET", "maxmemory", "0"});
    BOOST_CHECK_EQUAL(edge.post("/beacon", beacon("P01"), visitor("nina")).status, 204);
}

BOOST_AUTO_TEST_CASE(refused_events_are_counted_one_by_one) {
    Edge edge(kShop);
    add_pages(edge);
    edge.redis->client().command({"CONFIG", "SET", "maxmemory", "1"});
    const std::string three = "[" + beacon("P01") + "," + beacon("P02") + "," + beacon("P03") + "]";
    BOOST_CHECK_EQUAL(edge.post("/beacon", three, visitor("nina")).status, 503);
    BOOST_CHECK_EQUAL(edge.status("events_failed"), 3);
    edge.get("/thanks?items=P01,P04", visitor("nina"));
    // A beacon's answer tells that Redis has answered what went before.
    BOOST_CHECK_EQUAL(edge.post("/beacon", beacon("P01"), visitor("nina")).status, 503);
    BOOST_CHECK_EQUAL(edge.status("events_failed"), 6);
    BOOST_CHECK_EQUAL(edge.status("events"), 6);
}

BOOST_AUTO_TEST_CASE(beacons_client_may_go_away_while_it_waits) {
    EdgeOptions options = kShop;
    options.redis = false;
    Edge edge(options);
    FakeRedis redis(edge.dir / "redis.sock");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    redis.hold();
    edge.get("/-/status");
    HttpClient waiting = edge.nginx->client();
    waiting.send({.path = "/", .headers = visitor("o")});  // its LRANGE holds up all behind it
    BOOST_REQUIRE(wait_until([&] { return redis.received("LRANGE") == 1; }));
    for (int i = 0; i < 20; i++) {
        HttpClient client = edge.nginx->client();
        client.send(
            {.path = "/beacon", .headers = visitor("o"), .method = "POST", .body = beacon("P01")});
        client.socket().abort();
    }
    redis.release();
    BOOST_CHECK(waiting.finish({}).complete);
    BOOST_CHECK_EQUAL(edge.post("/beacon", beacon("P01"), visitor("o")).status, 204);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
