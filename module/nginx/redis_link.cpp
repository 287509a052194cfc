#include "nginx/redis_link.hpp"

#include <array>
#include <string>

namespace pz::ngx {

RedisLink::RedisLink(const redis::Url& url, ngx_addr_t* addresses, ngx_uint_t address_count,
                     ngx_msec_t stall, Stats& stats)
    : url_(url),
      addresses_(addresses),
      address_count_(address_count),
      stall_(stall),
      stats_(stats),
      flush_(this, on_flush, ngx_cycle->log, Timer::Leaving::goes),
      watch_(this, on_watch, ngx_cycle->log, Timer::Leaving::goes),
      reconnect_(this, on_reconnect, ngx_cycle->log, Timer::Leaving::goes) {}

RedisLink::~RedisLink() {
    shutdown();
}

void RedisLink::connect() {
    if (stopped_ || connection_ != nullptr) {
        return;
    }
    ngx_addr_t& address = addresses_[next_address_++ % address_count_];
    ngx_peer_connection_t peer;
    ngx_memzero(&peer, sizeof(peer));
    peer.sockaddr = address.sockaddr;
    peer.socklen = address.socklen;
    peer.name = &address.name;
    peer.get = ngx_event_get_peer;
    peer.log = ngx_cycle->log;
    peer.log_error = NGX_ERROR_INFO;

    const ngx_int_t rc = ngx_event_connect_peer(&peer);
    if (rc != NGX_OK && rc != NGX_AGAIN) {
        if (peer.connection != nullptr) {
            ngx_close_connection(peer.connection);
        }
        fail("cannot connect");
        return;
    }
    connection_ = peer.connection;
    connection_->data = this;
    connection_->read->handler = on_read;
    connection_->write->handler = on_write;
    connection_->log = ngx_cycle->log;
    connection_->read->log = ngx_cycle->log;
    connection_->write->log = ngx_cycle->log;
    established_ = false;
    session_.connected(url_);
    watch_.set(kConnectTimeout);
    if (rc == NGX_OK) {
        start_session();
    }
}

void RedisLink::start_session() {
    established_ = true;
    if (url_.unix_socket == false) {
        const int on = 1;
        (void)setsockopt(connection_->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    flush();
}

// Whether the pending connect succeeded.
bool RedisLink::established() {
    if (established_) {
        return true;
    }
    int error = 0;
    socklen_t length = sizeof(error);
    if (getsockopt(connection_->fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error != 0) {
        fail("cannot connect");
        return false;
    }
    start_session();
    return connection_ != nullptr;
}

redis::Ticket RedisLink::submit(std::string_view commands, unsigned replies,
                                redis::Handler* handler) {
    if (!ready() && !(first_ && connection_ != nullptr)) {
        return 0;
    }
    const redis::Ticket ticket = session_.submit(commands, replies, handler);
    if (ticket != 0) {
        flush_.post();
        watch();
    }
    return ticket;
}

// Only while replies are due: an idle link costs no wake-ups.
void RedisLink::watch() {
    if (!watch_.is_set()) {
        received_seen_ = received_;
        watch_.set(stall_);
    }
}

// What the socket does not take leaves later.
void RedisLink::flush() {
    while (connection_ != nullptr && established_) {
        const std::string_view output = session_.output();
        if (output.empty()) {
            return;
        }
        const ssize_t n = connection_->send(connection_, bytes(output), output.size());
        if (n == NGX_AGAIN || n == 0) {
            break;
        }
        if (n < 0) {
            fail("cannot send");
            return;
        }
        session_.sent(static_cast<std::size_t>(n));
    }
    if (connection_ != nullptr && ngx_handle_write_event(connection_->write, 0) != NGX_OK) {
        fail("cannot wait for the socket");
    }
}

void RedisLink::read() {
    std::array<u_char, 65536> buffer;
    while (connection_ != nullptr) {
        const ssize_t n = connection_->recv(connection_, buffer.data(), buffer.size());
        if (n == NGX_AGAIN) {
            break;
        }
        if (n <= 0) {
            fail("connection closed");
            return;
        }
        received_ += static_cast<std::uint64_t>(n);
        const bool was_ready = session_.ready();
        const Status status = session_.receive(
            {reinterpret_cast<const char*>(buffer.data()), static_cast<std::size_t>(n)});
        if (!status.ok()) {
            fail(status.message());
            return;
        }
        if (!was_ready && session_.ready()) {
            stats_.redis_connects.add();
            pause_ = kFirstPause;
            if (complained_) {
                log(NGX_LOG_NOTICE, ngx_cycle->log, "Redis is back");
                complained_ = false;
            }
            flush();
        }
    }
    if (connection_ != nullptr && ngx_handle_read_event(connection_->read, 0) != NGX_OK) {
        fail("cannot wait for the socket");
    }
}

void RedisLink::close() {
    if (connection_ != nullptr) {
        ngx_close_connection(connection_);
        connection_ = nullptr;
    }
    established_ = false;
    flush_.unset();
    watch_.unset();
}

// Closes first: handlers that run then may ask for the link and must find it gone.
void RedisLink::fail(std::string_view why) {
    const std::string reason(why);
    first_ = false;
    if (!complained_ && !stopped_) {
        log(NGX_LOG_ERR, ngx_cycle->log,
            "Redis at " + std::string(view(addresses_[0].name)) + ": " + reason +
                "; pages stay as the origin made them until it is back");
        complained_ = true;
    }
    stats_.redis_failures.add();
    close();
    schedule_reconnect();
    session_.fail(reason);
}

void RedisLink::schedule_reconnect() {
    if (stopped_ || reconnect_.is_set()) {
        return;
    }
    const ngx_msec_t jitter = static_cast<ngx_msec_t>(ngx_random()) % (pause_ / 2 + 1);
    reconnect_.set(pause_ / 2 + jitter);
    pause_ = ngx_min(pause_ * 2, kLongestPause);
}

void RedisLink::shutdown() {
    stopped_ = true;
    flush();
    close();
    reconnect_.unset();
}

void RedisLink::on_read(ngx_event_t* event) noexcept {
    auto* connection = static_cast<ngx_connection_t*>(event->data);
    auto* link = static_cast<RedisLink*>(connection->data);
    // worker_shutdown_timeout closes every connection; an idle scan never sees ours.
    if (connection->close || connection->error) {
        link->shutdown();
        link->session_.fail("shutting down");
        return;
    }
    if (link->established()) {
        link->read();
    }
}

void RedisLink::on_write(ngx_event_t* event) noexcept {
    auto* link = static_cast<RedisLink*>(static_cast<ngx_connection_t*>(event->data)->data);
    if (link->established()) {
        link->flush();
    }
}

void RedisLink::on_flush(ngx_event_t* event) noexcept {
    Timer::owner<RedisLink>(event)->flush();
}

void RedisLink::on_watch(ngx_event_t* event) noexcept {
    auto* link = Timer::owner<RedisLink>(event);
    const bool silent = link->received_ == link->received_seen_;
    if (!link->ready() || (silent && link->session_.pending() > 0)) {
        link->fail("no answer");
        return;
    }
    if (link->session_.pending() > 0) {
        link->watch();
    }
}

void RedisLink::on_reconnect(ngx_event_t* event) noexcept {
    Timer::owner<RedisLink>(event)->connect();
}

}  // namespace pz::ngx
