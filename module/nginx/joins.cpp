#include "nginx/joins.hpp"

#include "redis/visitor_commands.hpp"
#include "visitor/event_list.hpp"

namespace pz::ngx {

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
    if (list.type != redis::Reply::Type::array) {
        return false;
    }
    std::vector<std::string_view> texts;
    for (const redis::Reply& element : list.elements) {
        texts.push_back(element.text);
    }
    texts = visitor::newest_first(texts);
    texts_.assign(texts.begin(), texts.end());
    step_ = Step::merge;
    std::string commands;
    const unsigned replies = redis::append_join_merge(
        commands, owner_.conf_.keys, owner_.conf_.retention, {from_, to_, ngx_time()}, texts);
    return send(to_, commands, replies);
}

bool Joins::Join::drop(const redis::Reply& added) {
    if (added.type != redis::Reply::Type::integer) {
        return false;
    }
    if (texts_.empty()) {
        joined_ = true;  // nothing but the alias
        return false;
    }
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
            joined_ = true;
            owner_.stats_.joins.add();
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
