#include "nginx/worker.hpp"

#include <algorithm>
#include <utility>

namespace pz::ngx {

Worker::Worker(MainConf& conf)
    : conf_(conf),
      stats_(conf.stats()),
      pages_(conf.page_cache_size),
      tick_(this, on_tick, ngx_cycle->log, Timer::Leaving::goes) {
    if (conf.has_redis) {
        redis_ = std::make_unique<RedisLink>(conf.redis_url, conf.redis_addresses,
                                             conf.redis_address_count,
                                             ngx_max(kStall, 2 * conf.longest_timeout), stats_);
        redis_->connect();
    }
    if (!conf.store_path.empty()) {
        store_ = std::make_unique<StoreWatch>(conf.store_path, stats_);
    }
    for (const auto& file : conf.rule_files) {
        rules_.push_back(std::make_unique<RuleWatch>(*file, stats_));
    }
    workspaces_.reserve(kSpareWorkspaces);
    tick_.set(kTick);
}

Worker::~Worker() {
    send_impressions();
    // Before the handlers that it may still call.
    redis_.reset();
}

RuleWatch* Worker::rules(const RuleFile* file) {
    for (const auto& watch : rules_) {
        if (file != nullptr && watch->path() == file->path) {
            return watch.get();
        }
    }
    return nullptr;
}

void Workspace::clear() {
    profile.clear();
    replies.clear();
    events.clear();
    traits.clear();
    context.clear();
    variables.clear();
    texts.clear();
}

std::unique_ptr<Workspace> Worker::take_workspace() {
    if (workspaces_.empty()) {
        return std::make_unique<Workspace>();
    }
    auto workspace = std::move(workspaces_.back());
    workspaces_.pop_back();
    return workspace;
}

void Worker::give_back(std::unique_ptr<Workspace> workspace) noexcept {
    if (workspaces_.size() < kSpareWorkspaces && workspace->replies.capacity() <= kSpareReplies) {
        workspace->clear();
        workspaces_.push_back(std::move(workspace));  // there is room
    }
}

Worker::Write* Worker::write_events(std::string_view visitor,
                                    std::span<const visitor::Event> events, Waiter& waiter) {
    stats_.events.add(events.size());
    std::vector<std::string> texts;
    std::vector<std::vector<std::string>> fields;
    for (const auto& event : events) {
        texts.push_back(visitor::format_event(event));
        fields.push_back(visitor::stream_fields(visitor, event));
    }
    std::string commands;
    const unsigned replies =
        redis::append_write(commands, conf_.keys, conf_.retention, visitor,
                            redis::partition_of(visitor, conf_.partitions), texts, fields);
    Write* pending = write(commands, replies, stats_.events_failed, events.size());
    if (pending != nullptr) {
        pending->waiter = &waiter;
    }
    return pending;
}

void Worker::forget(Write* write) {
    write->waiter = nullptr;
}

Worker::Write* Worker::write(std::string_view commands, unsigned replies, Counter& failures,
                             std::size_t events) {
    writes_.emplace_front(*this, failures, events);
    writes_.front().self = writes_.begin();
    const redis::Ticket ticket =
        redis_ != nullptr ? redis_->submit(commands, replies, &writes_.front()) : 0;
    if (ticket == 0) {
        writes_.front().end(events);
        return nullptr;
    }
    return &writes_.front();
}

void Worker::add_impression(std::string_view visitor, const visitor::Event& event) {
    impression_count_ += redis::append_stream(impressions_, conf_.keys, conf_.retention,
                                              redis::partition_of(visitor, conf_.partitions),
                                              visitor::stream_fields(visitor, event));
    stats_.impressions.add();
    if (impressions_.size() >= kImpressionBytes) {
        send_impressions();
    }
}

void Worker::send_impressions() {
    if (impression_count_ == 0) {
        return;
    }
    write(impressions_, impression_count_, stats_.impressions_dropped, impression_count_);
    impressions_.clear();
    impression_count_ = 0;
}

// One reply for each event tells which failed; where events share commands, one error fails all.
void Worker::Write::on_replies(std::span<const redis::Reply> replies) noexcept {
    const auto errors = static_cast<std::size_t>(std::count_if(
        replies.begin(), replies.end(),
        [](const redis::Reply& reply) { return reply.type == redis::Reply::Type::error; }));
    end(errors == 0 || replies.size() == events ? errors : events);
}

void Worker::Write::on_failure(std::string_view) noexcept {
    end(events);
}

void Worker::Write::end(std::size_t failed) noexcept {
    failures.add(failed);
    Waiter* const told = waiter;
    worker.writes_.erase(self);
    if (told != nullptr) {
        told->on_written(failed == 0);
    }
}

void Worker::on_tick(ngx_event_t* event) noexcept {
    auto* worker = Timer::owner<Worker>(event);
    guarded(ngx_cycle->log, 0, [worker] {
        worker->tick();
        return 0;
    });
    worker->tick_.set(kTick);
}

void Worker::tick() {
    for (const auto& watch : rules_) {
        watch->look();
    }
    if (const SnapshotPtr now = snapshot(); now != nullptr) {
        for (const auto& watch : rules_) {
            watch->compare(*now);
        }
    }
    send_impressions();
}

}  // namespace pz::ngx
