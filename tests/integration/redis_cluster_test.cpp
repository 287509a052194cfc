// Redis Cluster: real servers, moved slots, lost servers.
#include <boost/test/unit_test.hpp>

#include "integration/commands.hpp"
#include "integration/support/load.hpp"
#include "integration/topology_edge.hpp"
#include "redis/slots.hpp"

namespace pz::test {

namespace {

constexpr std::size_t kVisitors = 60;

std::string name_of(std::size_t n) {
    return "v" + std::to_string(n % kVisitors);
}

std::string list_key(const std::string& visitor) {
    return "pz:{" + visitor + "}:events";
}

// Waits until everybody's pages are personal again, and prints how long it took.
void check_recovery(const Edge& edge, std::string_view after) {
    const auto began = std::chrono::steady_clock::now();
    BOOST_CHECK(wait_until([&] {
        for (std::size_t n = 0; n < kVisitors; n++) {
            if (send_event(edge, name_of(n), 3) != 204 ||
                shown(edge, name_of(n)).substr(0, 3) != "P03") {
                return false;
            }
        }
        return true;
    }));
    print_recovery(began, after);
}

std::string whole(const Request&, const Response& page) {
    return page.status == 200 && page.complete ? "" : "status " + std::to_string(page.status);
}

Request ask(std::size_t number) {
    return {.path = "/", .headers = visitor(name_of(number))};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_cluster)

BOOST_AUTO_TEST_CASE(every_visitor_and_every_stream_has_its_server) {
    const TempDir dir;
    RedisCluster cluster(dir, 3);
    Edge edge(edge_of(cluster.url(), "personalize_partitions 4;"));
    BOOST_REQUIRE(ready(edge));
    for (std::size_t n = 0; n < kVisitors; n++) {
        BOOST_REQUIRE_EQUAL(send_event(edge, name_of(n), 1 + n % 19), 204);
        BOOST_REQUIRE_EQUAL(shown(edge, name_of(n)), item_id(1 + n % 19));
    }
    std::int64_t streamed = 0;
    for (int i = 0; i < 4; i++) {
        const std::string key = "pz:events:" + std::to_string(i);
        streamed += cluster.command(key, {"XLEN", key}).integer;
    }
    BOOST_CHECK_GE(streamed, static_cast<std::int64_t>(kVisitors));
    std::int64_t visitors = 0;
    for (std::size_t i = 0; i < cluster.size(); i++) {
        const auto keys = cluster.node(i).command({"KEYS", "pz:{*"}).elements.size();
        BOOST_CHECK_GT(keys, 0U);
        visitors += static_cast<std::int64_t>(keys);
    }
    BOOST_CHECK_EQUAL(visitors, static_cast<std::int64_t>(kVisitors));
    BOOST_CHECK_EQUAL(edge.status("redis_redirects"), 0);
}

// Between the first and the last step of a move the keys lie on both servers.
BOOST_AUTO_TEST_CASE(a_slot_on_its_way) {
    const TempDir dir;
    RedisCluster cluster(dir, 3);
    Edge edge(edge_of(cluster.url(), "personalize_partitions 4;"));
    BOOST_REQUIRE(ready(edge));
    const std::string who = "anna";
    const std::string key = list_key(who);
    const unsigned slot = redis::slot_of(key);
    BOOST_REQUIRE_EQUAL(send_event(edge, who, 1), 204);
    const std::size_t from = cluster.holder(key);
    const std::size_t to = (from + 1) % 3;
    cluster.begin_move(slot, from, to);
    BOOST_CHECK_EQUAL(send_event(edge, who, 2), 204);
    BOOST_CHECK_EQUAL(shown(edge, who), "P02 P01");
    cluster.move_keys(slot, from, to);
    BOOST_CHECK_EQUAL(shown(edge, who), "P02 P01");
    BOOST_CHECK_EQUAL(send_event(edge, who, 3), 204);
    BOOST_CHECK_EQUAL(shown(edge, who), "P03 P02");
    BOOST_CHECK_GT(edge.status("redis_redirects"), 0);
    cluster.end_move(slot, from, to);
    BOOST_CHECK_EQUAL(shown(edge, who), "P03 P02");
    BOOST_CHECK_EQUAL(send_event(edge, who, 4), 204);
    BOOST_CHECK_EQUAL(shown(edge, who), "P04 P03");
    const auto events = cluster.command(key, {"LRANGE", key, "0", "-1"}).texts();
    BOOST_CHECK_EQUAL(events.size(), 4U);
}

// Slots move to a new server while visitors come: whoever's event was acknowledged has it, once.
BOOST_AUTO_TEST_CASE(resharding_under_load) {
    const TempDir dir;
    RedisCluster cluster(dir, 3);
    Edge edge(edge_of(cluster.url(), "personalize_partitions 4;"));
    BOOST_REQUIRE(ready(edge));
    cluster.add(dir);
    const std::size_t newcomer = cluster.size() - 1;
    BOOST_REQUIRE(wait_until([&] { return cluster.settled(); }));
    Load load(edge.nginx->address(), 2, ask, whole);
    std::vector<std::size_t> sent(kVisitors, 0);
    for (std::size_t n = 0; n < kVisitors; n++) {
        const std::string key = list_key(name_of(n));
        BOOST_REQUIRE_EQUAL(send_event(edge, name_of(n), 1), 204);
        const std::size_t from = cluster.holder(key);
        const unsigned slot = redis::slot_of(key);
        if (from != newcomer) {
            cluster.begin_move(slot, from, newcomer);
            BOOST_CHECK_EQUAL(send_event(edge, name_of(n), 2), 204);
            cluster.move_keys(slot, from, newcomer);
            cluster.end_move(slot, from, newcomer);
        }
        BOOST_CHECK_EQUAL(send_event(edge, name_of(n), 3), 204);
        BOOST_CHECK_EQUAL(shown(edge, name_of(n)).substr(0, 3), "P03");
        sent[n] = from != newcomer ? 3 : 2;
    }
    load.check(1s);
    for (std::size_t n = 0; n < kVisitors; n++) {
        const std::string key = list_key(name_of(n));
        BOOST_CHECK_EQUAL(cluster.holder(key), newcomer);
        BOOST_CHECK_EQUAL(cluster.command(key, {"LLEN", key}).integer,
                          static_cast<std::int64_t>(sent[n]));
    }
    check_recovery(edge, "the last slot's move");
}

BOOST_AUTO_TEST_CASE(commands_find_a_visitor_wherever_it_is) {
    const TempDir dir;
    RedisCluster cluster(dir, 3);
    std::size_t runs = 0;
    const auto personalize = [&](const std::string& command, const std::string& argument) {
        return run({program(), command, argument, "--redis", cluster.url()},
                   dir / ("run" + std::to_string(runs++)));
    };
    for (std::size_t n = 0; n < 9; n++) {
        const std::string who = name_of(n);
        cluster.command(list_key(who), {"LPUSH", list_key(who), "view_item P0" + who + " 1"});
        BOOST_CHECK(contains(personalize("export", who).output, "view_item P0" + who + " 1"));
        const std::string stream = "pz:events:" + std::to_string(n);
        cluster.command(stream, {"XADD", stream, "*", "v", who, "e", "view_item"});
        BOOST_CHECK_EQUAL(personalize("forget", who).output,
                          "1 keys removed, and 1 events from the streams\n");
        BOOST_CHECK_EQUAL(cluster.command(stream, {"XLEN", stream}).integer, 0);
        BOOST_CHECK_EQUAL(cluster.command(list_key(who), {"EXISTS", list_key(who)}).integer, 0);
    }
    const std::string key = list_key("anna");
    cluster.command(key, {"LPUSH", key, "view_item P01 1"});
    const std::size_t from = cluster.holder(key);
    cluster.begin_move(redis::slot_of(key), from, (from + 1) % 3);
    BOOST_CHECK(contains(personalize("export", "anna").output, "view_item P01 1"));
    cluster.move_keys(redis::slot_of(key), from, (from + 1) % 3);
    BOOST_CHECK(contains(personalize("export", "anna").output, "view_item P01 1"));
}

BOOST_AUTO_TEST_CASE(a_lost_primary_is_followed_by_its_replica) {
    const TempDir dir;
    RedisCluster cluster(dir, 3, true);
    Edge edge(edge_of(cluster.url(), "personalize_partitions 4;"));
    BOOST_REQUIRE(ready(edge));
    Load load(edge.nginx->address(), 2, ask, whole);
    BOOST_CHECK(load.more(100));
    BOOST_REQUIRE(wait_until([&] {
        return cluster.node(0).command({"INFO", "replication"}).text.find("state=online") !=
               std::string::npos;
    }));
    cluster.node(0).kill9();
    check_recovery(edge, "kill -9 of a primary of the cluster");
    BOOST_CHECK(load.more(100));
    load.check(1s);
}

BOOST_AUTO_TEST_CASE(a_lost_server_takes_only_its_own_visitors_along) {
    const TempDir dir;
    RedisCluster cluster(dir, 3);
    Edge edge(edge_of(cluster.url(), "personalize_partitions 4;"));
    BOOST_REQUIRE(ready(edge));
    std::vector<std::size_t> holders;
    for (std::size_t n = 0; n < kVisitors; n++) {
        BOOST_REQUIRE_EQUAL(send_event(edge, name_of(n), 5), 204);
        holders.push_back(cluster.holder(list_key(name_of(n))));
    }
    cluster.node(2).freeze();
    BOOST_REQUIRE(wait_until([&] { return !edge.redis_ready(); }));
    for (std::size_t n = 0; n < kVisitors; n++) {
        if (holders[n] != 2) {
            BOOST_CHECK_EQUAL(shown(edge, name_of(n)), "P05");
        }
    }
    cluster.node(2).thaw();
    check_recovery(edge, "STOP/CONT of a server of the cluster");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
