#include "nginx/delivery.hpp"

#include <algorithm>

namespace pz::ngx {

namespace {

// What no later attempt changes.
bool final(const redis::Reply& error) {
    return error.text.starts_with("WRONGTYPE");
}

}  // namespace

bool Delivery::send(RedisLink* redis, spool::Parts part, const Commands& commands) {
    Part& handler = part == spool::kList ? list_ : stream_;
    if (redis == nullptr ||
        redis->write(commands.key, commands.commands, commands.replies, &handler) == 0) {
        leave_out(part);
        return false;
    }
    out_ |= part;
    return true;
}

void Delivery::leave_out(spool::Parts part) {
    fail(part, events_, "Redis is away");
}

void Delivery::reset() {
    missing_ = refused_ = 0;
    failed_ = 0;
    why_size_ = 0;
}

void Delivery::fail(spool::Parts part, std::size_t events, std::string_view why) {
    missing_ |= part;
    failed_ = std::max(failed_, events);
    why_size_ = why.copy(why_.data(), why_.size());
}

void Delivery::end(spool::Parts part) {
    out_ &= static_cast<spool::Parts>(~part);
    if (out_ == 0) {
        owner_.on_delivered();
    }
}

// One reply for each event tells which failed; where events share commands, one error fails all.
void Delivery::Part::on_replies(std::span<const redis::Reply> replies) noexcept {
    std::size_t errors = 0;
    for (const redis::Reply& reply : replies) {
        if (reply.type != redis::Reply::Type::error) {
            continue;
        }
        errors++;
        delivery.fail(part, 0, reply.text);
        if (final(reply)) {
            delivery.refused_ |= part;
        }
    }
    delivery.failed_ =
        std::max(delivery.failed_,
                 errors == 0 || replies.size() == delivery.events_ ? errors : delivery.events_);
    delivery.missing_ &= static_cast<spool::Parts>(~delivery.refused_);
    delivery.end(part);
}

void Delivery::Part::on_failure(std::string_view why) noexcept {
    delivery.fail(part, delivery.events_, why);
    delivery.end(part);
}

}  // namespace pz::ngx
