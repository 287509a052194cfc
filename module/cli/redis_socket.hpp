// RedisSocket: bytes to and from one server, over TCP, a unix socket or TLS, and never longer than
// its patience.
//
// Errors do not name the server; the owner knows it. After one the socket is of no use.
// Thread rules: one thread.
#pragma once

#include <netdb.h>

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "cli/tls.hpp"
#include "redis/url.hpp"
#include "store/status.hpp"

namespace pz::cli {

class RedisSocket {
  public:
    // A server of which nothing comes, or that takes nothing, for so long counts as gone.
    static constexpr std::chrono::seconds kPatience{10};

    // `tls`: null: none. A name's addresses are tried in turn.
    static Result<RedisSocket> open(const redis::Endpoint& where,
                                    const std::shared_ptr<const TlsContext>& tls);
    RedisSocket(RedisSocket&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)), tls_(std::move(other.tls_)) {}
    RedisSocket& operator=(RedisSocket&& other) = delete;
    ~RedisSocket();

    Status send(std::string_view bytes);
    // Waits for some; how many came, never 0.
    Result<std::size_t> receive(std::span<char> into);
    // Whether the server has closed it, and nothing is left to be received. Never waits.
    bool closed();

  private:
    explicit RedisSocket(int descriptor) : descriptor_(descriptor) {}
    static Result<RedisSocket> open_unix(const std::string& path);
    static Result<RedisSocket> open_network(const redis::Endpoint& where);
    static Result<RedisSocket> open_address(const addrinfo& address);
    Status connect(const sockaddr* address, socklen_t length) const;
    Status begin_tls(const std::shared_ptr<const TlsContext>& tls, const std::string& host);
    Status wait(short events) const;
    Status wait_for(TlsStream::Step step) const;
    Result<std::size_t> send_some(std::string_view bytes);

    int descriptor_;
    std::optional<TlsStream> tls_;
};

}  // namespace pz::cli
