#include "nginx/worker.hpp"

#include <algorithm>
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
      histories_({conf.visitor_cache_size, conf.visitor_cache_age, conf.retention.events}),
      pages_(conf.page_cache_size),
      tiles_(conf.tile_cache_size),
      head_delays_(kHeadDelay, ngx_cycle->log),
      tick_(this, on_tick, ngx_cycle->log, Timer::Leaving::goes),
      survey_(this, on_survey, ngx_cycle->log, Timer::Leaving::goes),
      stay_(this, on_stay, ngx_cycle->log, Timer::Leaving::waits) {
    if (conf.redis.configured) {
        redis_ = std::make_unique<RedisLink>(conf.redis, http_resolver(), conf.longest_timeout,
                                             stats_, conf.recent_writes());
        joins_.emplace(conf, *redis_, stats_);
    }
    if (redis_ != nullptr && conf.spool.configured) {
        spool_ = std::make_unique<EventSpool>(conf, *redis_, stats_);
    }
    if (!conf.store_path.empty()) {
        store_ = std::make_unique<StoreWatch>(conf.store_path, stats_);
    }
    for (const auto& file : conf.rule_files) {
        rules_.push_back(std::make_unique<RuleWatch>(*file, stats_));
    }
    workspaces_.reserve(kSpareWorkspaces);
    desks_.reserve(kSpareDesks);
    tick_.set(kTick);
    survey();
}

Worker::~Worker() {
    send_impressions();
    // Before the handlers that it may still call.
    redis_.reset();
    if (spool_ != nullptr) {
        save_unanswered();
        spool_.reset();
    }
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
    event_bytes.clear();
    trait_bytes.clear();
    events.clear();
    traits.clear();
    context.clear();
    variables.clear();
}

page::ReadyTiles& Worker::tiles_of(const SnapshotPtr& snapshot) {
    tiles_.begin(*snapshot);
    if (tiles_snapshot_ != snapshot) {
        tiles_snapshot_ = snapshot;
    }
    return tiles_;
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
    if (workspaces_.size() < kSpareWorkspaces && workspace->events.capacity() <= kSpareEvents &&
        workspace->event_bytes.capacity() + workspace->trait_bytes.capacity() <= kSpareReplies) {
        workspace->clear();
        workspaces_.push_back(std::move(workspace));  // there is room
    }
}

std::unique_ptr<Desk> Worker::take_desk() {
    if (desks_.empty()) {
        return std::make_unique<Desk>();
    }
    auto desk = std::move(desks_.back());
    desks_.pop_back();
    return desk;
}

void Worker::give_back(std::unique_ptr<Desk> desk) noexcept {
    if (desks_.size() < kSpareDesks && desk->gzip.block.capacity() <= kSpareBlock) {
        desk->profile.clear();
        desks_.push_back(std::move(desk));  // there is room
    }
}

Worker::Write* Worker::write_events(std::string_view visitor,
                                    std::span<const visitor::Event> events, Waiter& waiter) {
    stats_.events.add(events.size());
    std::vector<std::string> texts;
    for (const auto& event : events) {
        texts.push_back(visitor::format_event(event));
    }
    Write& write = begin_write(stats_.events_failed, events.size());
    if (spool_ != nullptr) {
        write.entry = spool::encode_entry(spool::kAllParts, visitor, texts);
        if (spooling(visitor)) {
            write.wait_for(waiter);
            write.spool();
            return &write;
        }
    }
    Delivery& delivery = write.delivery;
    bool taken =
        delivery.send(redis_.get(), spool::kList, list_commands(conf_, visitor, events, texts));
    if (!taken) {
        delivery.leave_out(spool::kStream);
    } else {
        taken =
            delivery.send(redis_.get(), spool::kStream, stream_commands(conf_, visitor, events));
    }
    const bool waits = taken || spool_ != nullptr;
    if (waits) {
        write.wait_for(waiter);
    }
    if (!delivery.under_way()) {
        write.on_delivered();
    }
    return waits ? &write : nullptr;
}

bool Worker::events_wait() const {
    return spool_ != nullptr && (spool_->holds() || spool::survey(conf_.spool.path).files != 0);
}

// What waits would come to the anonymous visitor afterwards; the next login finds it there.
Joins::Join* Worker::join(std::string_view from, std::string_view to, Joins::Waiter& waiter) {
    if (!joins_) {
        return nullptr;
    }
    if (events_wait()) {
        stats_.joins_failed.add();
        return nullptr;
    }
    return joins_->begin(from, to, waiter);
}

void Worker::forget(Write* write) {
    write->waiter = nullptr;
}

Worker::Write& Worker::begin_write(Counter& failures, std::size_t events) {
    Write& write = writes_.emplace_front(*this, failures, events);
    write.self = writes_.begin();
    return write;
}

// What Redis was sent and has not answered: nobody knows whether it has it.
void Worker::save_unanswered() {
    for (auto write = writes_.rbegin(); write != writes_.rend(); ++write) {
        if (!write->entry.empty() && write->delivery.under_way()) {
            spool::set_parts(write->entry, write->delivery.missing() | write->delivery.out());
            spool_->add(write->entry, write->events, nullptr);
        }
    }
}

void Worker::add_impression(std::string_view visitor, const visitor::Event& event) {
    const unsigned partition = redis::partition_of(visitor, conf_.partitions);
    Commands& part = impressions_[partition];
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
        Write& write = begin_write(stats_.impressions_dropped, part.replies);
        if (!write.delivery.send(redis_.get(), spool::kStream, part)) {
            write.on_delivered();
        }
    }
    impressions_.clear();
    impression_bytes_ = 0;
}

void Worker::Write::wait_for(Worker::Waiter& who) {
    waiter = &who;
    worker.stay_for_writes();
}

void Worker::Write::on_delivered() noexcept {
    const bool later = !entry.empty() && delivery.missing() != 0 && delivery.refused() == 0;
    if (!later) {
        end(delivery.failed());
        return;
    }
    const bool added = guarded(ngx_cycle->log, false, [this] {
        spool::set_parts(entry, delivery.missing());
        spool();
        return true;
    });
    if (!added) {
        end(events);
    }
}

void Worker::Write::spool() {
    worker.spool_->add(entry, events, this);
}

void Worker::Write::end(std::size_t failed) noexcept {
    failures.add(failed);
    Worker::Waiter* const told = waiter;
    Worker& owner = worker;
    owner.writes_.erase(self);
    if (owner.writes_.empty()) {
        owner.stay_.unset();
    }
    if (told != nullptr) {
        told->on_written(failed == 0);
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

void Worker::on_survey(ngx_event_t* event) noexcept {
    auto* worker = Timer::owner<Worker>(event);
    guarded(ngx_cycle->log, 0, [worker] {
        worker->survey();
        return 0;
    });
}

// A piece at each turn of the event loop, so that no request waits long.
void Worker::survey() {
    const SnapshotPtr now = snapshot();
    bool more = false;
    for (const auto& watch : rules_) {
        more = now != nullptr && (watch->survey(*now) || more);
    }
    if (more && !survey_.is_set()) {
        survey_.set(1);
    }
}

void Worker::tick() {
    for (const auto& watch : rules_) {
        watch->look();
    }
    const SnapshotPtr now = snapshot();
    if (tiles_snapshot_ != now) {
        tiles_.drop();
        tiles_snapshot_.reset();
    }
    if (now != nullptr) {
        for (const auto& watch : rules_) {
            watch->compare(*now);
        }
    }
    survey();
    histories_.expire(ngx_current_msec);
    send_impressions();
}

}  // namespace pz::ngx
