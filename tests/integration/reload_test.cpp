// Reload and exit: no failed request, no leak, no worker that does not leave.
#include <boost/test/unit_test.hpp>

#include <atomic>

#include <csignal>

#include "integration/support/edge.hpp"
#include "integration/support/fake_redis.hpp"
#include "integration/support/load.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

constexpr std::size_t kReloads = 200;
constexpr std::size_t kWarmUp = 20;
constexpr std::size_t kAllowedGrowth = 2 * 1024 * 1024;

bool sanitized() {
    return !environment("PERSONALIZE_PRELOAD").empty();
}

// Every directive that makes something of its own while the configuration is read.
EdgeOptions everything() {
    return {.location =
                "personalize_widget '#w1' recent,popular limit=4 min=2 template=tile;\n"
                "personalize_listing '#list' item=.tile;\n"
                "personalize_event view_item item=$arg_id;",
            .server = "location /b { personalize_events; }",
            .http = "personalize_context country $arg_c; personalize_rules @dir@/rules.lua;",
            .workers = 2};
}

struct ReloadShop {
    ReloadShop() : edge(options()) {}
    TempDir dir;
    Edge edge;

  private:
    EdgeOptions options() {
        dir.write("rules.lua", R"(
segment "all" { when = function(visitor) return true end }
rule "pin" { pin = 1, match = function(item) return item.id == "P11" end }
)");
        EdgeOptions options = everything();
        options.http.replace(options.http.find("@dir@"), 5, dir.path());
        return options;
    }
};

Request beacon() {
    return {.path = "/b",
            .headers = visitor("b"),
            .method = "POST",
            .body = R"({"name":"view_item","params":{"items":[{"item_id":"P03"}]}})"};
}

// Empty when a beacon was stored, or refused as promised.
std::string wrong_beacon(const Response& response) {
    const bool right = response.complete && (response.status == 204 || response.status == 503);
    return right ? "" : "status " + std::to_string(response.status) + " " + response.problem;
}

EdgeOptions beacons(std::string timeout) {
    return {.server = "location /b { personalize_events; }",
            .redis = false,
            .timeout = std::move(timeout)};
}

// A beacon that Redis has not answered yet: its commands stand behind a lookup that is held up and
// whose client is gone.
HttpClient waiting_beacon(const Edge& edge, const FakeRedis& redis) {
    HttpClient page = edge.nginx->client();
    page.send({.path = "/", .headers = visitor("v")});
    BOOST_REQUIRE(wait_until([&] { return redis.received("LRANGE") == 1; }));
    HttpClient client = edge.nginx->client();
    client.send(beacon());
    BOOST_REQUIRE(edge.status_reaches("events", 1));
    return client;
}

void check_quits(Nginx& nginx) {
    const auto took = nginx.quit();
    BOOST_REQUIRE_MESSAGE(took.has_value(), "nginx did not end:\n" << nginx.log());
    BOOST_TEST_MESSAGE("nginx ended in " << took->count() << " ms");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(reload)

BOOST_AUTO_TEST_CASE(two_hundred_reloads_under_load) {
    ReloadShop shop;
    std::atomic<std::size_t> beacons{0}, stored{0};
    const auto check = [&](const Request& request, const Response& response) {
        if (request.method == "POST") {
            beacons++;
            stored += response.status == 204;
            return wrong_beacon(response);
        }
        if (response.status != 200 || !response.complete) {
            return "status " + std::to_string(response.status) + " " + response.problem;
        }
        // A new worker's first pages may come before its Redis: the origin's bytes.
        const List tiles = tiles_of(response.body, "w1");
        const bool right = response.body == home_page() || (tiles.size() == 4 && tiles[0] == "P11");
        return right ? std::string() : "unexpected page: " + response.body;
    };
    const auto ask = [](std::size_t number) {
        return number % 2 == 0 ? beacon()
                               : Request{.path = "/?id=P03",
                                         .headers = visitor("v" + std::to_string(number % 50))};
    };
    Load load(shop.edge.nginx->address(), 3, ask, check);
    const std::size_t reloads = sanitized() ? kReloads / 4 : kReloads;
    std::size_t before = 0;
    for (std::size_t i = 0; i < reloads; i++) {
        BOOST_REQUIRE_MESSAGE(shop.edge.nginx->reload(), "reload " << i << " did not happen");
        if (i == kWarmUp) {
            before = resident_bytes(shop.edge.nginx->master());
        }
    }
    const std::size_t after = resident_bytes(shop.edge.nginx->master());
    load.stop();
    BOOST_CHECK_MESSAGE(load.failures() == 0, load.failures()
                                                  << " of " << load.requests() << " wrong:\n"
                                                  << load.messages());
    BOOST_CHECK_MESSAGE(stored > beacons * 9 / 10, stored << " of " << beacons << " stored");
    BOOST_TEST_MESSAGE(load.requests() << " requests; master grew by "
                                       << (static_cast<double>(after) - before) / 1024 << " KB");
    // A sanitizer keeps freed memory on purpose.
    BOOST_CHECK(sanitized() || after < before + kAllowedGrowth);
}

BOOST_AUTO_TEST_CASE(reload_puts_a_new_configuration_in_force) {
    Edge edge;
    CHECK_LIST(tiles_of(edge.get("/").body, "w1"), "P01 P02 P03 P04");
    std::string config = edge.config();
    const std::string limit = "limit=4";
    config.replace(config.find(limit), limit.size(), "limit=2");
    edge.nginx->configure(config);
    BOOST_REQUIRE(edge.nginx->reload());
    CHECK_LIST(tiles_of(edge.get("/").body, "w1"), "P01 P02");
}

BOOST_AUTO_TEST_CASE(broken_configuration_leaves_the_old_one_in_force) {
    Edge edge;
    edge.nginx->expect_in_log("personalize_widget");
    edge.nginx->configure("personalize_widget x y; " + edge.config());
    BOOST_CHECK(!edge.nginx->reload(1s));
    CHECK_LIST(tiles_of(edge.get("/").body, "w1"), "P01 P02 P03 P04");
}

BOOST_AUTO_TEST_CASE(counters_survive_a_reload) {
    Edge edge;
    edge.get("/");
    BOOST_REQUIRE(edge.status_reaches("requests.popular", 1));
    BOOST_REQUIRE(edge.nginx->reload());
    BOOST_CHECK_EQUAL(edge.status("requests.popular"), 1);
}

BOOST_AUTO_TEST_CASE(module_loaded_but_not_used) {
    const TempDir dir;
    Nginx nginx(dir, "server { listen @listen@; location / { return 200 'plain'; } }");
    BOOST_CHECK_EQUAL(nginx.client().get("/").body, "plain");
    for (int i = 0; i < 3; i++) {
        BOOST_CHECK(nginx.reload());
    }
    BOOST_CHECK_EQUAL(nginx.client().get("/").body, "plain");
    check_quits(nginx);
}

BOOST_AUTO_TEST_CASE(directives_come_and_go_with_reloads) {
    Edge edge;
    for (int i = 0; i < 3; i++) {
        edge.nginx->configure("server { listen @listen@; location / { return 200 'plain'; } }");
        BOOST_REQUIRE(edge.nginx->reload());
        BOOST_CHECK_EQUAL(edge.get("/").body, "plain");
        edge.nginx->configure(edge.config());
        BOOST_REQUIRE(edge.nginx->reload());
        CHECK_LIST(tiles_of(edge.get("/").body, "w1"), "P01 P02 P03 P04");
    }
}

BOOST_AUTO_TEST_CASE(quits_with_an_idle_redis_connection) {
    Edge edge;
    edge.get("/", visitor("v"));
    check_quits(*edge.nginx);
}

BOOST_AUTO_TEST_CASE(quits_with_a_dead_redis) {
    Edge edge;
    edge.redis->kill9();
    edge.get("/", visitor("v"));
    check_quits(*edge.nginx);
}

BOOST_AUTO_TEST_CASE(quits_with_a_frozen_redis) {
    Edge edge;
    edge.redis->freeze();
    check_quits(*edge.nginx);
    edge.redis->thaw();
}

BOOST_AUTO_TEST_CASE(quits_with_a_lookup_in_flight_and_the_page_is_whole) {
    Edge edge({.redis = false, .timeout = "300ms"});
    FakeRedis redis(edge.dir / "redis.sock");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    redis.hold();
    HttpClient client = edge.nginx->client();
    client.send({.path = "/", .headers = visitor("v")});
    client.read_until("Welcome");
    check_quits(*edge.nginx);
    const Response page = client.finish({});
    BOOST_CHECK(page.complete);
    BOOST_CHECK_EQUAL(page.body, home_page());
    redis.release();
}

BOOST_AUTO_TEST_CASE(beacon_in_flight_is_answered_by_a_worker_that_quits) {
    Edge edge(beacons("5s"));
    FakeRedis redis(edge.dir / "redis.sock");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    redis.hold();
    HttpClient client = waiting_beacon(edge, redis);
    ::kill(edge.nginx->master(), SIGQUIT);
    BOOST_REQUIRE(edge.nginx->logged("gracefully shutting down"));
    redis.release();
    BOOST_CHECK_EQUAL(client.finish(beacon()).status, 204);
    check_quits(*edge.nginx);
}

BOOST_AUTO_TEST_CASE(beacon_to_a_frozen_redis_is_answered_over_a_reload) {
    EdgeOptions options = beacons("1s");
    options.redis = true;
    Edge edge(options);
    edge.redis->freeze();
    HttpClient client = edge.nginx->client();
    client.send(beacon());
    BOOST_REQUIRE(edge.status_reaches("events", 1));
    BOOST_CHECK(edge.nginx->reload());
    BOOST_CHECK_EQUAL(client.finish(beacon()).status, 503);
    edge.redis->thaw();
}

// Bytes come, so the link lives; but none of them are for the beacon.
BOOST_AUTO_TEST_CASE(beacon_has_a_deadline_of_its_own) {
    Edge edge(beacons("50ms"));
    FakeRedis redis(edge.dir / "redis.sock");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    redis.trickle();
    HttpClient client = waiting_beacon(edge, redis);
    BOOST_CHECK_EQUAL(client.finish(beacon()).status, 503);
    BOOST_CHECK_EQUAL(redis.connections(), 1);
    redis.release();
}

BOOST_AUTO_TEST_CASE(old_worker_finishes_its_pages_after_a_reload) {
    Edge edge({.redis = false});
    FakeRedis redis(edge.dir / "redis.sock");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    redis.hold();
    HttpClient client = edge.nginx->client();
    client.send({.path = "/", .headers = visitor("v")});
    client.read_until("Welcome");
    BOOST_REQUIRE(edge.nginx->reload());
    redis.release();
    const Response page = client.finish({});
    BOOST_CHECK(page.complete);
    BOOST_CHECK_EQUAL(without_widgets(page.body), without_widgets(home_page()));
}

BOOST_AUTO_TEST_CASE(impressions_that_wait_are_not_lost_when_a_worker_leaves) {
    Edge edge;
    HttpClient client = edge.nginx->client();
    for (int i = 0; i < 10; i++) {
        client.get("/", visitor("v"));
    }
    check_quits(*edge.nginx);
    // Two widgets on each page.
    BOOST_CHECK_EQUAL(edge.redis->client().integer({"XLEN", "pz:events:0"}), 20);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
