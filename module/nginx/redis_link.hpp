// RedisLink: a worker's way to Redis: a redis::Router on nginx's event loop. One timer for all that
// has a time; bytes travel by RedisWires, commands of one event-loop turn in one send for each
// server, or a few if they are many. The timer is cancelable, so that a leaving worker is not kept.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "nginx/clock.hpp"
#include "nginx/ngx.hpp"
#include "nginx/redis_conf.hpp"
#include "nginx/stats.hpp"
#include "nginx/timer.hpp"
#include "redis/router.hpp"

namespace pz::ngx {

class RedisLink final : private redis::Network, private redis::Router::Listener {
  public:
    struct Resolver {
        ngx_resolver_t* resolver = nullptr;  // nullptr: none
        ngx_msec_t timeout = 30000;
    };

    // `slow`: a read that takes longer is of no use. `recent`: shared by all workers.
    RedisLink(const RedisConf& conf, Resolver resolver, ngx_msec_t slow, Stats& stats,
              std::span<redis::RecentWrites::Cell> recent);
    ~RedisLink();
    RedisLink(const RedisLink&) = delete;
    RedisLink& operator=(const RedisLink&) = delete;

    // Nobody need wait longer for a ticket.
    ngx_msec_t longest_wait() const { return router_.patience(); }
    bool ready() const { return router_.ready(); }
    std::vector<redis::Router::NodeState> nodes() const { return router_.nodes(); }

    // As Router's: 0 when Redis is away or the queue is full, and the caller fails open at once. Only
    // a new worker's first connection takes commands before it is ready, so that a reload costs
    // nobody their personal page.
    redis::Ticket read(std::string_view key, std::string_view commands, unsigned replies,
                       redis::Handler* handler) {
        return router_.read(key, commands, replies, handler);
    }
    redis::Ticket write(std::string_view key, std::string_view commands, unsigned replies,
                        redis::Handler* handler) {
        return router_.write(key, commands, replies, handler);
    }
    void cancel(redis::Ticket ticket) { router_.cancel(ticket); }
    redis::Slot slot(std::string_view key) const { return router_.slot(key); }
    bool takes_writes(redis::Slot slot) const { return router_.takes_writes(slot); }
    bool divided() const { return router_.divided(); }

  private:
    // redis::Network
    std::uint64_t now_us() override { return monotonic_us(); }
    std::uint32_t random() override;
    void wake_within(redis::Millis delay) override;
    std::unique_ptr<redis::Wire> wire(redis::Node& node) override;
    // redis::Router::Listener
    void on_node_ready(const redis::Endpoint& where, unsigned failures) override;
    void on_node_lost(const redis::Endpoint& where, std::string_view why,
                      unsigned failures) override;
    void on_layout_failed(std::string_view why) override;
    void on_redirect() override { stats_.redis_redirects.add(); }

    static void on_tick(ngx_event_t* event) noexcept;

    const RedisConf& conf_;
    const Resolver resolver_;
    Stats& stats_;
    Timer tick_;
    ngx_msec_t tick_at_ = 0;
    bool layout_complained_ = false;
    redis::Router router_;
};

}  // namespace pz::ngx
