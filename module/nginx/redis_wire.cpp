#include "nginx/redis_wire.hpp"

#include <array>
#include <utility>

#include <openssl/x509v3.h>

namespace pz::ngx {

namespace {

constexpr std::size_t kConnectionPool = 256;

// So many bytes of commands, some thirty, do not wait for the end of the turn: in a long one Redis
// answers the first while we make the others.
constexpr std::size_t kEnough = 2048;

bool is_address(const std::string& host) {
    return ngx_inet_addr(bytes(host), host.size()) != INADDR_NONE ||
           host.find(':') != std::string::npos;
}

// What connect() said, and what to do about it. 0: nginx has no connection left.
std::string cannot_connect(int error) {
    if (error == 0) {
        return "cannot connect: worker_connections are not enough";
    }
    std::array<u_char, 128> text;
    const auto* const begin = reinterpret_cast<const char*>(text.data());
    const auto size =
        static_cast<std::size_t>(ngx_strerror(error, text.data(), text.size()) - text.data());
    const std::string_view remedy =
        error == EACCES         ? "; let nginx's user in by unixsocketperm in redis.conf"
        : error == ENOENT       ? "; start Redis, or compare unixsocket in redis.conf"
        : error == ECONNREFUSED ? "; start Redis there"
                                : "";
    std::string why = "cannot connect (" + std::to_string(error) + ": ";
    return why.append(begin, size).append(")").append(remedy);
}

}  // namespace

RedisWire::RedisWire(redis::Node& node, const RedisConf& conf, ngx_resolver_t* resolver,
                     ngx_msec_t resolver_timeout)
    : node_(node),
      conf_(conf),
      resolver_(resolver),
      resolver_timeout_(resolver_timeout),
      flush_(this, on_flush, ngx_cycle->log, Timer::Leaving::goes) {}

RedisWire::~RedisWire() {
    close();
}

bool RedisWire::open() {
    const redis::Endpoint& where = node_.where();
    const bool name = !where.unix_socket && !is_address(where.host);
    // A resolver that kept us waiting is passed over once.
    const bool ask = !std::exchange(unresolved_, false);
    return name && ask && resolver_ != nullptr ? resolve(where.host) : connect_known();
}

bool RedisWire::resolve(const std::string& host) {
    name_ = host;
    ngx_resolver_ctx_t* context = ngx_resolve_start(resolver_, nullptr);
    if (context == nullptr || context == NGX_NO_RESOLVER) {
        return connect_known();
    }
    context->name = str(name_);
    context->handler = on_resolved;
    context->data = this;
    context->timeout = resolver_timeout_;
    resolving_ = context;
    if (ngx_resolve_name(context) != NGX_OK) {
        resolving_ = nullptr;  // it is free already
        return connect_known();
    }
    return true;
}

// Also called from within ngx_resolve_name(), when the answer is known.
void RedisWire::on_resolved(ngx_resolver_ctx_t* context) noexcept {
    auto* wire = static_cast<RedisWire*>(context->data);
    wire->resolving_ = nullptr;
    bool begun = false;
    if (context->state == NGX_OK && context->naddrs > 0) {
        const ngx_resolver_addr_t& found = context->addrs[wire->next_address_++ % context->naddrs];
        ngx_sockaddr_t address;
        ngx_memcpy(&address, found.sockaddr, found.socklen);
        ngx_inet_set_port(&address.sockaddr, wire->node_.where().port);
        begun = wire->connect(&address.sockaddr, found.socklen);
    } else {
        begun = wire->connect_known();
    }
    ngx_resolve_name_done(context);
    if (!begun) {
        wire->lost("cannot connect");
    }
}

// To an address that needs no resolver.
bool RedisWire::connect_known() {
    const redis::Endpoint& where = node_.where();
    if (const auto known = conf_.known.find(where); known != conf_.known.end()) {
        const ngx_addr_t& address = known->second[next_address_++ % known->second.size()];
        return connect(address.sockaddr, address.socklen);
    }
    ngx_addr_t address;
    ngx_pool_t* pool = ngx_create_pool(kConnectionPool, ngx_cycle->log);
    if (pool == nullptr) {
        return false;
    }
    const std::string host = where.host;
    bool begun = false;
    if (ngx_parse_addr(pool, &address, bytes(host), host.size()) == NGX_OK) {
        ngx_inet_set_port(address.sockaddr, where.port);
        begun = connect(address.sockaddr, address.socklen);
    }
    ngx_destroy_pool(pool);
    return begun;
}

bool RedisWire::connect(const sockaddr* address, socklen_t length) {
    ngx_str_t name = ngx_string("Redis");
    ngx_peer_connection_t peer;
    ngx_memzero(&peer, sizeof(peer));
    peer.sockaddr = const_cast<sockaddr*>(address);  // nginx's struct knows no const
    peer.socklen = length;
    peer.name = &name;
    peer.get = ngx_event_get_peer;
    // It would say so in each attempt, for as long as Redis is away; we say it once.
    ngx_log_t silent;
    ngx_memzero(&silent, sizeof(silent));
    peer.log = &silent;
    peer.log_error = NGX_ERROR_INFO;
    ngx_set_socket_errno(0);
    const ngx_int_t rc = ngx_event_connect_peer(&peer);
    if (rc != NGX_OK && rc != NGX_AGAIN) {
        const int error = ngx_socket_errno;
        if (peer.connection != nullptr) {
            ngx_close_connection(peer.connection);
        }
        lost(cannot_connect(error));
        return false;
    }
    connection_ = peer.connection;
    connection_->data = this;
    connection_->read->handler = on_read;
    connection_->write->handler = on_write;
    connection_->log = ngx_cycle->log;
    connection_->read->log = ngx_cycle->log;
    connection_->write->log = ngx_cycle->log;
    if (rc == NGX_OK) {
        ngx_post_event(connection_->write, &ngx_posted_events);
    }
    return true;
}

// Whether bytes may travel; begins what has to come before.
bool RedisWire::ready() {
    if (connected_) {
        return established_;
    }
    int error = 0;
    socklen_t length = sizeof(error);
    if (getsockopt(connection_->fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) {
        error = ngx_socket_errno;
    }
    if (error != 0) {
        lost(cannot_connect(error));
        return false;
    }
    connected_ = true;
    if (!node_.where().unix_socket) {
        const int on = 1;
        (void)setsockopt(connection_->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    if (conf_.ssl != nullptr) {
        begin_tls();
    } else {
        establish();
    }
    return established_;
}

// From here on the socket takes what we write, as a rule. Told of every time that it does, the loop
// would turn once more for each lookup; send() asks to be told when it does not.
void RedisWire::establish() {
    ngx_event_t* const write = connection_->write;
    if ((ngx_event_flags & NGX_USE_EPOLL_EVENT) != 0 && write->active &&
        ngx_del_event(write, NGX_WRITE_EVENT, NGX_CLEAR_EVENT) != NGX_OK) {
        lost("cannot wait for the socket");
        return;
    }
    established_ = true;
    node_.opened();
}

// Of the configuration, or of the server's address.
std::string_view RedisWire::tls_name() const {
    return conf_.tls.name.len != 0 ? view(conf_.tls.name) : std::string_view(node_.where().host);
}

void RedisWire::begin_tls() {
    connection_->pool = ngx_create_pool(kConnectionPool, ngx_cycle->log);
    if (connection_->pool == nullptr ||
        ngx_ssl_create_connection(conf_.ssl, connection_, NGX_SSL_CLIENT) != NGX_OK) {
        lost("cannot begin TLS");
        return;
    }
    SSL* const ssl = connection_->ssl->connection;
    // Output may move between two attempts to send it.
    SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    const std::string name(tls_name());
    if (!is_address(name) && SSL_set_tlsext_host_name(ssl, name.c_str()) == 0) {
        lost("cannot begin TLS");
        return;
    }
    connection_->ssl->handler = on_handshake;
    if (ngx_ssl_handshake(connection_) != NGX_AGAIN) {
        finish_tls();
    }
}

void RedisWire::on_handshake(ngx_connection_t* connection) noexcept {
    static_cast<RedisWire*>(connection->data)->finish_tls();
}

// Empty when the server is who it should be.
std::string_view RedisWire::tls_problem() const {
    if (!connection_->ssl->handshaked) {
        return "TLS handshake failed";
    }
    if (!conf_.tls.verify) {
        return {};
    }
    if (SSL_get_verify_result(connection_->ssl->connection) != X509_V_OK) {
        return "its certificate is not trusted; see personalize_redis_ssl_trusted_certificate";
    }
    const std::string name(tls_name());
    bool matches = false;
    if (is_address(name)) {
        X509* const certificate = SSL_get_peer_certificate(connection_->ssl->connection);
        matches = certificate != nullptr && X509_check_ip_asc(certificate, name.c_str(), 0) == 1;
        X509_free(certificate);
    } else {
        ngx_str_t host = str(name);
        matches = ngx_ssl_check_host(connection_, &host) == NGX_OK;
    }
    return matches ? "" : "its certificate is for another name; see personalize_redis_ssl_name";
}

void RedisWire::finish_tls() {
    if (const std::string_view problem = tls_problem(); !problem.empty()) {
        lost(problem);
        return;
    }
    connection_->read->handler = on_read;
    connection_->write->handler = on_write;
    establish();
    if (!established_) {
        return;
    }
    // The server may have spoken already; its bytes make no new event.
    ngx_post_event(connection_->read, &ngx_posted_events);
}

// Whoever submits a command is not told here that the connection is lost, but by the posted send().
void RedisWire::flush() {
    const bool may = connection_ != nullptr && established_ && connection_->write->ready;
    if (!may || node_.output().size() < kEnough || send_output() <= 0 || !node_.output().empty()) {
        flush_.post();
    }
}

// How many bytes left, or what nginx's send() says instead.
ssize_t RedisWire::send_output() {
    const std::string_view output = node_.output();
    const ssize_t n = connection_->send(connection_, bytes(output), output.size());
    if (n > 0) {
        node_.sent(static_cast<std::size_t>(n));
    }
    return n;
}

void RedisWire::send() {
    while (connection_ != nullptr && established_) {
        if (node_.output().empty()) {
            return;
        }
        const ssize_t n = send_output();
        if (n == NGX_AGAIN || n == 0) {
            break;
        }
        if (n < 0) {
            lost("cannot send");
            return;
        }
    }
    if (connection_ != nullptr && established_ &&
        ngx_handle_write_event(connection_->write, 0) != NGX_OK) {
        lost("cannot wait for the socket");
    }
}

void RedisWire::receive() {
    std::array<u_char, 65536> buffer;
    while (connection_ != nullptr) {
        const ssize_t n = connection_->recv(connection_, buffer.data(), buffer.size());
        if (n == NGX_AGAIN) {
            break;
        }
        if (n <= 0) {
            lost("connection closed");
            return;
        }
        node_.receive({reinterpret_cast<const char*>(buffer.data()), static_cast<std::size_t>(n)});
    }
    if (connection_ != nullptr && ngx_handle_read_event(connection_->read, 0) != NGX_OK) {
        lost("cannot wait for the socket");
    }
}

void RedisWire::lost(std::string_view why) {
    node_.lost(why);
}

void RedisWire::close() {
    if (resolving_ != nullptr) {
        ngx_resolve_name_done(resolving_);
        resolving_ = nullptr;
        unresolved_ = true;
    }
    if (connection_ != nullptr) {
        ngx_pool_t* const pool = connection_->pool;
        if (connection_->ssl != nullptr) {
            connection_->ssl->no_wait_shutdown = 1;
            connection_->ssl->no_send_shutdown = 1;
            (void)ngx_ssl_shutdown(connection_);
        }
        ngx_close_connection(connection_);
        connection_ = nullptr;
        if (pool != nullptr) {
            ngx_destroy_pool(pool);
        }
    }
    connected_ = established_ = false;
    flush_.unset();
}

void RedisWire::on_read(ngx_event_t* event) noexcept {
    auto* connection = static_cast<ngx_connection_t*>(event->data);
    auto* wire = static_cast<RedisWire*>(connection->data);
    // worker_shutdown_timeout closes every connection; an idle scan never sees ours.
    if (connection->close || connection->error) {
        wire->lost("shutting down");
    } else if (wire->ready()) {
        wire->receive();
    }
}

void RedisWire::on_write(ngx_event_t* event) noexcept {
    auto* wire = static_cast<RedisWire*>(static_cast<ngx_connection_t*>(event->data)->data);
    if (wire->ready()) {
        wire->send();
    }
}

void RedisWire::on_flush(ngx_event_t* event) noexcept {
    Timer::owner<RedisWire>(event)->send();
}

}  // namespace pz::ngx
