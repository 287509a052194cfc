#include "integration/support/socket.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace pz::test {

namespace {

struct Endpoint {
    union {
        sockaddr any;
        sockaddr_un local;
        sockaddr_in tcp;
    };
    socklen_t size;
};

Endpoint endpoint(const Address& address) {
    Endpoint end;
    std::memset(&end, 0, sizeof(end));
    if (address.starts_with("/")) {
        if (address.size() >= sizeof(end.local.sun_path)) {
            throw std::runtime_error("too long for a unix socket: " + address);
        }
        end.local.sun_family = AF_UNIX;
        std::memcpy(end.local.sun_path, address.data(), address.size());
        end.size = sizeof(end.local);
        return end;
    }
    end.tcp.sin_family = AF_INET;
    end.tcp.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto port = std::stoul(address.substr(address.rfind(':') + 1));
    end.tcp.sin_port = htons(static_cast<std::uint16_t>(port));
    end.size = sizeof(end.tcp);
    return end;
}

Socket open_socket(const Endpoint& end) {
    Socket socket(::socket(end.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    if (end.any.sa_family == AF_INET) {
        ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    return socket;
}

bool ready(int fd, short events, Duration patience) {
    pollfd wait{fd, events, 0};
    int count = 0;
    do {
        count = ::poll(&wait, 1, static_cast<int>(patience.count()));
    } while (count < 0 && errno == EINTR);
    return count > 0;
}

Socket listen_on(const Address& address) {
    if (address.starts_with("/")) {
        ::unlink(address.c_str());
    }
    const Endpoint end = endpoint(address);
    Socket socket = open_socket(end);
    if (::bind(socket.fd(), &end.any, end.size) != 0 || ::listen(socket.fd(), 511) != 0) {
        throw std::runtime_error("cannot listen on " + address + ": " + std::strerror(errno));
    }
    return socket;
}

}  // namespace

Socket& Socket::operator=(Socket&& other) noexcept {
    if (this != &other) {
        close();
        fd_ = std::exchange(other.fd_, -1);
        timed_out_ = other.timed_out_;
    }
    return *this;
}

void Socket::close() {
    if (fd_ >= 0) {
        ::close(std::exchange(fd_, -1));
    }
}

void Socket::abort() {
    const linger reset{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close();
}

void Socket::finish_sending() const {
    ::shutdown(fd_, SHUT_WR);
}

bool Socket::send(std::string_view bytes, Duration patience) const {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EINTR) {
            continue;
        } else if (errno != EAGAIN || !ready(fd_, POLLOUT, patience)) {
            return false;
        }
    }
    return true;
}

std::string Socket::receive(std::size_t most, Duration patience) {
    timed_out_ = !ready(fd_, POLLIN, patience);
    if (timed_out_) {
        return {};
    }
    std::string bytes(most, '\0');
    const ssize_t size = ::recv(fd_, bytes.data(), bytes.size(), 0);
    bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return bytes;
}

std::size_t Socket::unread_by_peer() const {
    int bytes = 0;
    return ::ioctl(fd_, SIOCOUTQ, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

Socket connect_to(const Address& address, int receive_buffer) {
    const Endpoint end = endpoint(address);
    Socket socket = open_socket(end);
    if (receive_buffer > 0) {
        ::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer));
    }
    if (::connect(socket.fd(), &end.any, end.size) != 0) {
        socket.close();
    }
    return socket;
}

unsigned free_port() {
    const Socket socket = listen_on("127.0.0.1:0");
    Endpoint end;
    end.size = sizeof(end.tcp);
    ::getsockname(socket.fd(), &end.any, &end.size);
    return ntohs(end.tcp.sin_port);
}

bool SocketServer::Connection::pause(Duration duration) const {
    wait_until([this] { return stopping(); }, duration);
    return !stopping();
}

SocketServer::SocketServer(const Address& address, Serve serve)
    : serve_(std::move(serve)), listener_(listen_on(address)) {
    thread_ = std::thread([this] { accept_all(); });
}

SocketServer::~SocketServer() {
    stop_ = true;
    ::shutdown(listener_.fd(), SHUT_RDWR);
    thread_.join();
    drop_connections();
    for (Connection& connection : connections_) {
        connection.thread_.join();
    }
}

void SocketServer::drop_connections() {
    const std::lock_guard lock(mutex_);
    for (const Connection& connection : connections_) {
        if (!connection.done_) {
            ::shutdown(connection.socket_.fd(), SHUT_RDWR);
        }
    }
}

void SocketServer::accept_all() {
    while (!stop_) {
        Socket socket(::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!socket.valid()) {
            continue;
        }
        accepted_++;
        reap();
        const std::lock_guard lock(mutex_);
        // Constructed in place: the thread keeps a reference to it.
        Connection& connection = connections_.emplace_back(std::move(socket), *this);
        connection.thread_ = std::thread([this, &connection] {
            serve_(connection);
            const std::lock_guard closing(mutex_);
            connection.socket_.close();
            connection.done_ = true;
        });
    }
}

void SocketServer::reap() {
    const std::lock_guard lock(mutex_);
    connections_.remove_if([](Connection& connection) {
        if (connection.done_) {
            connection.thread_.join();
        }
        return connection.done_.load();
    });
}

}  // namespace pz::test
