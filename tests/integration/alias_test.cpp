// personalize_alias: on login, the anonymous visitor's events join the customer's.
#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <ctime>
#include <set>
#include <utility>

#include "integration/support/edge.hpp"
#include "integration/support/fake_redis.hpp"
#include "integration/support/print.hpp"
#include "integration/support/topology.hpp"

namespace pz::test {

namespace {

const EdgeOptions kShop = {
    .server =
        "location = /login { proxy_pass http://origin; proxy_hide_header X-Customer;\n"
        "                    personalize_alias $cookie_vid $upstream_http_x_customer; }\n"
        "location = /login/off { proxy_pass http://origin; personalize_alias off; }\n"
        "location = /both { proxy_pass http://origin; personalize_event login;\n"
        "                   personalize_alias $cookie_vid $upstream_http_x_customer; }",
    .http = "personalize_consent $arg_consent; personalize_retention 6 1h;"};

Page welcome(const std::string& customer, int status = 302) {
    Headers headers = {{"X-Customer", customer}};
    if (status == 302) {
        headers.emplace_back("Location", "/");
    }
    return {"", "text/html", status, headers};
}

Response login(const Edge& edge, std::string_view who, const std::string& path = "/login") {
    return edge.post(path + "?consent=1", "user=a&password=b", visitor(who));
}

List items(const List& events) {
    List list;
    for (const std::string& event : events) {
        const std::size_t begin = event.find(' ') + 1;
        list.push_back(event.substr(begin, event.find(' ', begin) - begin));
    }
    return list;
}

// Oldest first: 9, 7, 5 minutes ago.
void look_around(const Edge& edge, std::string_view who) {
    edge.remember(who, {event("view_item", "P01", 540), event("view_item", "P02", 420),
                        event("add_to_cart", "P03", 300)});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(alias)

BOOST_AUTO_TEST_CASE(events_join_in_order_of_time) {
    Edge edge(kShop);
    edge.origin.page("/login", welcome("c-1"));
    look_around(edge, "anon");
    edge.remember("c-1", {event("purchase", "P11", 480), event("view_item", "P12", 360)});
    const Response response = login(edge, "anon");
    BOOST_CHECK_EQUAL(response.status, 302);
    BOOST_CHECK(response.complete);
    BOOST_CHECK(!response.has("X-Customer"));
    CHECK_LIST(items(edge.events("c-1")), "P03 P12 P02 P11 P01");
    const auto ttl = edge.redis->client().integer({"TTL", "pz:{c-1}:events"});
    BOOST_CHECK_MESSAGE(ttl > 3500 && ttl <= 3600, "TTL " << ttl);
    BOOST_CHECK(wait_until([&] { return edge.events("anon").empty(); }));
    BOOST_CHECK_EQUAL(edge.status("joins"), 1);
    // What was learned once is not learned again.
    BOOST_CHECK_EQUAL(edge.redis->client().integer({"EXISTS", "pz:events:0"}), 0);
}

// Also of a visitor who has only seen pages: their impressions are in the stream.
BOOST_AUTO_TEST_CASE(it_is_remembered_who_they_were) {
    Edge edge(kShop);
    edge.origin.page("/login", welcome("c-1"));
    BOOST_CHECK_EQUAL(login(edge, "anon").status, 302);
    const auto score = [&](const std::string& who) {
        return edge.redis->client().command({"ZSCORE", "pz:{c-1}:aliases", who}).text;
    };
    BOOST_CHECK_LE(std::abs(std::stoll("0" + score("anon")) - std::time(nullptr)), 60);
    look_around(edge, "anon2");
    BOOST_CHECK_EQUAL(login(edge, "anon2").status, 302);
    BOOST_CHECK(!score("anon2").empty());
    const auto ttl = edge.redis->client().integer({"TTL", "pz:{c-1}:aliases"});
    BOOST_CHECK_MESSAGE(ttl > 3500 && ttl <= 3600, "TTL " << ttl);
}

BOOST_AUTO_TEST_CASE(the_next_page_knows) {
    Edge edge(kShop);
    edge.origin.page("/login", welcome("c-1", 200));
    for (std::size_t i = 5; i < 15; i++) {
        edge.remember("anon", {event("view_item", item_id(i))});
        login(edge, "anon");
        const auto tiles = tiles_of(edge.get("/?consent=1", visitor("c-1")).body, "w1");
        BOOST_REQUIRE(!tiles.empty());
        BOOST_CHECK_EQUAL(tiles[0], item_id(i));
    }
}

BOOST_AUTO_TEST_CASE(response_ends_when_redis_has_joined_them) {
    EdgeOptions options = kShop;
    options.redis = false;
    options.timeout = "30s";
    Edge edge(options);
    edge.origin.page("/login", welcome("c-1"));
    FakeRedis redis(edge.dir / "redis.sock");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    redis.hold();
    HttpClient client = edge.nginx->client();
    client.send({.path = "/login?consent=1", .headers = visitor("anon")});
    BOOST_REQUIRE(wait_until([&] { return redis.received("LRANGE") == 1; }));
    BOOST_CHECK_EQUAL(client.read_until("HTTP", 50ms).find("HTTP"), std::string::npos);
    redis.release();
    const Response response = client.finish({});
    BOOST_CHECK_EQUAL(response.status, 302);
    BOOST_CHECK(response.complete);
}

BOOST_AUTO_TEST_CASE(again_adds_nothing) {
    Edge edge(kShop);
    edge.origin.page("/login", welcome("c-1"));
    look_around(edge, "anon");
    const List before = edge.events("anon");
    login(edge, "anon");
    BOOST_REQUIRE(wait_until([&] { return edge.events("anon").empty(); }));
    const List after = edge.events("c-1");
    login(edge, "anon");
    CHECK_LIST(edge.events("c-1"), joined(after));
    // As if the last login had ended before it took them from the anonymous list; one is new.
    edge.remember("anon", {before.rbegin(), before.rend()});
    edge.remember("anon", {event("view_item", "P04", 60)});
    login(edge, "anon");
    CHECK_LIST(items(edge.events("c-1")), "P04 P03 P02 P01");
    BOOST_CHECK(wait_until([&] { return edge.events("anon").empty(); }));
}

BOOST_AUTO_TEST_CASE(equal_events_of_the_anonymous_visitor_all_join) {
    Edge edge(kShop);
    edge.origin.page("/login", welcome("c-1"));
    const std::string twice = event("add_to_cart", "P03", 60);
    edge.remember("anon", {twice, twice});
    edge.remember("c-1", {twice});
    login(edge, "anon");
    CHECK_LIST(items(edge.events("c-1")), "P03 P03");
}

BOOST_AUTO_TEST_CASE(the_newest_stay) {
    Edge edge(kShop);
    edge.origin.page("/login", welcome("c-1"));
    look_around(edge, "anon");
    edge.remember("c-1", {event("view_item", "P11", 900), event("view_item", "P12", 800),
                          event("view_item", "P13", 350), event("view_item", "P14", 340),
                          event("view_item", "P15", 330), event("view_item", "P16", 100)});
    login(edge, "anon");
    CHECK_LIST(items(edge.events("c-1")), "P16 P03 P15 P14 P13 P02");
}

BOOST_AUTO_TEST_CASE(what_is_no_event_stays_where_it_is) {
    Edge edge(kShop);
    edge.origin.page("/login", welcome("c-1"));
    edge.remember("anon", {"nonsense", event("view_item", "P01", 60), "view_item P02 soon"});
    edge.remember("c-1", {"more nonsense"});
    login(edge, "anon");
    CHECK_LIST(items(edge.events("c-1")), "nonsense P01");
    BOOST_CHECK(wait_until([&] { return edge.events("anon").size() == 2; }));
}

BOOST_AUTO_TEST_CASE(nothing_joins_without_a_login_that_succeeds) {
    Edge edge(kShop);
    look_around(edge, "anon");
    edge.origin.page("/login/off", welcome("c-1"));
    login(edge, "anon", "/login/off");
    for (const std::string& customer : {std::string(), std::string("a/b"), std::string("anon")}) {
        edge.origin.page("/login", welcome(customer));
        login(edge, "anon");
    }
    edge.origin.page("/login", welcome("c-1", 401));
    login(edge, "anon");
    edge.origin.page("/login", welcome("c-1"));
    login(edge, "a/b");
    edge.post("/login?consent=0", "", visitor("anon"));
    Headers bot = visitor("anon");
    bot.emplace_back("User-Agent", "Googlebot/2.1");
    edge.post("/login?consent=1", "", bot);
    BOOST_CHECK_EQUAL(edge.events("anon").size(), 3);
    BOOST_CHECK(edge.events("c-1").empty());
    BOOST_CHECK_EQUAL(edge.status("joins"), 0);
}

BOOST_AUTO_TEST_CASE(beside_an_event_of_the_same_request) {
    Edge edge(kShop);
    edge.origin.page("/both", welcome("c-1", 200));
    look_around(edge, "anon");
    BOOST_CHECK(login(edge, "anon", "/both").complete);
    // The event is of who asked for the page: joined too, or left to them, whichever was first.
    const List joined = items(edge.events("c-1"));
    BOOST_CHECK_GE(joined.size(), 3);
    BOOST_CHECK_EQUAL(joined.size() + edge.events("anon").size(), 4);
    BOOST_CHECK_EQUAL(edge.stream().size(), 1);
}

BOOST_AUTO_TEST_CASE(the_two_may_live_on_different_servers) {
    const TempDir dir;
    RedisCluster cluster(dir, 3);
    EdgeOptions options = kShop;
    options.redis = false;
    options.redis_url = cluster.url();
    Edge edge(options);
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    std::set<std::pair<std::size_t, std::size_t>> pairs;
    for (int i = 0; i < 12; i++) {
        const std::string from = "pz:{anon" + std::to_string(i) + "}:events";
        const std::string to = "pz:{c-" + std::to_string(i) + "}:events";
        pairs.emplace(cluster.holder(from), cluster.holder(to));
        cluster.command(from, {"LPUSH", from, event("view_item", "P01", 60)});
        cluster.command(to, {"LPUSH", to, event("view_item", "P02", 90)});
        edge.origin.page("/login", welcome("c-" + std::to_string(i)));
        BOOST_CHECK_EQUAL(login(edge, "anon" + std::to_string(i)).status, 302);
        CHECK_LIST(items(cluster.command(to, {"LRANGE", to, "0", "-1"}).texts()), "P01 P02");
        BOOST_CHECK(wait_until([&] {
            return cluster.command(from, {"EXISTS", from}).integer == 0;
        }));
    }
    BOOST_CHECK_GT(pairs.size(), 2);
}

BOOST_AUTO_TEST_CASE(login_goes_on_without_redis) {
    Edge edge(kShop);
    edge.origin.page("/login", welcome("c-1"));
    edge.redis->kill9();
    for (int i = 0; i < 3; i++) {
        const Response response = login(edge, "anon");
        BOOST_CHECK_EQUAL(response.status, 302);
        BOOST_CHECK(response.complete);
    }
    BOOST_CHECK_EQUAL(edge.status("joins_failed"), 3);
}

BOOST_AUTO_TEST_CASE(login_is_in_time_when_redis_is_not) {
    EdgeOptions options = kShop;
    options.redis = false;
    options.timeout = "100ms";
    Edge edge(options);
    edge.origin.page("/login", welcome("c-1"));
    FakeRedis redis(edge.dir / "redis.sock");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    redis.hold();
    const Response response = login(edge, "anon");
    BOOST_CHECK_EQUAL(response.status, 302);
    BOOST_CHECK(response.complete);
    redis.release();
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_nonsense_ends_it) {
    EdgeOptions options = kShop;
    options.redis = false;
    Edge edge(options);
    edge.origin.page("/login", welcome("c-1"));
    const std::string text = event("view_item", "P01");
    const FakeRedis redis(edge.dir / "redis.sock", [&](const FakeRedis::Command& command) {
        if (command[0] == "LRANGE") {
            return "*1\r\n$" + std::to_string(text.size()) + "\r\n" + text + "\r\n";
        }
        return command[0] == "EVAL" ? "-NOPERM no scripts here\r\n"
                                    : FakeRedis::empty_answer(command);
    });
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    BOOST_CHECK_EQUAL(login(edge, "anon").status, 302);
    BOOST_CHECK_EQUAL(edge.status("joins_failed"), 1);
    BOOST_CHECK_EQUAL(redis.received("EVAL"), 1);
    BOOST_CHECK_EQUAL(redis.received("LREM"), 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
