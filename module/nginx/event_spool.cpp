#include "nginx/event_spool.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "spool/frame.hpp"

namespace pz::ngx {

namespace {

// Of this process and no other, be it one of another container with the same process id.
std::uint64_t owner_number() {
    return static_cast<std::uint64_t>(ngx_pid) << 32 | static_cast<std::uint32_t>(::random());
}

}  // namespace

EventSpool::EventSpool(const MainConf& conf, RedisLink& redis, Stats& stats)
    : conf_(conf),
      redis_(redis),
      stats_(stats),
      spool_({.directory = conf.spool.path,
              .max_bytes = conf.spool.max_size,
              .segment_bytes = std::min<std::uint64_t>(spool::SpoolOptions().segment_bytes,
                                                       conf.spool.max_size / 4)},
             owner_number()),
      flush_(this, on_flush, ngx_cycle->log, Timer::Leaving::waits),
      replay_(this, on_replay, ngx_cycle->log, Timer::Leaving::goes),
      look_(this, on_look, ngx_cycle->log, Timer::Leaving::goes),
      sync_(this, on_sync, ngx_cycle->log, Timer::Leaving::goes) {
    if (conf.spool.sync_always || conf.spool.sync_every > 0) {
        syncer_ = std::make_unique<spool::Syncer>();
    }
    look();
    look_.set(kLook);
}

EventSpool::~EventSpool() {
    guarded(ngx_cycle->log, 0, [this] {
        for (Waiting& each : waiting_) {
            each.waiter = nullptr;
        }
        flush();
        complain(spool_.save());
        sync();
        return 0;
    });
}

void EventSpool::add(std::string_view entry, std::size_t events, Waiter* waiter) {
    const std::size_t size = batch_.size() + spool::kFrameHead + entry.size();
    const bool fits = entry.size() <= spool::kMaxPayload && spool_.has_room(size);
    if (fits) {
        spool::append_frame(batch_, entry);
    } else {
        stats_.spool_full.add(events);
        complain(Status::error(conf_.spool.path +
                               ": has reached max_size; events are refused until Redis is back"));
    }
    waiting_.push_back({waiter, events, fits});
    flush_.post();
}

void EventSpool::flush() {
    const std::string frames = std::exchange(batch_, {});
    const Told told = std::exchange(waiting_, {});
    std::size_t events = 0;
    for (const Waiting& each : told) {
        events += each.taken ? each.events : 0;
    }
    const bool kept = frames.empty() || write_batch(frames, events);
    if (kept && conf_.spool.sync_always && !frames.empty()) {
        syncing_.emplace_back(syncer_->request(spool_.take_unsynced()), told);
        sync_.set(kSyncPoll);
    } else {
        tell(told, kept);
    }
}

bool EventSpool::write_batch(std::string_view frames, std::size_t events) {
    const Status status = spool_.append(frames, ngx_time());
    complain(status);
    if (!status.ok()) {
        stats_.spool_failures.add();
        return false;
    }
    stats_.events_spooled.add(events);
    if (!conf_.spool.sync_always && syncer_ != nullptr && !sync_.is_set()) {
        sync_.set(conf_.spool.sync_every);
    }
    if (!stalled_) {
        replay_.post();
    }
    return true;
}

void EventSpool::tell(const Told& told, bool kept) {
    for (const Waiting& each : told) {
        if (each.waiter != nullptr) {
            each.waiter->on_spooled(kept && each.taken);
        }
    }
}

void EventSpool::sync() {
    auto files = spool_.take_unsynced();
    if (syncer_ != nullptr && !files.empty()) {
        syncer_->request(std::move(files));
    }
}

// False: something that was asked of it before did not get there.
bool EventSpool::disk_is_well() {
    const int failure = syncer_->take_failure();
    if (failure != 0) {
        stats_.spool_failures.add();
        complain(Status::error(conf_.spool.path +
                               ": fdatasync: " + std::generic_category().message(failure)));
    }
    return failure == 0;
}

void EventSpool::end_syncs() {
    const std::uint64_t finished = syncer_->finished();
    const bool kept = disk_is_well();
    while (!syncing_.empty() && syncing_.front().first <= finished) {
        const Told told = std::move(syncing_.front().second);
        syncing_.pop_front();
        tell(told, kept);
    }
    if (!syncing_.empty() && !sync_.is_set()) {
        sync_.set(kSyncPoll);
    }
}

// A disk that is full may fail thousands of times a second.
void EventSpool::complain(const Status& status) {
    if (!status.ok() && complained_.size() < kComplaints &&
        complained_.insert(status.message()).second) {
        log(NGX_LOG_ERR, ngx_cycle->log, "spool: " + status.message());
    }
}

void EventSpool::look() {
    if (ngx_time() - complaints_since_ >= kComplaintsFor) {
        complaints_since_ = ngx_time();
        complained_.clear();
    }
    complain(spool_.adopt());
    if (!spool_.drained() && !stalled_) {
        replay_.post();
    }
}

// What failed is sent again when nothing is under way any more, so that order is kept.
void EventSpool::replay() {
    if (stalled_ && under_way_ > 0) {
        replay_.set(kRetry);
        return;
    }
    stalled_ = false;
    (void)(resend() && read_more());
    complain(spool_.save());
    if (spool_.drained() && replayed_ > 0) {
        stall_logged_ = false;
        log(NGX_LOG_NOTICE, ngx_cycle->log,
            "spool: Redis has the " + std::to_string(std::exchange(replayed_, 0)) +
                " events that waited for it");
    }
}

// False: nobody takes it.
bool EventSpool::resend() {
    return std::all_of(items_.begin(), items_.end(),
                       [this](Item& item) { return item.delivery.under_way() || send(item); });
}

bool EventSpool::read_more() {
    while (items_.size() < kWindow) {
        const auto record = spool_.next();
        if (!record.ok()) {
            stats_.spool_failures.add();
            complain(record.status());
            continue;
        }
        if (!record->has_value()) {
            break;
        }
        auto entry = spool::decode_entry((*record)->payload);
        if (!entry.ok()) {
            stats_.spool_failures.add();
            complain(Status::error("a record that says no event: " + entry.message()));
            spool_.done((*record)->serial);
            continue;
        }
        items_.emplace_back(*this, (*record)->serial, std::move(*entry));
        items_.back().self = std::prev(items_.end());
        if (!send(items_.back())) {
            return false;
        }
    }
    return true;
}

bool EventSpool::send(Item& item) {
    const spool::Entry& entry = item.entry;
    item.delivery.reset();
    bool taken = true;
    if ((entry.parts & spool::kList) != 0) {
        std::vector<std::string> texts;
        for (const visitor::Event& event : entry.events) {
            texts.push_back(visitor::format_event(event));
        }
        taken = item.delivery.send(&redis_, spool::kList,
                                   list_commands(conf_, entry.visitor, entry.events, texts));
    }
    if (taken && (entry.parts & spool::kStream) != 0) {
        taken = item.delivery.send(&redis_, spool::kStream,
                                   stream_commands(conf_, entry.visitor, entry.events));
    }
    under_way_ += item.delivery.under_way() ? 1 : 0;
    if (!taken) {
        stall(item.delivery.why());
    }
    return taken;
}

void EventSpool::stall(std::string_view why) {
    stalled_ = true;
    if (!std::exchange(stall_logged_, true)) {
        log(NGX_LOG_WARN, ngx_cycle->log,
            "spool: events wait in " + conf_.spool.path + " for Redis: " + std::string(why));
    }
    replay_.unset();
    replay_.set(kRetry);
}

void EventSpool::Item::on_delivered() noexcept {
    guarded(ngx_cycle->log, 0, [this] {
        owner.delivered(*this);
        return 0;
    });
}

void EventSpool::delivered(Item& item) {
    under_way_--;
    if (item.delivery.refused() != 0) {
        drop(item);
    }
    if (item.delivery.missing() != 0) {
        item.entry.parts = item.delivery.missing();
        stall(item.delivery.why());
        return;
    }
    if (item.delivery.refused() == 0) {
        stats_.events_replayed.add(item.entry.events.size());
        replayed_ += item.entry.events.size();
    }
    spool_.done(item.serial);
    items_.erase(item.self);
    if (!stalled_) {
        replay_.post();
    }
}

void EventSpool::drop(const Item& item) {
    stats_.events_unreplayable.add(item.entry.events.size());
    complain(Status::error("events that Redis will never take are dropped: " +
                           std::string(item.delivery.why())));
}

void EventSpool::on_flush(ngx_event_t* event) noexcept {
    auto* spool = Timer::owner<EventSpool>(event);
    guarded(ngx_cycle->log, 0, [spool] {
        spool->flush();
        return 0;
    });
}

void EventSpool::on_replay(ngx_event_t* event) noexcept {
    auto* spool = Timer::owner<EventSpool>(event);
    guarded(ngx_cycle->log, 0, [spool] {
        spool->replay();
        return 0;
    });
}

void EventSpool::on_look(ngx_event_t* event) noexcept {
    auto* spool = Timer::owner<EventSpool>(event);
    guarded(ngx_cycle->log, 0, [spool] {
        spool->look();
        return 0;
    });
    spool->look_.set(kLook);
}

void EventSpool::on_sync(ngx_event_t* event) noexcept {
    auto* spool = Timer::owner<EventSpool>(event);
    guarded(ngx_cycle->log, 0, [spool] {
        if (spool->conf_.spool.sync_always) {
            spool->end_syncs();
        } else {
            spool->sync();
            spool->disk_is_well();
        }
        return 0;
    });
}

}  // namespace pz::ngx
