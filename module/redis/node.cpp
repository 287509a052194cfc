#include "redis/node.hpp"

#include <string>
#include <utility>

#include "redis/commands.hpp"

namespace pz::redis {

Node::Node(std::vector<Endpoint> addresses, const NodeOptions& options, Network& network,
           Observer& observer)
    : addresses_(std::move(addresses)),
      options_(options),
      network_(network),
      observer_(observer),
      session_(options.limits),
      wire_(network.wire(*this)) {}

Node::~Node() = default;

void Node::start() {
    if (!std::exchange(started_, true)) {
        connect();
    }
}

void Node::stop(std::string_view why) {
    started_ = false;
    if (std::exchange(open_, false)) {
        wire_->drain();
        wire_->close();
    }
    session_.fail(why);
}

void Node::connect() {
    open_ = true;
    progress_ = now();
    session_.connected(options_.login);
    network_.wake_within(options_.connect);
    if (!wire_->open()) {
        lost("cannot connect");
    }
}

void Node::tick(Millis now) {
    if (!started_) {
        return;
    }
    if (!open_) {
        if (breaker_.probe_due(now)) {
            connect();
        }
        return;
    }
    const bool waits = session_.pending() > 0 || !session_.ready();
    if (waits && now - progress_ >= (session_.ready() ? options_.stall : options_.connect)) {
        lost("no answer");
    } else if (session_.ready() && (breaker_.probe_due(now) || now >= probe_at_)) {
        probe();
    }
}

Ticket Node::submit(std::string_view commands, unsigned replies, Handler* handler) {
    const bool first = session_.ready() && session_.pending() == 0;
    const Ticket ticket = session_.submit(commands, replies, handler);
    if (ticket != 0) {
        progress_ = first ? now() : progress_;
        wire_->flush();
    }
    return ticket;
}

void Node::answered(std::uint64_t after_us) {
    if (breaker_.answered(after_us <= options_.slow * 1000)) {
        breaker_.trip(now(), network_.random());
    }
}

void Node::probe() {
    probe_at_ = now() + kProbeEvery;
    if (probe_.under_way) {
        return;
    }
    std::string ping;
    const unsigned replies = append_command(ping, {"PING"});
    probe_.began_us = network_.now_us();
    probe_.under_way = submit(ping, replies, &probe_) != 0;
}

void Node::Probe::on_replies(std::span<const Reply>) noexcept {
    under_way = false;
    node.probed(node.network_.now_us() - began_us);
}

void Node::Probe::on_failure(std::string_view) noexcept {
    under_way = false;
}

// An average that forgets half of the past in five probes.
void Node::probed(std::uint64_t after_us) {
    constexpr std::uint64_t kShare = 8;
    round_trip_us_ =
        round_trip_us_ == 0 ? after_us : (round_trip_us_ * (kShare - 1) + after_us) / kShare;
    if (breaker_.state() != Breaker::State::half_open) {
        return;
    }
    if (after_us <= options_.slow * 1000) {
        breaker_.mend();
    } else {
        breaker_.trip(now(), network_.random());
    }
}

void Node::receive(std::string_view bytes) {
    progress_ = now();
    const bool was_ready = session_.ready();
    if (const Status status = session_.receive(bytes); !status.ok()) {
        lost(status.message());
        return;
    }
    if (!was_ready && ready()) {
        breaker_.mend();
        fresh_ = false;
        probe_at_ = progress_;
        wire_->flush();
        observer_.on_ready(*this);
        failures_ = 0;
    }
}

// Closes first: handlers that run then may ask for the node and must find it gone.
void Node::lost(std::string_view why) {
    if (!std::exchange(open_, false)) {
        return;
    }
    const std::string reason(why);
    fresh_ = false;
    ++failures_;
    wire_->close();
    breaker_.trip(now(), network_.random());
    observer_.on_lost(*this, reason);
    next_address();
    session_.fail(reason);
    network_.wake_within(Breaker::kFirstPause);
}

}  // namespace pz::redis
