#include "nginx/joins.hpp"

#include <algorithm>

#include "redis/visitor_commands.hpp"
#include "visitor/event.hpp"

namespace pz::ngx {

namespace {

// The events of a list in order of time, newest first. What is no event stays where it is.
std::vector<std::string> events_of(const redis::Reply& list) {
    std::vector<std::pair<std::int64_t, std::string>> events;
    for (const redis::Reply& element : list.elements) {
        if (const auto event = visitor::parse_event(element.text); event.ok()) {
            events.emplace_back(event->time, element.text);
        }
    }
    std::stable_sort(events.begin(), events.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<std::string> texts;
    for (auto& event : events) {
        texts.push_back(std::move(event.second));
    }
    return texts;
}

}  // namespace

Joins::Join* Joins::begin(std::string_view from, std::string_view to, Waiter& waiter) {
    joins_.emplace_front(*this, from, to, waiter);
    Join& join = joins_.front();
    join.self_ = joins_.begin();
    if (join.start()) {
        return &join;
    }
    stats_.joins_failed.add();
    joins_.pop_front();
    return nullptr;
}

// The primary is asked: a replica may not have the newest events yet.
bool Joins::Join::send(std::string_view visitor, std::string_view commands, unsigned replies) {
    return owner_.redis_.write(owner_.conf_.keys.events(visitor), commands, replies, this) != 0;
}

bool Joins::Join::start() {
    std::string commands;
    const unsigned replies =
        redis::append_join_read(commands, owner_.conf_.keys, owner_.conf_.retention, from_);
    return send(from_, commands, replies);
}

bool Joins::Join::merge(const redis::Reply& list) {
    joined_ = list.type == redis::Reply::Type::array;
    texts_ = events_of(list);
    if (texts_.empty()) {
        return false;
    }
    joined_ = false;
    step_ = Step::merge;
    std::string commands;
    const std::vector<std::string_view> texts(texts_.begin(), texts_.end());
    const unsigned replies =
        redis::append_join_merge(commands, owner_.conf_.keys, owner_.conf_.retention, to_, texts);
    return send(to_, commands, replies);
}

bool Joins::Join::drop(const redis::Reply& added) {
    if (added.type != redis::Reply::Type::integer) {
        return false;
    }
    joined_ = true;
    owner_.stats_.joins.add();
    step_ = Step::drop;
    std::string commands;
    const std::vector<std::string_view> texts(texts_.begin(), texts_.end());
    const unsigned replies = redis::append_join_drop(commands, owner_.conf_.keys, from_, texts);
    return send(from_, commands, replies);
}

bool Joins::Join::go_on(std::span<const redis::Reply> replies) {
    switch (step_) {
        case Step::read:
            return merge(replies[0]);
        case Step::merge:
            return drop(replies[0]);
        default:
            return false;
    }
}

void Joins::Join::on_replies(std::span<const redis::Reply> replies) noexcept {
    if (!guarded(ngx_cycle->log, false, [&] { return go_on(replies); })) {
        end();
    }
}

void Joins::Join::on_failure(std::string_view) noexcept {
    end();
}

void Joins::Join::end() noexcept {
    if (!joined_) {
        owner_.stats_.joins_failed.add();
    }
    Waiter* const told = waiter_;
    owner_.joins_.erase(self_);
    if (told != nullptr) {
        told->on_joined();
    }
}

}  // namespace pz::ngx
