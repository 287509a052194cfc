// The router's calls: where each goes, and what becomes of its answer.
#include <algorithm>
#include <utility>

#include "redis/router.hpp"

namespace pz::redis {

namespace {

constexpr unsigned kMaxRedirects = 8;
constexpr Millis kNamedFor = 10000;
constexpr Millis kFirstPause = 10;
constexpr Millis kLongestPause = 100;
constexpr std::size_t kMaxWaiting = 1024;  // writes, for a successor
constexpr unsigned kFreshFailures = 8;     // of a primary, in a row: lost for 3 to 6 s
constexpr unsigned kIndexBits = 20;        // of a ticket: which call; above: which of its lives
constexpr Ticket kIndexMask = (Ticket{1} << kIndexBits) - 1;

}  // namespace

Ticket Router::read(std::string_view key, std::string_view commands, unsigned replies,
                    Handler* handler) {
    const bool near = options_.url.replicas && !recent_.holds(key, now(), options_.own_writes);
    return submit(key, commands, replies, handler, true, near);
}

Ticket Router::write(std::string_view key, std::string_view commands, unsigned replies,
                     Handler* handler) {
    if (options_.url.replicas) {
        recent_.mark(key, now());
    }
    return submit(key, commands, replies, handler, false, false);
}

Ticket Router::submit(std::string_view key, std::string_view commands, unsigned replies,
                      Handler* handler, bool is_read, bool near) {
    Call* const call = stopped_ ? nullptr : allot();
    if (call == nullptr) {
        return 0;
    }
    call->begin(commands, replies);
    call->user = handler;
    call->slot = slot(key);
    call->read = is_read;
    call->near = near;
    call->began_us = network_.now_us();
    const Ticket ticket = call->ticket;
    if (undiscovered()) {
        pause(*call);
    } else if (!dispatch(*call)) {
        if (!may_wait(*call)) {
            free(*call);
            return 0;
        }
        pause(*call);
    }
    deadlines_.emplace_back(call->began_us / 1000 + patience(), ticket);
    network_.wake_within(kFirstPause);
    return ticket;
}

// Whether a successor may take it within the call's time: of a primary that was lost just now.
bool Router::may_wait(const Call& call) const {
    const bool has_successors = options_.url.kind == Url::Kind::cluster || checks_role();
    if (call.read || !has_successors || !layout_ || paused_.size() >= kMaxWaiting) {
        return false;
    }
    const std::uint16_t shard = layout_->shard_of[call.slot];
    const Node* const primary = shard != Layout::kNobody ? members_[shard].primary : nullptr;
    return primary != nullptr && primary->failures() < kFreshFailures;
}

void Router::cancel(Ticket ticket) {
    const std::size_t index = ticket & kIndexMask;
    if (ticket != 0 && index < calls_.size() && calls_[index]->ticket == ticket) {
        calls_[index]->user = nullptr;
    }
}

Call* Router::allot() {
    if (free_.empty()) {
        if (calls_.size() == options_.max_calls) {
            return nullptr;
        }
        calls_.push_back(std::make_unique<Call>(static_cast<Call::Owner&>(*this)));
        free_.push_back(static_cast<std::uint32_t>(calls_.size() - 1));
    }
    const std::uint32_t index = free_.back();
    free_.pop_back();
    calls_[index]->ticket = ++serial_ << kIndexBits | index;
    return calls_[index].get();
}

void Router::free(Call& call) {
    free_.push_back(static_cast<std::uint32_t>(call.ticket & kIndexMask));
    call.ticket = 0;
    call.node = nullptr;
}

// The replies may be the call's own: it is free when the handler has seen them.
void Router::finish(Call& call, std::span<const Reply> replies) {
    Handler* const user = std::exchange(call.user, nullptr);
    if (user != nullptr) {
        user->on_replies(replies);
    }
    free(call);
}

void Router::fail(Call& call, std::string_view why) {
    Handler* const user = std::exchange(call.user, nullptr);
    if (user != nullptr) {
        user->on_failure(why);
    }
    free(call);
}

bool Router::dispatch(Call& call) {
    Node* const node = choose(call);
    return node != nullptr && send(call, *node, false);
}

bool Router::send(Call& call, Node& node, bool asking) {
    unsigned replies = 0;
    const std::string_view commands = call.commands(asking, &replies);
    call.node = node.submit(commands, replies, &call) != 0 ? &node : nullptr;
    return call.node != nullptr;
}

// Of the shard that has the slot; nullptr: none is known.
const Router::Members* Router::members_of(Slot slot) const {
    const std::uint16_t shard = layout_ ? layout_->shard_of[slot] : Layout::kNobody;
    return shard == Layout::kNobody ? nullptr : &members_[shard];
}

bool Router::takes_writes(Slot slot) const {
    const Members* const members = members_of(slot);
    return members != nullptr && members->primary != nullptr && members->primary->takes_writes();
}

// nullptr: nobody who could.
Node* Router::choose(const Call& call) {
    const Members* const members = members_of(call.slot);
    if (members == nullptr) {
        return nullptr;
    }
    Node* const nearest = members->nearest;
    if (call.read && call.near && nearest != nullptr && nearest->takes_reads()) {
        return nearest;
    }
    Node* const primary = members->primary;
    if (primary == nullptr) {
        return nullptr;
    }
    const bool takes = call.read ? primary->takes_reads() : primary->takes_writes();
    return takes ? primary : nullptr;
}

void Router::on_call_replies(Call& call, std::span<const Reply> replies) noexcept {
    Node& from = *std::exchange(call.node, nullptr);
    if (call.read && call.redirects == 0 && call.pause == 0) {
        from.answered(network_.now_us() - call.began_us);
    }
    if (options_.url.kind == Url::Kind::server) {
        finish(call, replies);
        return;
    }
    if (const auto all = call.take(replies); !all.empty()) {
        finish(call, all);
    } else if (call.read && call.user == nullptr) {
        free(call);
    } else {
        follow(call, from.where());
    }
}

// A read may be sent again; whether a write was carried out, nobody knows.
void Router::on_call_failure(Call& call, std::string_view why) noexcept {
    const bool was_near = call.near;
    call.node = nullptr;
    call.near = false;
    if (!(call.read && was_near && call.user != nullptr && dispatch(call))) {
        fail(call, why);
    }
}

// `from`: who sent it on.
void Router::follow(Call& call, const Endpoint& from) {
    using Kind = Redirect::Kind;
    listener_.on_redirect();
    const Kind kind = call.redirect().kind;
    call.near = false;
    if (kind != Kind::ask && kind != Kind::again) {
        refresh_soon();
    }
    if (kind == Kind::moved || kind == Kind::ask) {
        send_on(call, from);
    } else {
        pause(call);
    }
}

void Router::send_on(Call& call, const Endpoint& from) {
    const Redirect& redirect = call.redirect();
    if (++call.redirects > kMaxRedirects || options_.url.kind != Url::Kind::cluster) {
        fail(call, "sent from server to server");
        return;
    }
    Endpoint where = redirect.where;
    if (where.host.empty()) {
        where.host = from.host;
    }
    const bool asks = redirect.kind == Redirect::Kind::ask;
    Node* const target = server(where, true, now() + kNamedFor);
    if (target != nullptr && !asks) {
        moved(redirect.slot, where, *target);
    }
    if (target == nullptr || !target->takes_writes() || !send(call, *target, asks)) {
        fail(call, "sent to a server that is away");
    }
}

void Router::pause(Call& call) {
    call.pause = call.pause == 0 ? kFirstPause : std::min(call.pause * 2, kLongestPause);
    call.again_at = now() + call.pause;
    paused_.push_back(call.ticket);
}

void Router::run_paused() {
    for (const Ticket ticket : std::exchange(paused_, {})) {
        Call& call = *calls_[ticket & kIndexMask];
        if (call.ticket == ticket) {
            resume(call);
        }
    }
}

// What a server could not answer waits for the one that can, until its time is over.
void Router::resume(Call& call) {
    const bool first = call.redirect().kind == Redirect::Kind::none;
    if (call.read && call.user == nullptr) {
        free(call);
    } else if (first ? undiscovered() : now() < call.again_at) {
        paused_.push_back(call.ticket);
    } else if (!dispatch(call)) {
        if (first && !may_wait(call)) {
            fail(call, "nobody to ask");
        } else {
            pause(call);
        }
    }
}

void Router::run_deadlines() {
    const Millis now_ms = now();
    while (!deadlines_.empty()) {
        const auto [due, ticket] = deadlines_.front();
        Call& call = *calls_[ticket & kIndexMask];
        const bool alive = call.ticket == ticket;
        if (alive && due > now_ms) {
            return;
        }
        deadlines_.pop_front();
        if (alive) {
            expire(call);
        }
    }
}

// One that is out is free when its connection has answered or failed.
void Router::expire(Call& call) {
    if (call.node == nullptr) {
        fail(call, "no answer in time");
    } else if (Handler* const user = std::exchange(call.user, nullptr)) {
        user->on_failure("no answer in time");
    }
}

}  // namespace pz::redis
