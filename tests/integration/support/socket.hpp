// Sockets of the tests: blocking, with deadlines, closed on exec.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "integration/support/wait.hpp"

namespace pz::test {

// A path of a unix socket, or "127.0.0.1:<port>".
using Address = std::string;

class Socket {
  public:
    Socket() = default;
    explicit Socket(int fd) : fd_(fd) {}
    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Socket& operator=(Socket&& other) noexcept;
    ~Socket() { close(); }

    int fd() const { return fd_; }
    bool valid() const { return fd_ >= 0; }
    void close();
    // Without a farewell: the peer of a TCP connection gets a reset.
    void abort();
    // The other side reads the end of the stream.
    void finish_sending() const;

    // False when the peer is gone or does not read for `patience`.
    bool send(std::string_view bytes, Duration patience = kPatience) const;
    // At most `most` bytes; empty at the end of the stream, on an error, or when nothing came in
    // time (then timed_out()).
    std::string receive(std::size_t most = 65536, Duration patience = kPatience);
    bool timed_out() const { return timed_out_; }
    // Bytes sent that the peer has not taken yet.
    std::size_t unread_by_peer() const;

  private:
    int fd_ = -1;
    bool timed_out_ = false;
};

// receive_buffer: bytes, 0 for the system's own. Not valid() when nobody listens.
Socket connect_to(const Address& address, int receive_buffer = 0);
// A TCP port of 127.0.0.1 that nobody has at the moment.
unsigned free_port();

// SocketServer: accepts on a unix socket or TCP port and serves each connection in a thread of its
// own.
class SocketServer {
  public:
    class Connection {
      public:
        Connection(Socket socket, const SocketServer& server)
            : socket_(std::move(socket)), server_(server) {}
        Socket& socket() { return socket_; }
        // Waits; false when the server is stopping.
        bool pause(Duration duration) const;
        bool stopping() const { return server_.stop_; }

      private:
        friend class SocketServer;
        Socket socket_;
        const SocketServer& server_;
        std::atomic<bool> done_{false};
        std::thread thread_;
    };
    using Serve = std::function<void(Connection&)>;

    SocketServer(const Address& address, Serve serve);
    ~SocketServer();
    SocketServer(const SocketServer&) = delete;
    SocketServer& operator=(const SocketServer&) = delete;

    std::size_t accepted() const { return accepted_; }
    // Resets every connection that is open now.
    void drop_connections();

  private:
    void accept_all();
    void reap();

    Serve serve_;
    Socket listener_;
    std::atomic<bool> stop_{false};
    std::atomic<std::size_t> accepted_{0};
    std::mutex mutex_;
    std::list<Connection> connections_;
    std::thread thread_;
};

}  // namespace pz::test
