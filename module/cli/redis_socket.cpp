#include "cli/redis_socket.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace pz::cli {

namespace {

constexpr std::string_view kClosed = "connection closed";

Status system_error() {
    return Status::error(std::strerror(errno));
}

bool later() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

int new_socket(int family) {
    return ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

}  // namespace

RedisSocket::~RedisSocket() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

Result<RedisSocket> RedisSocket::open(const redis::Endpoint& where,
                                      const std::shared_ptr<const TlsContext>& tls) {
    auto socket = where.unix_socket ? open_unix(where.host) : open_network(where);
    if (!socket.ok() || tls == nullptr) {
        return socket;
    }
    Status status = socket->begin_tls(tls, where.host);
    return status.ok() ? std::move(socket) : Result<RedisSocket>(status);
}

Result<RedisSocket> RedisSocket::open_unix(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) {
        return Status::error("the path is too long");
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    RedisSocket socket(new_socket(AF_UNIX));
    if (socket.descriptor_ < 0) {
        return system_error();
    }
    Status status = socket.connect(reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    return status.ok() ? Result<RedisSocket>(std::move(socket)) : Result<RedisSocket>(status);
}

Result<RedisSocket> RedisSocket::open_network(const redis::Endpoint& where) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error =
        ::getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &found);
    if (error != 0) {
        return Status::error(error == EAI_SYSTEM ? std::strerror(errno) : ::gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, ::freeaddrinfo);
    Status first_problem;
    for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
        auto socket = open_address(*each);
        if (socket.ok()) {
            return socket;
        }
        first_problem = first_problem.ok() ? socket.status() : first_problem;
    }
    return first_problem;
}

Result<RedisSocket> RedisSocket::open_address(const addrinfo& address) {
    RedisSocket socket(new_socket(address.ai_family));
    if (socket.descriptor_ < 0) {
        return system_error();
    }
    if (Status status = socket.connect(address.ai_addr, address.ai_addrlen); !status.ok()) {
        return status;
    }
    const int on = 1;
    (void)::setsockopt(socket.descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return socket;
}

Status RedisSocket::connect(const sockaddr* address, socklen_t length) const {
    if (::connect(descriptor_, address, length) == 0) {
        return {};
    }
    if (errno != EINPROGRESS) {
        return system_error();
    }
    if (Status status = wait(POLLOUT); !status.ok()) {
        return status;
    }
    int error = 0;
    socklen_t size = sizeof(error);
    if (::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
        return system_error();
    }
    return error == 0 ? Status() : Status::error(std::strerror(error));
}

Status RedisSocket::wait(short events) const {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            until - std::chrono::steady_clock::now());
        pollfd wanted{descriptor_, events, 0};
        const int ready = ::poll(&wanted, 1, static_cast<int>(std::max<long>(left.count(), 0)));
        if (ready > 0) {
            return {};
        }
        if (ready == 0) {
            return Status::error("no answer within " + std::to_string(kPatience.count()) + " s");
        }
        if (errno != EINTR) {
            return system_error();
        }
    }
}

Status RedisSocket::wait_for(TlsStream::Step step) const {
    return step == TlsStream::Step::failed
               ? Status::error(tls_->problem())
               : wait(step == TlsStream::Step::wants_read ? POLLIN : POLLOUT);
}

Status RedisSocket::begin_tls(const std::shared_ptr<const TlsContext>& tls,
                              const std::string& host) {
    auto stream = TlsStream::begin(tls, descriptor_, host);
    if (!stream.ok()) {
        return stream.status();
    }
    tls_.emplace(std::move(*stream));
    for (;;) {
        const TlsStream::Step step = tls_->shake_hands();
        if (step == TlsStream::Step::done) {
            return {};
        }
        if (Status status = wait_for(step); !status.ok()) {
            return status;
        }
    }
}

// How many bytes left; 0: it has waited and may be called again.
Result<std::size_t> RedisSocket::send_some(std::string_view bytes) {
    if (tls_) {
        std::size_t sent = 0;
        const TlsStream::Step step = tls_->write(bytes, &sent);
        Status status = step == TlsStream::Step::done ? Status() : wait_for(step);
        return status.ok() ? Result<std::size_t>(sent) : Result<std::size_t>(status);
    }
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
        return static_cast<std::size_t>(sent);
    }
    Status status = later() ? wait(POLLOUT) : system_error();
    return status.ok() ? Result<std::size_t>(std::size_t{0}) : Result<std::size_t>(status);
}

Status RedisSocket::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = send_some(bytes);
        if (!sent.ok()) {
            return sent.status();
        }
        bytes.remove_prefix(*sent);
    }
    return {};
}

bool RedisSocket::closed() {
    if (tls_) {
        return tls_->closed();
    }
    char byte = 0;
    const ssize_t n = ::recv(descriptor_, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && !later());
}

Result<std::size_t> RedisSocket::receive(std::span<char> into) {
    for (;;) {
        std::size_t got = 0;
        bool came = false;
        Status status;
        if (tls_) {
            const TlsStream::Step step = tls_->read(into, &got);
            came = step == TlsStream::Step::done;
            status = came ? Status() : wait_for(step);
        } else {
            const ssize_t received = ::recv(descriptor_, into.data(), into.size(), 0);
            came = received >= 0;
            got = came ? static_cast<std::size_t>(received) : 0;
            status = came ? Status() : later() ? wait(POLLIN) : system_error();
        }
        if (!status.ok()) {
            return status;
        }
        if (came) {
            return got > 0 ? Result<std::size_t>(got)
                           : Result<std::size_t>(Status::error(std::string(kClosed)));
        }
    }
}

}  // namespace pz::cli
