#include "nginx/lookup.hpp"

#include "nginx/clock.hpp"
#include "redis/commands.hpp"
#include "redis/history_cache.hpp"

namespace pz::ngx {

namespace {

std::string_view keep(std::string& bytes, std::string_view text) {
    const std::size_t begin = bytes.size();
    bytes += text;
    return std::string_view(bytes).substr(begin);
}

}  // namespace

void Lookup::begin(std::string_view visitor) {
    visitor_ = visitor;
    began_us_ = monotonic_us();
    conf_.worker->stats().lookups.add();
    place_ = conf_.worker->histories().last_place(visitor, ngx_current_msec);
    send();
    if (!pending()) {
        conf_.worker->stats().lookup_failures.add();
    }
}

void Lookup::send() {
    std::string& commands = work_.commands;
    commands.clear();
    const unsigned replies =
        place_ ? redis::append_check(commands, conf_.keys, visitor_, *place_,
                                     redis::HistoryCache::kNewest)
               : redis::append_read(commands, conf_.keys, visitor_, conf_.retention.events);
    ticket_ = conf_.worker->redis()->read(conf_.keys.events(visitor_), commands, replies, this);
    state_ = ticket_ != 0 ? State::pending : State::failed;
}

void Lookup::give_up() {
    if (pending()) {
        conf_.worker->redis()->cancel(ticket_);
        state_ = State::failed;
    }
}

void Lookup::forget() {
    give_up();
    state_ = State::none;
    work_.event_bytes.clear();
    work_.trait_bytes.clear();
    work_.events.clear();
    work_.traits.clear();
}

void Lookup::on_replies(std::span<const redis::Reply> replies) noexcept {
    state_ = State::failed;  // should memory be out
    (void)guarded(log_, 0, [&] {
        take(replies);
        return 0;
    });
    if (pending()) {
        return;
    }
    Stats& stats = conf_.worker->stats();
    stats.lookup_time.observe(monotonic_us() - began_us_);
    stats.lookup_failures.add(state_ == State::failed ? 1 : 0);
    waiter_.on_looked_up();
}

void Lookup::on_failure(std::string_view) noexcept {
    conf_.worker->stats().lookup_failures.add();
    state_ = State::failed;
    waiter_.on_looked_up();
}

void Lookup::take(std::span<const redis::Reply> replies) {
    const bool checked = place_.has_value();
    if (checked ? take_check(replies) : take_all(replies)) {
        state_ = State::ready;
    } else if (checked) {
        conf_.worker->stats().visitor_cache_changed.add();
        place_.reset();
        send();
    }
}

bool Lookup::take_check(std::span<const redis::Reply> replies) {
    const redis::History* const history =
        conf_.worker->histories().confirm(visitor_, *place_, replies, ngx_current_msec);
    if (history == nullptr || replies.back().type != redis::Reply::Type::array) {
        return false;
    }
    for (std::size_t i = 0; i < history->size(); i++) {
        work_.events.push_back((*history)[i]);
    }
    hand_over(replies.back());
    conf_.worker->stats().visitor_cache_hits.add();
    return true;
}

bool Lookup::take_all(std::span<const redis::Reply> replies) {
    constexpr auto kArray = redis::Reply::Type::array;
    if (replies.size() != 2 || replies[0].type != kArray || replies[1].type != kArray) {
        return false;
    }
    for (const redis::Reply& event : replies[0].elements) {
        work_.events.push_back(event.text);
    }
    hand_over(replies[1]);
    conf_.worker->stats().visitor_cache_evictions.add(
        conf_.worker->histories().keep(visitor_, replies[0], ngx_current_msec));
    return true;
}

void Lookup::hand_over(const redis::Reply& traits) {
    keep_traits(traits.elements);
    if (!waiter_.on_events()) {
        keep_events();
    }
}

void Lookup::keep_traits(std::span<const redis::Reply> fields) {
    std::string& bytes = work_.trait_bytes;
    std::size_t size = 0;
    for (const redis::Reply& field : fields) {
        size += field.text.size();
    }
    bytes.reserve(size);  // so that views into it stay
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        const std::string_view name = keep(bytes, fields[i].text);
        work_.traits.emplace_back(name, keep(bytes, fields[i + 1].text));
    }
}

void Lookup::keep_events() {
    std::size_t size = 0;
    for (const std::string_view event : work_.events) {
        size += event.size();
    }
    work_.event_bytes.reserve(size);
    for (std::string_view& event : work_.events) {
        event = keep(work_.event_bytes, event);
    }
}

}  // namespace pz::ngx
