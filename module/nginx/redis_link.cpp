#include "nginx/redis_link.hpp"

#include <string>

#include "nginx/redis_wire.hpp"

namespace pz::ngx {

namespace {

// A server that owes replies for so long is taken for dead; never less than twice the longest
// personalize_timeout.
constexpr ngx_msec_t kStall = 400;

redis::RouterOptions options(const RedisConf& conf, ngx_msec_t slow) {
    redis::RouterOptions options;
    options.url = conf.url;
    options.node.slow = slow;
    options.node.stall = ngx_max(kStall, 2 * slow);
    return options;
}

}  // namespace

RedisLink::RedisLink(const RedisConf& conf, Resolver resolver, ngx_msec_t slow, Stats& stats,
                     std::span<redis::RecentWrites::Cell> recent)
    : conf_(conf),
      resolver_(resolver),
      stats_(stats),
      tick_(this, on_tick, ngx_cycle->log, Timer::Leaving::goes),
      router_(options(conf, slow), *this, *this, recent) {
    router_.start();
}

RedisLink::~RedisLink() {
    router_.stop();
}

std::uint32_t RedisLink::random() {
    return static_cast<std::uint32_t>(::random());  // ngx_random() would be this function
}

// nginx takes a timer that moves by less than 300 ms for unmoved: it is set anew.
void RedisLink::wake_within(redis::Millis delay) {
    const ngx_msec_t at = ngx_current_msec + delay;
    if (tick_.is_set()) {
        if (static_cast<ngx_msec_int_t>(at - tick_at_) >= 0) {
            return;
        }
        tick_.unset();
    }
    tick_at_ = at;
    tick_.set(delay);
}

std::unique_ptr<redis::Wire> RedisLink::wire(redis::Node& node) {
    return std::make_unique<RedisWire>(node, conf_, resolver_.resolver, resolver_.timeout);
}

void RedisLink::on_tick(ngx_event_t* event) noexcept {
    auto* link = Timer::owner<RedisLink>(event);
    guarded(ngx_cycle->log, 0, [link] {
        link->router_.tick();
        return 0;
    });
}

void RedisLink::on_node_ready(const redis::Endpoint& where, unsigned failures) {
    stats_.redis_connects.add();
    layout_complained_ = false;
    if (failures > 0) {
        log(NGX_LOG_NOTICE, ngx_cycle->log, "Redis at " + where.name() + " is back");
    }
}

void RedisLink::on_node_lost(const redis::Endpoint& where, std::string_view why,
                             unsigned failures) {
    stats_.redis_failures.add();
    if (failures == 1) {
        log(NGX_LOG_ERR, ngx_cycle->log,
            "Redis at " + where.name() + ": " + std::string(why) +
                "; pages stay as the origin made them until it is back");
    }
}

void RedisLink::on_layout_failed(std::string_view why) {
    if (!std::exchange(layout_complained_, true)) {
        log(NGX_LOG_ERR, ngx_cycle->log,
            "Redis: " + std::string(why) + "; pages stay as the origin made them until then");
    }
}

}  // namespace pz::ngx
