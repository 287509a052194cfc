#include "nginx/delivery.hpp"

#include <algorithm>

namespace pz::ngx {

namespace {

// What no later attempt changes.
bool final(const redis::Reply& error) {
    return error.text.starts_with("WRONGTYPE");
}

// The command is not for this user, or not there.
bool is_denied(const redis::Reply& error) {
    return error.text.starts_with("NOPERM") || error.text.starts_with("ERR unknown command");
}

// What follows may name a visitor.
std::string_view code_of(std::string_view error) {
    return error.substr(0, error.find(' '));
}

}  // namespace

bool Delivery::send(RedisLink* redis, spool::Parts part, const Commands& commands) {
    Part& handler = part == spool::kList ? list_ : stream_;
    missing_ |= part;  // also should memory be out
    if (redis == nullptr ||
        redis->write(commands.key, commands.commands, commands.replies, &handler) == 0) {
        leave_out(part);
        return false;
    }
    missing_ &= static_cast<spool::Parts>(~part);
    out_ |= part;
    return true;
}

void Delivery::leave_out(spool::Parts part) {
    fail(part, events_, "Redis is away");
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
        delivery.fail(part, 0, code_of(reply.text));
        delivery.denied_ |= is_denied(reply);
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
