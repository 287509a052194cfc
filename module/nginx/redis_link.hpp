// RedisLink: the worker's one connection to Redis, on nginx's event loop.
//
// nginx owns socket and events, redis::Session the protocol. Commands of one event-loop turn leave
// in one send (a posted event). A server that does not answer is dropped: when replies are due and
// none came for kStall, everything pending fails and the link reconnects with growing, jittered
// pauses. All timers are cancelable, so that a leaving worker is not kept; shutdown() closes what
// is left.
#pragma once

#include <string_view>

#include "nginx/ngx.hpp"
#include "nginx/stats.hpp"
#include "nginx/timer.hpp"
#include "redis/session.hpp"

namespace pz::ngx {

class RedisLink {
  public:
    RedisLink(const redis::Url& url, ngx_addr_t* addresses, ngx_uint_t address_count,
              ngx_msec_t stall, Stats& stats);
    ~RedisLink();
    RedisLink(const RedisLink&) = delete;
    RedisLink& operator=(const RedisLink&) = delete;

    void connect();
    // Nobody need wait longer for a ticket: a link that lives has answered, or was given up, before.
    ngx_msec_t longest_wait() const { return 2 * stall_ + 1000; }
    bool ready() const { return connection_ != nullptr && session_.ready(); }
    std::size_t pending() const { return session_.pending(); }

    // 0 when Redis is away or the queue is full: the caller fails open at once. Only a new worker's
    // first connection takes commands before it is ready, so that a reload costs nobody their
    // personal page.
    redis::Ticket submit(std::string_view commands, unsigned replies, redis::Handler* handler);
    void cancel(redis::Ticket ticket) { session_.cancel(ticket); }
    // Sends what can be sent and closes. Pending handlers are not called: their requests are going
    // too.
    void shutdown();

  private:
    static constexpr ngx_msec_t kConnectTimeout = 1000;
    static constexpr ngx_msec_t kFirstPause = 50;
    static constexpr ngx_msec_t kLongestPause = 3000;

    static void on_read(ngx_event_t* event) noexcept;
    static void on_write(ngx_event_t* event) noexcept;
    static void on_flush(ngx_event_t* event) noexcept;
    static void on_watch(ngx_event_t* event) noexcept;
    static void on_reconnect(ngx_event_t* event) noexcept;

    void flush();
    bool established();
    void start_session();
    void read();
    void watch();
    void fail(std::string_view why);
    void close();
    void schedule_reconnect();

    redis::Url url_;
    ngx_addr_t* addresses_;
    ngx_uint_t address_count_;
    ngx_uint_t next_address_ = 0;
    const ngx_msec_t stall_;
    Stats& stats_;
    redis::Session session_;
    ngx_connection_t* connection_ = nullptr;
    bool established_ = false;
    bool first_ = true;  // no connection has failed yet
    bool stopped_ = false;
    std::uint64_t received_ = 0;       // bytes, ever
    std::uint64_t received_seen_ = 0;  // at the last watch
    ngx_msec_t pause_ = kFirstPause;
    bool complained_ = false;
    Timer flush_, watch_, reconnect_;
};

}  // namespace pz::ngx
