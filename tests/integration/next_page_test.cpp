// The next page knows: an event that one edge has acknowledged shows on the next page of another,
// whatever that one remembers of the visitor. PERSONALIZE_LONG makes it 10,000 pairs of a write and
// a read for each topology.
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>

#include "integration/topology_edge.hpp"
#include "redis/slots.hpp"

namespace pz::test {

namespace {

constexpr std::size_t kVisitors = 5;
constexpr std::size_t kItems = 19;  // that are available

std::string name_of(std::size_t pair) {
    return "v" + std::to_string(pair % kVisitors);
}

std::string key_of(const std::string& who) {
    return "pz:{" + who + "}:events";
}

// By the clock that nginx has; std::time() may still be in the second before.
std::string viewed_now(const std::string& item) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return "view_item " + item + " " +
           std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

// Two edges of two workers each, over connections that stay, and a third writer that is no edge.
class Pairs {
  public:
    // `write`: of an event to Redis by somebody else.
    using Write = std::function<void(const std::string& key, const std::string& event)>;

    Pairs(const std::string& url, const std::string& cache, Write write)
        : first_(edge_of(url, cache)), second_(edge_of(url, cache)), write_(std::move(write)) {
        BOOST_REQUIRE(ready(first_) && ready(second_));
    }

    // `between`: before each pair.
    void run(std::string_view where, const std::function<void(std::size_t)>& between) {
        const std::size_t pairs = environment("PERSONALIZE_LONG").empty() ? 400 : 10'000;
        std::size_t stale = 0;
        for (std::size_t i = 0; i < pairs; i++) {
            between(i);
            const std::string item = item_id(1 + i % kItems);
            write(i, item);
            const Response page = client(i + 1).get("/", visitor(name_of(i)));
            BOOST_REQUIRE_EQUAL(page.status, 200);
            const List tiles = tiles_of(page.body, "w1");
            stale += tiles.empty() || tiles.front() != item ? 1 : 0;
        }
        BOOST_CHECK_EQUAL(stale, 0);
        BOOST_TEST_MESSAGE(where << ": " << stale << " stale of " << pairs << " pairs; lists known "
                                 << sum("visitor_cache_hits") << ", read anew "
                                 << sum("visitor_cache_changed"));
    }
    double sum(const std::string& counter) const {
        return first_.status(counter) + second_.status(counter);
    }

  private:
    HttpClient& client(std::size_t i) { return i % 2 == 0 ? to_first_ : to_second_; }

    void write(std::size_t i, const std::string& item) {
        if (i % 7 == 6) {
            write_(key_of(name_of(i)), viewed_now(item));
            return;
        }
        Headers headers = visitor(name_of(i));
        headers.emplace_back("Content-Type", "application/json");
        const Response answer = client(i).fetch(
            {.path = "/events",
             .headers = headers,
             .method = "POST",
             .body = R"({"name":"view_item","params":{"items":[{"item_id":")" + item + R"("}]}})"});
        BOOST_REQUIRE_EQUAL(answer.status, 204);
    }

    Edge first_, second_;
    HttpClient to_first_ = first_.nginx->client(), to_second_ = second_.nginx->client();
    Write write_;
};

Pairs::Write to(const RedisServer& server) {
    return [client = server.client()](const std::string& key, const std::string& event) mutable {
        client.command({"LPUSH", key, event});
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(next_page)

BOOST_AUTO_TEST_CASE(knows_across_edges) {
    const TempDir dir;
    const RedisServer server(dir);
    Pairs pairs(server.unix_url(), "personalize_visitor_cache size=8m;", to(server));
    pairs.run("two edges, one server", [](std::size_t) {});
    BOOST_CHECK_GT(pairs.sum("visitor_cache_hits"), 100);
    BOOST_CHECK_EQUAL(pairs.sum("lookup_failures"), 0);
}

BOOST_AUTO_TEST_CASE(knows_without_the_cache) {
    const TempDir dir;
    const RedisServer server(dir);
    Pairs pairs(server.unix_url(), "", to(server));
    pairs.run("two edges, one server, without the cache", [](std::size_t) {});
    BOOST_CHECK_EQUAL(pairs.sum("visitor_cache_hits"), 0);
}

// Somebody is forgotten now and then, and here again at once.
BOOST_AUTO_TEST_CASE(knows_of_the_forgotten_nothing) {
    const TempDir dir;
    const RedisServer server(dir);
    Pairs pairs(server.unix_url(), "personalize_visitor_cache size=8m;", to(server));
    RedisClient client = server.client();
    pairs.run("two edges, and visitors who are forgotten", [&](std::size_t i) {
        if (i % 97 == 96) {
            client.command({"UNLINK", key_of(name_of(i))});
        }
    });
    BOOST_CHECK_GT(pairs.sum("visitor_cache_changed"), 0);
}

// Slots go from server to server between the pairs.
BOOST_AUTO_TEST_CASE(knows_in_a_cluster_whose_slots_move) {
    const TempDir dir;
    RedisCluster cluster(dir, 3);
    Pairs pairs(cluster.url(), "personalize_partitions 4; personalize_visitor_cache size=8m;",
                [&](const std::string& key, const std::string& event) {
                    cluster.command(key, {"LPUSH", key, event});
                });
    pairs.run("two edges, a cluster whose slots move", [&](std::size_t i) {
        if (i % 50 == 49) {
            const std::string key = key_of(name_of(i));
            const std::size_t from = cluster.holder(key);
            cluster.move_slot(redis::slot_of(key), from, (from + 1) % 3);
        }
    });
    BOOST_CHECK_GT(pairs.sum("visitor_cache_hits"), 100);
    BOOST_CHECK_GT(pairs.sum("redis_redirects"), 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
