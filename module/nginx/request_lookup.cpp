// What is known of the visitor: asked of Redis while the origin answers, and made a profile.
#include <time.h>

#include "nginx/request.hpp"

namespace pz::ngx {

namespace {

std::uint64_t monotonic_us() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

}  // namespace

// Another location may know the visitor by another name, or not have their consent.
void Request::forget_lookup() {
    if (lookup_ == Lookup::pending) {
        worker_.redis()->cancel(ticket_);
    }
    lookup_ = Lookup::none;
    skip_ = Skip::none;
    ticket_ = 0;
    event_texts_.clear();
    traits_.clear();
    reply_bytes_.clear();
    work_->trait_bytes.clear();
}

void Request::start_lookup() {
    std::string& commands = work_->commands;
    commands.clear();
    const unsigned replies =
        redis::append_read(commands, main_->keys, visitor_, main_->retention.events);
    worker_.stats().lookups.add();
    lookup_began_us_ = monotonic_us();
    ticket_ = worker_.redis()->read(main_->keys.events(visitor_), commands, replies, this);
    lookup_ = ticket_ != 0 ? Lookup::pending : Lookup::failed;
    if (lookup_ == Lookup::failed) {
        worker_.stats().lookup_failures.add();
        skip(Skip::redis);
    }
}

void Request::on_replies(std::span<const redis::Reply> replies) noexcept {
    worker_.stats().observe_lookup(monotonic_us() - lookup_began_us_);
    const bool kept = guarded(r_->connection->log, false, [&] {
        if (replies.size() != 2 || replies[0].type != redis::Reply::Type::array ||
            replies[1].type != redis::Reply::Type::array) {
            return false;
        }
        take_replies(replies);
        return true;
    });
    if (!kept) {
        worker_.stats().lookup_failures.add();
    }
    end_lookup(kept ? Lookup::ready : Lookup::failed, Skip::redis);
}

void Request::on_failure(std::string_view) noexcept {
    worker_.stats().lookup_failures.add();
    end_lookup(Lookup::failed, Skip::redis);
}

// The replies live only during the call. A page that waits for them needs no copy of the events.
void Request::take_replies(std::span<const redis::Reply> replies) {
    const auto events = replies[0].elements;
    keep_traits(replies[1].elements);
    if (hold_ != Hold::placement || skip_ != Skip::none) {
        keep_events(events);
        return;
    }
    for (const auto& event : events) {
        event_texts_.push_back(event.text);
    }
    build_profile();
}

// One copy serves all views.
void Request::keep_events(std::span<const redis::Reply> events) {
    std::size_t size = 0;
    for (const auto& event : events) {
        size += event.text.size();
    }
    reply_bytes_.reserve(size);
    for (const auto& event : events) {
        const std::size_t begin = reply_bytes_.size();
        reply_bytes_.append(event.text);
        event_texts_.push_back(std::string_view(reply_bytes_).substr(begin));
    }
}

void Request::keep_traits(std::span<const redis::Reply> fields) {
    std::string& bytes = work_->trait_bytes;
    std::size_t size = 0;
    for (const auto& field : fields) {
        size += field.text.size();
    }
    bytes.reserve(size);
    const auto keep = [&bytes](std::string_view text) {
        const std::size_t begin = bytes.size();
        bytes.append(text);
        return std::string_view(bytes).substr(begin);
    };
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        const std::string_view name = keep(fields[i].text);
        traits_.emplace_back(name, keep(fields[i + 1].text));
    }
}

void Request::end_lookup(Lookup state, Skip reason) {
    lookup_ = state;
    ticket_ = 0;
    if (state == Lookup::failed) {
        skip(reason);
    }
    // Not held: the request may be in a phase of another module; the body will ask.
    if (hold_ != Hold::none) {
        wake();
    }
}

// Of the worker's snapshot, if there is one; the texts are not asked for again.
void Request::build_profile() {
    snapshot_ = worker_.snapshot();
    profiled_ = true;
    if (snapshot_ != nullptr) {
        event_texts_.insert(event_texts_.begin(), own_events_.begin(), own_events_.end());
        profile_.build(*snapshot_, event_texts_, traits_, now());
    }
    event_texts_.clear();
}

}  // namespace pz::ngx
