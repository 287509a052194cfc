// A cluster that misbehaves, names that move, and resolvers that do not answer.
#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "integration/support/edge.hpp"
#include "integration/support/fake_redis.hpp"
#include "integration/support/print.hpp"
#include "integration/support/socket.hpp"
#include "integration/support/topology.hpp"

namespace pz::test {

namespace {

std::string loopback(unsigned port) {
    return "127.0.0.1:" + std::to_string(port);
}

// A node that says it holds all slots; what it answers to LRANGE is the test's.
FakeRedis::Answer node_of_a_cluster(unsigned port, std::string answer) {
    return [port, answer](const FakeRedis::Command& command) {
        if (command[0] == "CLUSTER") {
            return "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:" + std::to_string(port) +
                   "\r\n";
        }
        return command[0] == "LRANGE" ? answer : FakeRedis::empty_answer(command);
    };
}

// A name server that gives every name one address of the loopback.
class NameServer {
  public:
    NameServer() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        BOOST_REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0);
        socklen_t size = sizeof(address);
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~NameServer() {
        stop_ = true;
        thread_.join();
        ::close(fd_);
    }
    unsigned port() const { return port_; }
    std::size_t asked() const { return asked_; }

  private:
    void serve() {
        while (!stop_) {
            pollfd waiting{fd_, POLLIN, 0};
            if (::poll(&waiting, 1, 20) <= 0) {
                continue;
            }
            char query[512];
            sockaddr_in from{};
            socklen_t size = sizeof(from);
            const auto length =
                ::recvfrom(fd_, query, sizeof(query), 0, reinterpret_cast<sockaddr*>(&from), &size);
            if (length > 12) {
                const std::string answer = answer_to({query, static_cast<std::size_t>(length)});
                ::sendto(fd_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from),
                         size);
                asked_++;
            }
        }
    }
    // To A: 127.0.0.1 for a second; to all else: nothing.
    static std::string answer_to(const std::string& query) {
        std::string answer = query;
        const bool address = query[query.size() - 3] == 1;
        answer[2] = static_cast<char>(0x81);
        answer[3] = static_cast<char>(0x80);
        answer[7] = address ? 1 : 0;
        if (address) {
            answer += std::string("\xc0\x0c\0\1\0\1\0\0\0\1\0\4\x7f\0\0\1", 16);
        }
        return answer;
    }

    int fd_;
    unsigned port_ = 0;
    std::atomic<bool> stop_{false};
    std::atomic<std::size_t> asked_{0};
    std::thread thread_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_faults)

BOOST_AUTO_TEST_CASE(sent_from_itself_to_itself) {
    for (const std::string_view error : {"-MOVED 1 ", "-ASK 1 "}) {
        const unsigned port = free_port();
        const FakeRedis redis(
            loopback(port), node_of_a_cluster(port, std::string(error) + loopback(port) + "\r\n"));
        Edge edge({.redis_url = "redis+cluster://" + loopback(port), .redis = false});
        BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
        BOOST_CHECK_EQUAL(edge.get("/", visitor("v")).body, home_page());
        BOOST_CHECK_EQUAL(edge.result(0), "passed:redis");
        BOOST_CHECK_GE(edge.status("redis_redirects"), 8);
        CHECK_LIST(tiles_of(edge.get("/").body, "w1"), "P01 P02 P03 P04");
    }
}

BOOST_AUTO_TEST_CASE(a_cluster_that_cannot_answer_now) {
    for (const std::string_view error :
         {"-TRYAGAIN x", "-CLUSTERDOWN x", "-LOADING x", "-MASTERDOWN x"}) {
        const unsigned port = free_port();
        const FakeRedis redis(loopback(port), node_of_a_cluster(port, std::string(error) + "\r\n"));
        Edge edge(
            {.redis_url = "redis+cluster://" + loopback(port), .redis = false, .timeout = "100ms"});
        BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
        BOOST_CHECK_EQUAL(edge.get("/", visitor("v")).body, home_page());
        BOOST_CHECK_EQUAL(edge.result(0), "passed:timeout");
    }
}

BOOST_AUTO_TEST_CASE(a_server_that_is_no_cluster) {
    const TempDir dir;
    const RedisNode redis(dir, "single");
    Edge edge({.redis_url = "redis+cluster://" + redis.address(), .redis = false});
    BOOST_CHECK(edge.nginx->logged("This instance has cluster support disabled"));
    BOOST_CHECK_EQUAL(edge.get("/", visitor("v")).body, home_page());
}

BOOST_AUTO_TEST_CASE(names_are_asked_of_the_resolver) {
    const TempDir dir;
    const RedisNode redis(dir, "named");
    const NameServer names;
    Edge edge({.http = "resolver " + loopback(names.port()) + " ipv6=off;",
               .redis_url = "redis://localhost:" + std::to_string(redis.port()),
               .redis = false});
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    BOOST_CHECK_GE(names.asked(), 1U);
    CHECK_LIST(tiles_of(edge.get("/", visitor("v")).body, "w1"), "P01 P02 P03 P04");
}

BOOST_AUTO_TEST_CASE(a_resolver_that_does_not_answer_is_done_without) {
    const TempDir dir;
    const RedisNode redis(dir, "named");
    Edge edge({.http = "resolver " + loopback(free_port()) + " ipv6=off;",
               .redis_url = "redis://localhost:" + std::to_string(redis.port()),
               .redis = false});
    BOOST_CHECK(wait_until([&] { return edge.redis_ready(); }));
}

BOOST_AUTO_TEST_CASE(the_status_names_every_server) {
    const TempDir dir;
    RedisCluster cluster(dir, 3);
    Edge edge({.server = "location = /metrics { personalize_status prometheus; }",
               .redis_url = cluster.url(),
               .redis = false});
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    const std::string json = edge.get("/-/status").body;
    const std::string metrics = edge.get("/metrics").body;
    for (std::size_t i = 0; i < cluster.size(); i++) {
        const std::string name = cluster.node(i).address();
        BOOST_CHECK(json.find("{\"name\":\"" + name +
                              "\",\"role\":\"primary\",\"up\":true,\"breaker\":\"closed\"") !=
                    std::string::npos);
        BOOST_CHECK(metrics.find("personalize_redis_node_up{node=\"" + name +
                                 "\",role=\"primary\"} 1\n") != std::string::npos);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
