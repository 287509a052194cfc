#include "nginx/worker.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace pz::ngx {

namespace {

// Of http{}.
RedisLink::Resolver http_resolver() {
    auto* context =
        reinterpret_cast<ngx_http_conf_ctx_t*>(ngx_cycle->conf_ctx[ngx_http_module.index]);
    auto* core =
        static_cast<ngx_http_core_loc_conf_t*>(context->loc_conf[ngx_http_core_module.ctx_index]);
    if (core->resolver == nullptr || core->resolver->connections.nelts == 0) {
        return {};
    }
    const bool set = core->resolver_timeout != NGX_CONF_UNSET_MSEC;
    return {core->resolver, set ? core->resolver_timeout : RedisLink::Resolver().timeout};
}

}  // namespace

Worker::Worker(MainConf& conf)
    : conf_(conf),
      stats_(conf.stats()),
      pages_(conf.page_cache_size),
      tick_(this, on_tick, ngx_cycle->log, Timer::Leaving::goes),
      stay_(this, on_stay, ngx_cycle->log, Timer::Leaving::waits) {
    if (conf.redis.configured) {
        redis_ = std::make_unique<RedisLink>(conf.redis, http_resolver(), conf.longest_timeout,
                                             stats_, conf.recent_writes());
        joins_.emplace(conf, *redis_, stats_);
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
    std::array<Part, 2> parts;
    auto& [list, stream] = parts;
    const unsigned partition = redis::partition_of(visitor, conf_.partitions);
    stream = {conf_.keys.stream(partition), {}, 0};
    for (const auto& event : events) {
        texts.push_back(visitor::format_event(event));
        stream.replies += redis::append_stream(stream.commands, conf_.keys, conf_.retention,
                                               partition, visitor::stream_fields(visitor, event));
    }
    list = {conf_.keys.events(visitor), {}, 0};
    list.replies = redis::append_write(list.commands, conf_.keys, conf_.retention, visitor, texts);
    Write* pending = write(parts, stats_.events_failed, events.size());
    if (pending != nullptr) {
        pending->waiter = &waiter;
        stay_for_writes();
    }
    return pending;
}

Joins::Join* Worker::join(std::string_view from, std::string_view to, Joins::Waiter& waiter) {
    return joins_ ? joins_->begin(from, to, waiter) : nullptr;
}

void Worker::forget(Write* write) {
    write->waiter = nullptr;
}

// The first part that finds no taker ends it; what went before goes on.
Worker::Write* Worker::write(std::span<const Part> parts, Counter& failures, std::size_t events) {
    writes_.emplace_front(*this, failures, events);
    Write& write = writes_.front();
    write.self = writes_.begin();
    write.parts = static_cast<unsigned>(parts.size());
    for (const Part& part : parts) {
        const redis::Ticket ticket =
            redis_ != nullptr ? redis_->write(part.key, part.commands, part.replies, &write) : 0;
        if (ticket == 0) {
            write.parts -= static_cast<unsigned>(&parts.back() - &part);
            write.end_part(events);
            return nullptr;
        }
    }
    return &write;
}

void Worker::add_impression(std::string_view visitor, const visitor::Event& event) {
    const unsigned partition = redis::partition_of(visitor, conf_.partitions);
    Part& part = impressions_[partition];
    if (part.replies == 0) {
        part.key = conf_.keys.stream(partition);
    }
    impression_bytes_ -= part.commands.size();
    part.replies += redis::append_stream(part.commands, conf_.keys, conf_.retention, partition,
                                         visitor::stream_fields(visitor, event));
    impression_bytes_ += part.commands.size();
    stats_.impressions.add();
    if (impression_bytes_ >= kImpressionBytes) {
        send_impressions();
    }
}

void Worker::send_impressions() {
    for (const auto& [partition, part] : impressions_) {
        write({&part, 1}, stats_.impressions_dropped, part.replies);
    }
    impressions_.clear();
    impression_bytes_ = 0;
}

// One reply for each event tells which failed; where events share commands, one error fails all.
void Worker::Write::on_replies(std::span<const redis::Reply> replies) noexcept {
    const auto errors = static_cast<std::size_t>(std::count_if(
        replies.begin(), replies.end(),
        [](const redis::Reply& reply) { return reply.type == redis::Reply::Type::error; }));
    end_part(errors == 0 || replies.size() == events ? errors : events);
}

void Worker::Write::on_failure(std::string_view) noexcept {
    end_part(events);
}

void Worker::Write::end_part(std::size_t failed) noexcept {
    failed_events = std::max(failed_events, failed);
    if (--parts > 0) {
        return;
    }
    failures.add(failed_events);
    const bool stored = failed_events == 0;
    Waiter* const told = waiter;
    Worker& owner = worker;
    owner.writes_.erase(self);
    if (owner.writes_.empty()) {
        owner.stay_.unset();
    }
    if (told != nullptr) {
        told->on_written(stored);
    }
}

// Redis answers or fails within longest_wait().
void Worker::stay_for_writes() {
    if (!stay_.is_set()) {
        stay_.set(redis_->longest_wait());
    }
}

void Worker::on_stay(ngx_event_t* event) noexcept {
    auto* worker = Timer::owner<Worker>(event);
    const bool waited_for = std::any_of(worker->writes_.begin(), worker->writes_.end(),
                                        [](const Write& write) { return write.waiter != nullptr; });
    if (waited_for) {
        worker->stay_for_writes();
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
