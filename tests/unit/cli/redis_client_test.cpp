// A cluster of one server, played by a thread, that closes connections when it likes.
#include "cli/redis_client.hpp"

#include <boost/test/unit_test.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

namespace pz::cli {

namespace {

class OneServer {
  public:
    OneServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* any = reinterpret_cast<sockaddr*>(&address);
        BOOST_REQUIRE(::bind(listener_, any, size) == 0 && ::listen(listener_, 8) == 0);
        BOOST_REQUIRE(::getsockname(listener_, any, &size) == 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~OneServer() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    OneServer(const OneServer&) = delete;
    OneServer& operator=(const OneServer&) = delete;

    std::string url() const { return "redis+cluster://127.0.0.1:" + std::to_string(port_); }
    int connections() const { return connections_; }
    // Waits until that many have been closed.
    bool closed(int connections) const {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (closed_ < connections && std::chrono::steady_clock::now() < deadline) {
            std::this_thread::yield();
        }
        return closed_ >= connections;
    }

  private:
    // One connection after the other, each until GET has been answered.
    void serve() {
        for (int fd = ::accept(listener_, nullptr, nullptr); fd >= 0;
             fd = ::accept(listener_, nullptr, nullptr)) {
            ++connections_;
            std::string received(512, 0);
            for (;;) {
                const ssize_t n = ::recv(fd, received.data(), received.size(), 0);
                if (n <= 0) {
                    break;
                }
                const std::string_view command(received.data(), static_cast<std::size_t>(n));
                const bool last = command.find("GET") != std::string_view::npos;
                const std::string answer = answer_to(command);
                (void)!::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
                if (last) {
                    break;
                }
            }
            ::close(fd);
            ++closed_;
        }
    }

    std::string answer_to(std::string_view command) const {
        if (command.find("SLOTS") != std::string_view::npos) {
            return "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n$9\r\n127.0.0.1\r\n:" +
                   std::to_string(port_) + "\r\n";
        }
        return command.find("GET") != std::string_view::npos ? ":7\r\n" : "+PONG\r\n";
    }

    const int listener_;
    unsigned port_ = 0;
    std::atomic<int> connections_ = 0, closed_ = 0;
    std::thread thread_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_client)

BOOST_AUTO_TEST_CASE(a_connection_that_was_closed_while_idle_is_opened_again) {
    const OneServer server;
    RedisAccess access;
    access.url = server.url();
    auto client = RedisClient::connect(access, RedisClient::Patience::none);
    BOOST_REQUIRE_MESSAGE(client.ok(), client.message());
    for (int i = 0; i < 3; ++i) {
        const auto reply = client->command("k", {"GET", "k"});
        BOOST_REQUIRE_MESSAGE(reply.ok(), reply.message());
        BOOST_TEST((*reply)->integer == 7);
        BOOST_TEST(client->usable());
        BOOST_REQUIRE(server.closed(i + 2));  // the first was for the slots
    }
    BOOST_TEST(server.connections() == 4);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::cli
