// RedisWire: one node's connection on nginx's event loop: a socket, plain or through TLS. nginx owns
// socket and events, redis::Node the protocol.
//
// A name that is no address is asked of nginx's resolver each time that the connection is opened (it
// remembers answers for as long as they are valid); without a resolver, or while it has no answer,
// the addresses hold that the name had when nginx started.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nginx/ngx.hpp"
#include "nginx/redis_conf.hpp"
#include "nginx/timer.hpp"
#include "redis/node.hpp"

namespace pz::ngx {

class RedisWire final : public redis::Wire {
  public:
    RedisWire(redis::Node& node, const RedisConf& conf, ngx_resolver_t* resolver,
              ngx_msec_t resolver_timeout);
    ~RedisWire() override;

    bool open() override;
    void close() override;
    void flush() override;
    void drain() override { send(); }

  private:
    static void on_resolved(ngx_resolver_ctx_t* context) noexcept;
    static void on_read(ngx_event_t* event) noexcept;
    static void on_write(ngx_event_t* event) noexcept;
    static void on_flush(ngx_event_t* event) noexcept;
    static void on_handshake(ngx_connection_t* connection) noexcept;

    bool resolve(const std::string& host);
    bool connect_known();
    bool connect(const sockaddr* address, socklen_t length);
    bool ready();
    void establish();
    void begin_tls();
    void finish_tls();
    std::string_view tls_name() const;
    std::string_view tls_problem() const;
    ssize_t send_output();
    // What the socket does not take leaves later.
    void send();
    void receive();
    void lost(std::string_view why);

    redis::Node& node_;
    const RedisConf& conf_;
    ngx_resolver_t* const resolver_;  // nullptr: none
    const ngx_msec_t resolver_timeout_;
    ngx_resolver_ctx_t* resolving_ = nullptr;
    std::string name_;  // being resolved
    bool unresolved_ = false;
    ngx_connection_t* connection_ = nullptr;
    bool connected_ = false, established_ = false;
    ngx_uint_t next_address_ = 0;
    Timer flush_;
};

}  // namespace pz::ngx
