// personalize_forget: who asks is forgotten, and only who asks.
#include <boost/test/unit_test.hpp>

#include "integration/support/edge.hpp"
#include "integration/support/fake_redis.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

const EdgeOptions kShop = {
    .server =
        "location = /forget { personalize_forget; }\n"
        "location = /forget/all { personalize_forget cookie=vid cookie=VID_old domain=.shop.test; "
        "}\n"
        "location = /item { proxy_pass http://origin; personalize_event view_item item=$arg_id; }"};

Headers from(std::string_view who, Headers headers) {
    headers.emplace_back("Cookie", "vid=" + std::string(who));
    return headers;
}

const Headers kOwnPage = {{"Sec-Fetch-Site", "same-origin"}};

Response forget(const Edge& edge, const Headers& headers, const std::string& path = "/forget") {
    return edge.nginx->client().fetch({.path = path, .headers = headers, .method = "POST"});
}

// A visitor of whom events and traits are kept.
void know(const Edge& edge, const std::string& who) {
    edge.remember(who, {event("view_item", "P09")});
    edge.redis->client().command({"HSET", "pz:{" + who + "}:traits", "name", "A", "segment", "s"});
}

std::int64_t keys_of(const Edge& edge, const std::string& who) {
    return edge.redis->client().integer(
        {"EXISTS", "pz:{" + who + "}:events", "pz:{" + who + "}:traits"});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(forget_endpoint)

BOOST_AUTO_TEST_CASE(erases_what_is_kept_of_who_asks) {
    Edge edge(kShop);
    know(edge, "anna");
    know(edge, "bert");
    const Response response = forget(edge, from("anna", kOwnPage));
    BOOST_CHECK_EQUAL(response.status, 204);
    BOOST_CHECK_EQUAL(response.body, "");
    BOOST_CHECK_EQUAL(response.header("Set-Cookie").value_or(""),
                      "vid=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
    BOOST_CHECK_EQUAL(keys_of(edge, "anna"), 0);
    BOOST_CHECK_EQUAL(keys_of(edge, "bert"), 2);
    CHECK_LIST(tiles_of(edge.get("/", visitor("anna")).body, "w1"), "P01 P02 P03 P04");
    BOOST_CHECK_EQUAL(edge.status("forgets"), 1);
}

BOOST_AUTO_TEST_CASE(what_was_recorded_before_is_gone_too) {
    Edge edge(kShop);
    edge.origin.page("/item", {"<p>item</p>"});
    HttpClient client = edge.nginx->client();
    for (int i = 0; i < 20; i++) {
        client.get("/item?id=P01", visitor("anna"));
    }
    BOOST_CHECK_EQUAL(forget(edge, from("anna", kOwnPage)).status, 204);
    BOOST_CHECK_EQUAL(keys_of(edge, "anna"), 0);
}

BOOST_AUTO_TEST_CASE(needs_neither_consent_nor_personalization) {
    EdgeOptions options = kShop;
    options.http = "personalize_consent $cookie_consent;";
    options.server += "location = /forget/off { personalize off; personalize_forget; }";
    Edge edge(options);
    know(edge, "anna");
    BOOST_CHECK_EQUAL(forget(edge, from("anna", kOwnPage)).status, 204);
    BOOST_CHECK_EQUAL(keys_of(edge, "anna"), 0);
    know(edge, "anna");
    BOOST_CHECK_EQUAL(forget(edge, from("anna", kOwnPage), "/forget/off").status, 204);
    BOOST_CHECK_EQUAL(keys_of(edge, "anna"), 0);
}

BOOST_AUTO_TEST_CASE(cookies_that_are_named_expire) {
    Edge edge(kShop);
    const Response response = forget(edge, from("anna", kOwnPage), "/forget/all");
    BOOST_REQUIRE_EQUAL(response.count("Set-Cookie"), 2);
    BOOST_CHECK_EQUAL(response.header("Set-Cookie").value_or(""),
                      "vid=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; "
                      "Domain=.shop.test");
}

BOOST_AUTO_TEST_CASE(only_a_page_of_this_site_may_ask) {
    Edge edge(kShop);
    know(edge, "anna");
    const std::vector<Headers> strangers = {
        {},
        {{"Sec-Fetch-Site", "cross-site"}},
        {{"Sec-Fetch-Site", "none"}},
        {{"Sec-Fetch-Site", "cross-site"}, {"Origin", "http://shop.test"}},
        {{"Origin", "null"}},
        {{"Origin", "http://evil.example"}},
        {{"Origin", "http://shop.test.evil.example"}},
        {{"Origin", "http://shop.test:8080"}},
        {{"Origin", "shop.test"}}};
    for (const Headers& headers : strangers) {
        const Response response = forget(edge, from("anna", headers));
        BOOST_CHECK_EQUAL(response.status, 403);
        BOOST_CHECK(response.body.find("Sec-Fetch-Site") != std::string::npos);
        BOOST_CHECK(!response.has("Set-Cookie"));
    }
    BOOST_CHECK_EQUAL(keys_of(edge, "anna"), 2);
    for (const Headers& headers : std::vector<Headers>{{{"Sec-Fetch-Site", "same-site"}},
                                                       {{"Origin", "http://shop.test"}},
                                                       {{"Origin", "https://SHOP.test"}}}) {
        know(edge, "anna");
        BOOST_CHECK_EQUAL(forget(edge, from("anna", headers)).status, 204);
        BOOST_CHECK_EQUAL(keys_of(edge, "anna"), 0);
    }
}

BOOST_AUTO_TEST_CASE(other_methods_erase_nothing) {
    Edge edge(kShop);
    know(edge, "anna");
    HttpClient client = edge.nginx->client();
    for (const char* method : {"GET", "HEAD", "PUT", "DELETE"}) {
        const Response response =
            client.fetch({.path = "/forget", .headers = from("anna", kOwnPage), .method = method});
        BOOST_CHECK_EQUAL(method + std::to_string(response.status), method + std::string("405"));
    }
    BOOST_CHECK_EQUAL(keys_of(edge, "anna"), 2);
}

BOOST_AUTO_TEST_CASE(nobody_is_forgotten_easily) {
    Edge edge(kShop);
    const auto keys = edge.redis->client().integer({"DBSIZE"});
    BOOST_CHECK_EQUAL(forget(edge, kOwnPage).status, 204);
    BOOST_CHECK_EQUAL(forget(edge, from("a/b", kOwnPage)).status, 204);
    BOOST_CHECK_EQUAL(edge.redis->client().integer({"DBSIZE"}), keys);
    BOOST_CHECK_EQUAL(forget(edge, from("unknown", kOwnPage)).status, 204);
    BOOST_CHECK_EQUAL(edge.redis->client().integer({"DBSIZE"}), keys + 1);  // the queue
}

// What is kept may be kept elsewhere: nothing is promised.
BOOST_AUTO_TEST_CASE(promises_nothing_without_visitor_or_redis) {
    EdgeOptions options = kShop;
    options.server += "location = /forget/nobody { personalize_visitor off; personalize_forget; }";
    Edge edge(options);
    BOOST_CHECK_EQUAL(forget(edge, from("anna", kOwnPage), "/forget/nobody").status, 503);
    options.redis_url = "none";
    options.redis = false;
    Edge alone(options);
    const Response response = forget(alone, from("anna", kOwnPage));
    BOOST_CHECK_EQUAL(response.status, 503);
    BOOST_CHECK(!response.has("Set-Cookie"));
}

BOOST_AUTO_TEST_CASE(says_so_when_redis_is_away) {
    Edge edge(kShop);
    edge.redis->kill9();
    for (int i = 0; i < 3; i++) {
        const Response response = forget(edge, from("anna", kOwnPage));
        BOOST_CHECK_EQUAL(response.status, 503);
        BOOST_CHECK(response.body.find("ask again later") != std::string::npos);
        BOOST_CHECK(!response.has("Set-Cookie"));
    }
    BOOST_CHECK_EQUAL(edge.status("forgets_failed"), 3);
    edge.redis->start();
    BOOST_CHECK(wait_until([&] { return forget(edge, from("anna", kOwnPage)).status == 204; }));
}

// The keys, or to remember for the streams.
BOOST_AUTO_TEST_CASE(says_so_when_redis_refuses) {
    for (const std::string refused : {"UNLINK", "ZADD"}) {
        EdgeOptions options = kShop;
        options.redis = false;
        Edge edge(options);
        const FakeRedis redis(edge.dir / "redis.sock", [&](const FakeRedis::Command& command) {
            return command[0] == refused ? "-NOPERM\r\n"
                   : command[0] == "UNLINK" || command[0] == "ZADD"
                       ? ":1\r\n"
                       : FakeRedis::empty_answer(command);
        });
        BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
        const Response response = forget(edge, from("anna", kOwnPage));
        BOOST_CHECK_EQUAL(response.status, 503);
        BOOST_CHECK(!response.has("Set-Cookie"));
    }
}

BOOST_AUTO_TEST_CASE(client_may_go_away_while_it_waits) {
    EdgeOptions options = kShop;
    options.redis = false;
    Edge edge(options);
    FakeRedis redis(edge.dir / "redis.sock", [](const FakeRedis::Command& command) {
        return command[0] == "UNLINK" || command[0] == "ZADD" ? ":0\r\n"
                                                              : FakeRedis::empty_answer(command);
    });
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    redis.hold();
    HttpClient waiting = edge.nginx->client();
    waiting.send({.path = "/", .headers = visitor("o")});  // its LRANGE holds up all behind it
    BOOST_REQUIRE(wait_until([&] { return redis.received("LRANGE") == 1; }));
    HttpClient client = edge.nginx->client();
    client.send({.path = "/forget", .headers = from("o", kOwnPage), .method = "POST"});
    client.socket().abort();
    redis.release();
    BOOST_CHECK(waiting.finish({}).complete);
    BOOST_CHECK_EQUAL(forget(edge, from("o", kOwnPage)).status, 204);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
