// Load over HTTP/1.1 keep-alive, one thread. Without --rate: as much as the connections take. With
// it: an open loop, arrivals by a Poisson process; a latency counts from the time a request was
// due, so that a server that stalls cannot hide it. Prints one line of JSON; times in microseconds.
//   load --port N --path PATH [--header 'Name: value']... [--visitors N] [--body TEXT]
//        [--connections 64] [--seconds 2] [--warm 0.5] [--rate PER_SECOND] [--seed N]
// With --visitors each request has the cookie vid=0 .. N-1, drawn evenly (--visitor-prefix stands
// before the number); with --body it is a POST.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <deque>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/tools/response.hpp"

namespace {

using pz::bench::Response;

struct Options {
    std::uint16_t port = 0;
    std::string path, body, visitor_prefix;
    std::vector<std::string> headers;
    unsigned visitors = 0, connections = 64, seed = 1;
    double seconds = 2, warm = 0.5, rate = 0;
};

double now() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

struct Connection {
    int fd = -1;
    bool busy = false;
    double due = 0;              // when its request should have left
    unsigned long received = 0;  // bytes of its response so far
    Response response;
};

class Load {
  public:
    explicit Load(Options options)
        : options_(std::move(options)),
          connections_(options_.connections),
          epoll_(epoll_create1(EPOLL_CLOEXEC)),
          random_(options_.seed) {
        head_ = (options_.body.empty() ? "GET " : "POST ") + options_.path +
                " HTTP/1.1\r\nHost: shop\r\n";
        for (const std::string& header : options_.headers) {
            head_ += header + "\r\n";
        }
        if (!options_.body.empty()) {
            head_ += "Content-Type: application/json\r\nContent-Length: " +
                     std::to_string(options_.body.size()) + "\r\n";
        }
    }

    void run() {
        begin_ = now() + options_.warm;
        end_ = begin_ + options_.seconds;
        for (unsigned i = 0; i < connections_.size(); ++i) {
            dial(connections_[i], i);
            idle_.push_back(&connections_[i]);
        }
        next_ = now();
        while (now() < end_) {
            send_due();
            wait(options_.rate > 0 ? std::min(next_, end_) : end_);
        }
        // Those still out are waited for, so that the server's CPU is that of whole responses.
        while (idle_.size() < connections_.size() && now() < end_ + 5) {
            wait(end_ + 5);
        }
    }

    void print() {
        std::sort(latencies_.begin(), latencies_.end());
        const auto count = static_cast<double>(latencies_.size());
        std::printf(
            "{\"finished\":%lu,\"requests\":%.0f,\"per_second\":%.1f,\"bytes\":%.0f,\"p50\":%.1f,"
            "\"p99\":%.1f,\"errors\":%lu,\"refused\":%lu}\n",
            finished_, count, count / options_.seconds,
            count > 0 ? static_cast<double>(bytes_) / count : 0, share(0.5), share(0.99), errors_,
            refused_);
    }

  private:
    double share(double part) const {
        if (latencies_.empty()) {
            return -1;
        }
        return latencies_[static_cast<std::size_t>(part *
                                                   static_cast<double>(latencies_.size() - 1))];
    }

    void dial(Connection& connection, unsigned index) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(options_.port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connection.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(connection.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            throw std::runtime_error("cannot connect to port " + std::to_string(options_.port));
        }
        const int on = 1;
        setsockopt(connection.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        epoll_event event{EPOLLIN, {.u32 = index}};
        epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
    }

    void send_due() {
        if (options_.rate <= 0) {
            while (!idle_.empty()) {
                send(now());
            }
            return;
        }
        for (const double time = now(); next_ <= time;) {
            waiting_.push_back(next_);
            next_ += std::exponential_distribution<double>(options_.rate)(random_);
        }
        while (!idle_.empty() && !waiting_.empty()) {
            send(waiting_.front());
            waiting_.pop_front();
        }
    }

    void send(double due) {
        Connection& connection = *idle_.back();
        idle_.pop_back();
        request_ = head_;
        if (options_.visitors > 0) {
            request_ += "Cookie: vid=" + options_.visitor_prefix +
                        std::to_string(random_() % options_.visitors) + "\r\n";
        }
        (request_ += "\r\n") += options_.body;
        connection.due = due;
        connection.busy = true;
        connection.response.begin();
        if (::send(connection.fd, request_.data(), request_.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(request_.size())) {
            ++errors_;
        }
    }

    // For something to read.
    void wait(double until) {
        std::array<epoll_event, 256> events;
        const double seconds = std::max(until - now(), 0.0);
        timespec timeout{static_cast<time_t>(seconds), 0};
        timeout.tv_nsec = static_cast<long>((seconds - static_cast<double>(timeout.tv_sec)) * 1e9);
        const int count = epoll_pwait2(epoll_, events.data(), events.size(), &timeout, nullptr);
        for (int i = 0; i < count; ++i) {
            read(events[static_cast<std::size_t>(i)].data.u32);
        }
    }

    void read(unsigned index) {
        Connection& connection = connections_[index];
        while (true) {
            const std::size_t skippable = connection.response.skippable();
            const std::size_t wanted =
                skippable > 0 ? std::min(skippable, buffer_.size()) : buffer_.size();
            const ssize_t n = recv(connection.fd, buffer_.data(), wanted,
                                   MSG_DONTWAIT | (skippable > 0 ? MSG_TRUNC : 0));
            if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
                return;
            }
            if (n <= 0) {
                renew(connection, index);
                return;
            }
            const auto size = static_cast<std::size_t>(n);
            connection.received += size;
            if (skippable > 0 ? connection.response.skipped(size)
                              : connection.response.take({buffer_.data(), size})) {
                finish(connection, index);
                return;
            }
            if (!connection.response.framed()) {
                throw std::runtime_error("a response without length and chunks");
            }
        }
    }

    void renew(Connection& connection, unsigned index) {
        close(connection.fd);
        dial(connection, index);
        if (connection.busy) {
            ++errors_;
            connection.busy = false;
            idle_.push_back(&connection);
        }
    }

    void finish(Connection& connection, unsigned index) {
        const double time = now();
        ++finished_;
        if (time >= begin_ && time < end_) {
            latencies_.push_back(static_cast<float>((time - connection.due) * 1e6));
            bytes_ += connection.received;
            refused_ += connection.response.success() ? 0 : 1;
        }
        connection.received = 0;
        connection.busy = false;
        if (connection.response.closes()) {
            close(connection.fd);
            dial(connection, index);
        }
        idle_.push_back(&connection);
    }

    Options options_;
    std::vector<Connection> connections_;
    std::vector<Connection*> idle_;
    std::deque<double> waiting_;  // when requests were due that found no connection
    int epoll_;
    std::mt19937 random_;
    std::string head_, request_;
    std::vector<char> buffer_ = std::vector<char>(1 << 18);
    std::vector<float> latencies_;
    double begin_ = 0, end_ = 0, next_ = 0;
    unsigned long finished_ = 0, errors_ = 0, refused_ = 0;
    unsigned long bytes_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    Options options;
    CLI::App app("load: see the head of load.cpp");
    app.add_option("--port", options.port)->required();
    app.add_option("--path", options.path)->required();
    app.add_option("--header", options.headers)->take_all();
    app.add_option("--visitors", options.visitors);
    app.add_option("--visitor-prefix", options.visitor_prefix);
    app.add_option("--body", options.body);
    app.add_option("--connections", options.connections)->check(CLI::Range(1, 10000));
    app.add_option("--seconds", options.seconds)->check(CLI::PositiveNumber);
    app.add_option("--warm", options.warm)->check(CLI::NonNegativeNumber);
    app.add_option("--rate", options.rate);
    app.add_option("--seed", options.seed);
    CLI11_PARSE(app, argc, argv);
    try {
        Load load(options);
        load.run();
        load.print();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "load: %s\n", error.what());
        return 1;
    }
    return 0;
}
