// The spool where Redis is a cluster: what waits for one of its servers.
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <map>

#include "integration/spool_shop.hpp"
#include "integration/support/print.hpp"
#include "integration/support/topology.hpp"
#include "redis/commands.hpp"

namespace pz::test {

BOOST_AUTO_TEST_SUITE(spool_cluster)

BOOST_AUTO_TEST_CASE(in_a_cluster_only_what_is_missing_is_replayed) {
    const TempDir dir;
    RedisCluster cluster(dir, 3);
    EdgeOptions options = shop();
    options.redis = false;
    options.redis_url = cluster.url();
    options.http += "personalize_partitions 4;";
    Edge edge(options);
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    // A visitor whose list is on another server than their stream.
    std::string who;
    std::string list;
    std::string stream;
    for (int i = 0; who.empty() || cluster.holder(list) == cluster.holder(stream); i++) {
        who = "v" + std::to_string(i);
        list = "pz:{" + who + "}:events";
        stream = "pz:events:" + std::to_string(redis::partition_of(who, 4));
    }
    const auto send = [&](std::string_view item, std::string_view id) {
        return edge.post("/beacon", view_beacon(item, id), visitor(who)).status;
    };
    BOOST_CHECK_EQUAL(send("A", "a"), 204);
    RedisNode& node = cluster.node(cluster.holder(stream));
    node.freeze();
    BOOST_CHECK_EQUAL(send("B", {}), 204);
    node.thaw();
    BOOST_CHECK(edge.status_reaches("events_replayed", 1));
    BOOST_CHECK_GE(cluster.command(stream, {"XLEN", stream}).integer, 2);
    BOOST_CHECK_EQUAL(cluster.command(list, {"LLEN", list}).integer, 2);
}

// The server that is away has the first events, and those behind them.
BOOST_AUTO_TEST_CASE(a_server_of_a_cluster_that_is_away_holds_up_nobody_elses_events) {
    const TempDir dir;
    RedisCluster cluster(dir, 3);
    EdgeOptions options = shop();
    options.redis = false;
    options.redis_url = cluster.url();
    options.http += "personalize_partitions 64;";
    Edge edge(options);
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    const std::size_t away = 2;
    List here, there;
    std::map<std::string, std::size_t> holders;  // of the lists
    for (int i = 0; here.size() < 20 || there.size() < 20; i++) {
        const std::string who = "v" + std::to_string(i);
        const std::size_t list = cluster.holder("pz:{" + who + "}:events");
        const std::size_t stream =
            cluster.holder("pz:events:" + std::to_string(redis::partition_of(who, 64)));
        holders[who] = list;
        if (list == away) {
            there.push_back(who);
        } else if (stream != away) {
            here.push_back(who);
        }
    }
    here.resize(20);
    there.resize(20);
    const auto send = [&](const std::string& who, const std::string& item) {
        return edge.post("/beacon", view_beacon(item, who + item), visitor(who)).status;
    };
    const auto items = [&](const std::string& who) {
        const std::string key = "pz:{" + who + "}:events";
        RedisNode& node = cluster.node(holders.at(who));
        List found;
        for (const std::string& text : node.command({"LRANGE", key, "0", "-1"}).texts()) {
            found.insert(found.begin(), text.substr(10, 2));
        }
        return joined(found);
    };
    cluster.node(away).freeze();
    BOOST_REQUIRE(wait_until([&] { return !edge.redis_ready(); }));
    constexpr int kRounds = 8;  // more for the server that is away than are under way at a time
    for (int round = 0; round < kRounds; round++) {
        for (std::size_t n = 0; n < here.size(); n++) {
            BOOST_REQUIRE_EQUAL(send(there[n], "A" + std::to_string(round)), 204);
            BOOST_REQUIRE_EQUAL(send(here[n], "B" + std::to_string(round)), 204);
        }
    }
    for (const std::string& who : here) {
        BOOST_CHECK(wait_until([&] { return items(who) == "B0 B1 B2 B3 B4 B5 B6 B7"; }));
    }
    const auto workers = edge.nginx->workers();
    edge.nginx->expect_in_log("exited on signal 9");
    ::kill(workers.at(0), SIGKILL);
    BOOST_REQUIRE(wait_until(
        [&] { return edge.nginx->workers().size() == 1 && edge.nginx->workers() != workers; }));
    for (const std::string& who : {here[0], there[0]}) {
        BOOST_CHECK_EQUAL(send(who, "C0"), 204);
    }
    BOOST_CHECK(wait_until([&] { return items(here[0]) == "B0 B1 B2 B3 B4 B5 B6 B7 C0"; }));
    cluster.node(away).thaw();
    BOOST_CHECK(wait_until([&] { return items(there[0]) == "A0 A1 A2 A3 A4 A5 A6 A7 C0"; }));
    for (std::size_t n = 1; n < here.size(); n++) {
        BOOST_CHECK(wait_until([&] { return items(there[n]) == "A0 A1 A2 A3 A4 A5 A6 A7"; }));
        BOOST_CHECK_EQUAL(items(here[n]), "B0 B1 B2 B3 B4 B5 B6 B7");
    }
    BOOST_CHECK(wait_until([&] { return files(edge) == 0; }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
