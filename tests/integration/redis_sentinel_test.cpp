// A primary with replicas: watched over by a Sentinel, or read from the nearest.
#include <boost/test/unit_test.hpp>

#include "integration/commands.hpp"
#include "integration/support/load.hpp"
#include "integration/support/socket.hpp"
#include "integration/topology_edge.hpp"

namespace pz::test {

namespace {

std::string info(const RedisNode& node) {
    return node.command({"INFO", "replication"}).text;
}

bool replicates(const RedisNode& primary) {
    return wait_until([&] { return info(primary).find("state=online") != std::string::npos; });
}

// A primary, its replica and a Sentinel that watches them.
struct Watched {
    TempDir dir;
    RedisNode primary{dir, "primary"};
    RedisNode replica{dir, "replica", {"--replicaof", "127.0.0.1", std::to_string(primary.port())}};
    unsigned port = free_port();
    Process sentinel;

    // `more`: lines of the Sentinel's configuration.
    explicit Watched(const std::string& more = {}) {
        dir.write("sentinel.conf", "port " + std::to_string(port) + "\nbind 127.0.0.1\ndir " +
                                       dir.path() + "\nsentinel monitor shop 127.0.0.1 " +
                                       std::to_string(primary.port()) +
                                       " 1\nsentinel down-after-milliseconds shop 500\n"
                                       "sentinel failover-timeout shop 2000\n" +
                                       more);
        sentinel = Process(
            {{environment("REDIS_BIN", "redis-server"), dir / "sentinel.conf", "--sentinel"},
             dir / "sentinel.log"});
        BOOST_REQUIRE(replicates(primary));
    }
    std::string url(std::string_view options = {}) const {
        return "redis+sentinel://127.0.0.1:" + std::to_string(port) + "/shop" +
               std::string(options);
    }
    bool knows_replica() const {
        return wait_until(
            [&] { return dir.read("sentinel.log").find("+slave slave") != std::string::npos; });
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_sentinel)

BOOST_AUTO_TEST_CASE(failover_under_load) {
    Watched watched;
    BOOST_REQUIRE(watched.knows_replica());
    Edge edge(edge_of(watched.url()));
    BOOST_REQUIRE(ready(edge));
    BOOST_REQUIRE_EQUAL(send_event(edge, "anna", 4), 204);
    BOOST_CHECK_EQUAL(shown(edge, "anna"), "P04");
    const auto whole = [](const Request&, const Response& page) {
        return page.status == 200 && page.complete ? std::string() : page.problem + "wrong";
    };
    Load load(
        edge.nginx->address(), 2,
        [](std::size_t n) {
            return Request{.path = "/", .headers = visitor("v" + std::to_string(n % 9))};
        },
        whole);
    BOOST_CHECK(load.more(100));
    watched.primary.kill9();
    const auto began = std::chrono::steady_clock::now();
    BOOST_REQUIRE(edge.status_reaches("redis_failures", 2));  // both workers know
    // An event waits for the successor, and is not refused before its time is over.
    const bool taken = send_event(edge, "anna", 5) == 204;
    BOOST_CHECK(taken || std::chrono::steady_clock::now() - began >= 1500ms);
    BOOST_CHECK(wait_until([&] { return send_event(edge, "anna", 5) == 204; }));
    print_recovery(began, "kill -9 of the primary");
    BOOST_CHECK(wait_until([&] { return shown(edge, "anna").starts_with("P05"); }));
    BOOST_CHECK(load.more(100));
    load.check(1s);
}

// Commands wait for the successor; the learner goes on there, and learns each event once.
BOOST_AUTO_TEST_CASE(commands_and_the_learner_follow_a_failover) {
    Watched watched;
    BOOST_REQUIRE(watched.knows_replica());
    const TempDir& dir = watched.dir;
    const std::string feed = dir.write("feed.tsv", kFeed);
    const auto import = [&](const std::string& into) {
        return run({program(), "import", feed, "--redis", watched.url()}, dir / into);
    };
    const Outcome before = import("before");
    BOOST_TEST(before.status == 0, before.output);
    Process learn({{program(), "learn", "--store", dir / "store", "--redis", watched.url(),
                    "--interval", "50ms"},
                   dir / "learn.log"});
    const auto add = [](const RedisNode& node) {
        return node
            .command({"XADD", "pz:events:0", "*", "v", "v", "e", "view_item", "i", "A", "t",
                      std::to_string(std::time(nullptr))})
            .text;
    };
    const auto learned = [&](const std::string& events) {
        return wait_until([&] { return contains(dir.read("learn.log"), ": 3 items, " + events); },
                          30s);
    };
    const std::string last = add(watched.primary);
    BOOST_TEST_REQUIRE(learned("1 events"), dir.read("learn.log"));
    BOOST_REQUIRE(wait_until([&] {
        const auto entries =
            watched.replica.command({"XREVRANGE", "pz:events:0", "+", "-", "COUNT", "1"}).elements;
        return !entries.empty() && entries[0].elements.at(0).text == last;
    }));
    watched.primary.kill9();
    const Outcome meanwhile = import("meanwhile");
    BOOST_TEST(meanwhile.status == 0, meanwhile.output);
    BOOST_TEST_REQUIRE(wait_until(
        [&] { return info(watched.replica).find("role:master") != std::string::npos; }, 30s));
    add(watched.replica);
    BOOST_TEST(learned("2 events"), dir.read("learn.log"));
    const Outcome after = import("after");
    BOOST_TEST(after.status == 0, after.output);
}

// Whoever is demoted closes no door behind it: writes wait for the successor.
BOOST_AUTO_TEST_CASE(an_ordered_failover) {
    Watched watched;
    BOOST_REQUIRE(watched.knows_replica());
    Edge edge(edge_of(watched.url()));
    BOOST_REQUIRE(ready(edge));
    const auto ordered = [&] {
        return run({"redis-cli", "-p", std::to_string(watched.port), "SENTINEL", "FAILOVER",
                    "shop"},
                   watched.dir / "cli.log")
                   .output.find("OK") != std::string::npos;
    };
    BOOST_REQUIRE(wait_until(ordered));
    std::size_t sent = 0;
    std::size_t refused = 0;
    BOOST_CHECK(wait_until([&] {
        (send_event(edge, "anna", 6) == 204 ? sent : refused)++;
        return info(watched.replica).find("role:master") != std::string::npos;
    }));
    // It is written where the data are now.
    BOOST_CHECK(wait_until([&] {
        send_event(edge, "anna", 7);
        const auto list = watched.replica.command({"LRANGE", "pz:{anna}:events", "0", "0"}).texts();
        return !list.empty() && list[0].starts_with("view_item P07");
    }));
    BOOST_CHECK(wait_until([&] { return shown(edge, "anna").starts_with("P07"); }));
    BOOST_TEST_MESSAGE(sent << " events taken during the failover, " << refused << " refused");
}

BOOST_AUTO_TEST_CASE(nobody_knows_the_name) {
    Watched watched;
    Edge edge(edge_of("redis+sentinel://127.0.0.1:" + std::to_string(watched.port) + "/other"));
    BOOST_CHECK_EQUAL(edge.get("/", visitor("v")).body, home_page());
    BOOST_CHECK(edge.nginx->logged("the Sentinels know no primary of that name"));
}

BOOST_AUTO_TEST_CASE(sentinels_with_a_password) {
    Watched watched("requirepass guarded\n");
    Edge edge(edge_of(watched.url("?sentinel_password=guarded")));
    BOOST_REQUIRE(ready(edge));
    BOOST_REQUIRE_EQUAL(send_event(edge, "anna", 4), 204);
    BOOST_CHECK_EQUAL(shown(edge, "anna"), "P04");
    const auto exported = [&](const std::string& options, const std::string& into) {
        return run({program(), "export", "anna", "--redis", watched.url(options)},
                   watched.dir / into);
    };
    BOOST_CHECK(contains(exported("?sentinel_password=guarded", "let").output, "view_item P04"));
    const Outcome refused = exported("", "refused");
    BOOST_CHECK_EQUAL(refused.status, 1);
    BOOST_CHECK(contains(refused.output, "NOAUTH"));
}

BOOST_AUTO_TEST_CASE(a_wrong_password_of_the_sentinels) {
    Watched watched("requirepass guarded\n");
    Edge edge(edge_of(watched.url("?sentinel_password=hunter2")));
    BOOST_CHECK(edge.nginx->logged("AUTH refused"));
    BOOST_CHECK(!edge.nginx->logged("hunter2", 0ms));
    BOOST_CHECK_EQUAL(edge.get("/", visitor("v")).body, home_page());
}

// The visitor who just wrote reads where it was written; everybody else may read a replica.
BOOST_AUTO_TEST_CASE(replicas_are_read_but_never_before_ones_own_write) {
    const TempDir dir;
    const RedisNode primary(dir, "primary");
    const RedisNode replica(dir, "replica",
                            {"--replicaof", "127.0.0.1", std::to_string(primary.port())});
    BOOST_REQUIRE(replicates(primary));
    Edge edge(edge_of("redis://" + primary.address() + "?replicas=on"));
    BOOST_REQUIRE(ready(edge));
    // The replica hears of nothing from now on.
    replica.command({"REPLICAOF", "NO", "ONE"});
    for (std::size_t n = 0; n < 20; n++) {
        const std::string who = "own" + std::to_string(n);
        BOOST_REQUIRE_EQUAL(send_event(edge, who, 1 + n % 19), 204);
        BOOST_CHECK_EQUAL(shown(edge, who), item_id(1 + n % 19));
    }
    // Whichever is nearer is read, but nobody who wrote has waited for it.
    BOOST_CHECK_EQUAL(edge.status("events_failed"), 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
