// A network that is slow, that loses its peers without a word, and that carries large answers.
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <ctime>
#include <string>

#include "integration/support/fake_redis.hpp"
#include "integration/support/proxy.hpp"
#include "integration/topology_edge.hpp"

namespace pz::test {

namespace {

// A real server behind a network of ours.
struct Distant {
    TempDir dir;
    RedisNode redis{dir, "distant"};
    Address address = "127.0.0.1:" + std::to_string(free_port());
    Proxy proxy{address, redis.address()};

    EdgeOptions edge(const std::string& timeout) const {
        EdgeOptions options = edge_of("redis://" + address);
        options.timeout = timeout;
        options.workers = 1;
        return options;
    }
    void remember(const std::string& who, std::size_t item) const {
        redis.command({"LPUSH", "pz:{" + who + "}:events",
                       "view_item " + item_id(item) + " " + std::to_string(std::time(nullptr))});
    }
};

void print_recovery(const Edge& edge, const std::string& who, std::string_view after) {
    const auto began = std::chrono::steady_clock::now();
    BOOST_CHECK(wait_until([&] { return shown(edge, who).starts_with("P"); }));
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - began);
    BOOST_TEST_MESSAGE("personal again " << took.count() << " ms after " << after);
}

// A reply of `bytes` or somewhat more: events as long as they may be, the newest of item 5.
std::string large_list(std::size_t bytes) {
    std::string elements;
    std::size_t count = 0;
    while (elements.size() < bytes) {
        std::string event = "view_item " + item_id(count == 0 ? 5 : 1 + count % 4) + " 1763660000";
        for (char key = 'a'; event.size() < 1800; ++key) {
            event += " x" + std::string(1, key) + "=" + std::string(190, key);
        }
        elements += "$" + std::to_string(event.size()) + "\r\n" + event + "\r\n";
        ++count;
    }
    return "*" + std::to_string(count) + "\r\n" + elements;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_network)

BOOST_AUTO_TEST_CASE(a_reply_of_a_megabyte) {
    const std::string list = large_list(1024 * 1024);
    const Address address = "127.0.0.1:" + std::to_string(free_port());
    const FakeRedis redis(address, [&](const FakeRedis::Command& command) {
        return command[0] == "LRANGE" ? list : FakeRedis::empty_answer(command);
    });
    EdgeOptions options = edge_of("redis://" + address);
    options.timeout = "10s";
    Edge edge(options);
    BOOST_REQUIRE(ready(edge));
    for (int i = 0; i < 5; i++) {
        BOOST_CHECK(shown(edge, "v").starts_with("P05"));
    }
    BOOST_CHECK_EQUAL(edge.status("lookup_failures"), 0);
    BOOST_CHECK_EQUAL(redis.connections(), 2U);  // one for each worker
}

BOOST_AUTO_TEST_CASE(a_slow_network_is_waited_for_in_time) {
    Distant distant;
    distant.remember("v", 4);
    Edge edge(distant.edge("10s"));
    BOOST_REQUIRE(ready(edge));
    distant.proxy.delay(50ms);
    for (int i = 0; i < 3; i++) {
        BOOST_CHECK_EQUAL(shown(edge, "v"), "P04");
    }
    BOOST_CHECK_EQUAL(edge.status("lookup_timeouts"), 0);
    BOOST_CHECK_EQUAL(distant.proxy.connections(), 1U);
}

BOOST_AUTO_TEST_CASE(a_network_too_slow_costs_the_page_nothing_else) {
    Distant distant;
    distant.remember("v", 4);
    Edge edge(distant.edge("5ms"));
    BOOST_REQUIRE(ready(edge));
    distant.proxy.delay(200ms);
    for (int i = 0; i < 20; i++) {
        const Response page = edge.get("/", visitor("v"));
        BOOST_CHECK(page.complete);
        BOOST_CHECK_EQUAL(page.body, home_page());
        BOOST_CHECK(edge.result(static_cast<std::size_t>(i)).starts_with("passed:"));
    }
    distant.proxy.delay(0ms);
    print_recovery(edge, "v", "200 ms of delay");
}

// No reset, no end of the stream: only the missing answers tell.
BOOST_AUTO_TEST_CASE(a_peer_that_is_gone_without_a_word) {
    Distant distant;
    distant.remember("v", 4);
    Edge edge(distant.edge("100ms"));
    BOOST_REQUIRE(ready(edge));
    BOOST_CHECK(wait_until([&] { return shown(edge, "v") == "P04"; }));
    distant.proxy.black_out(true);
    BOOST_CHECK_EQUAL(edge.get("/", visitor("v")).body, home_page());
    // Noticed even when nobody asks, by the probes.
    BOOST_CHECK(wait_until([&] { return !edge.redis_ready(); }));
    BOOST_CHECK_EQUAL(edge.get("/", visitor("v")).body, home_page());
    BOOST_CHECK_EQUAL(send_event(edge, "v", 5), 503);
    distant.proxy.black_out(false);
    print_recovery(edge, "v", "a half-open connection");
    BOOST_CHECK_GE(distant.proxy.connections(), 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
