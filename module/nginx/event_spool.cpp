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
      retry_(this, on_retry, ngx_cycle->log, Timer::Leaving::goes),
      look_(this, on_look, ngx_cycle->log, Timer::Leaving::goes),
      sync_(this, on_sync, ngx_cycle->log, Timer::Leaving::goes),
      stay_(this, on_stay, ngx_cycle->log, Timer::Leaving::waits) {
    look();
    look_.set(kLook);
}

EventSpool::~EventSpool() {
    guarded(ngx_cycle->log, 0, [this] {
        for (Waiting& each : waiting_) {
            each.waiter = nullptr;
        }
        syncing_.clear();
        written_.clear();
        flush();
        complain(spool_.save());
        if (syncer_ != nullptr) {
            syncer_->request(spool_.take_unsynced());
        }
        return 0;
    });
}

void EventSpool::add(std::string_view entry, std::size_t events, Waiter* waiter) {
    const bool taken = takes(entry.size(), events, waiter != nullptr);
    if (taken) {
        spool::append_frame(batch_, entry);
    }
    waiting_.push_back({waiter, events, taken});
    flush_.post();
}

// promised: somebody is told that the disk has it.
bool EventSpool::takes(std::size_t size, std::size_t events, bool promised) {
    if (size > spool::kMaxPayload || !spool_.has_room(batch_.size() + spool::kFrameHead + size)) {
        stats_.spool_full.add(events);
        complain(Status::error(conf_.spool.path +
                               ": has reached max_size; events are refused until Redis is back"));
        return false;
    }
    if (promised && conf_.spool.sync_always && disk_is_away()) {
        stats_.spool_failures.add();
        return false;
    }
    return true;
}

void EventSpool::flush() {
    const std::string frames = std::exchange(batch_, {});
    const Told told = std::exchange(waiting_, {});
    std::size_t events = 0;
    for (const Waiting& each : told) {
        events += each.taken ? each.events : 0;
    }
    const bool kept = frames.empty() || write_batch(frames, events);
    if (kept && conf_.spool.sync_always && syncer_ != nullptr && !frames.empty()) {
        written_.insert(written_.end(), told.begin(), told.end());
        end_syncs();
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
    replay_.post();
    return true;
}

void EventSpool::tell(const Told& told, bool kept) {
    for (const Waiting& each : told) {
        if (each.waiter != nullptr) {
            each.waiter->on_spooled(kept && each.taken);
        }
    }
}

// Without a thread fsync=always refuses, and fsync=1s leaves it to the kernel, until there is one.
void EventSpool::start_syncer() {
    const bool wanted = conf_.spool.sync_always || conf_.spool.sync_every > 0;
    if (!wanted || syncer_ != nullptr) {
        return;
    }
    try {
        syncer_ = std::make_unique<spool::Syncer>();
    } catch (const std::system_error& error) {
        complain(Status::error(conf_.spool.path + ": no thread for fsync: " + error.what()));
    }
}

bool EventSpool::disk_is_busy() const {
    return syncer_ != nullptr && syncer_->finished() < asked_;
}

// Nothing can be promised.
bool EventSpool::disk_is_away() const {
    return syncer_ == nullptr || (disk_is_busy() && ngx_current_msec - asked_at_ >= kSyncPatience);
}

// One request at a time, lest a slow disk take all descriptors. False: not now.
bool EventSpool::sync() {
    if (syncer_ == nullptr || disk_is_busy()) {
        return false;
    }
    auto files = spool_.take_unsynced();
    if (!files.empty()) {
        asked_at_ = ngx_current_msec;
        asked_ = syncer_->request(std::move(files));
    }
    return true;
}

// False: something that was asked of it before did not get there.
bool EventSpool::disk_is_well() {
    const std::uint64_t failed = syncer_->failed();
    if (failed == sync_failed_) {
        return true;
    }
    sync_failed_ = failed;
    spool_.end_file();
    stats_.spool_failures.add();
    complain(Status::error(conf_.spool.path +
                           ": fdatasync: " + std::generic_category().message(syncer_->failure())));
    return false;
}

void EventSpool::end_syncs() {
    const bool busy = disk_is_busy();  // before failures are asked for
    if (!disk_is_well()) {
        fail_syncs();
    } else if (disk_is_away()) {
        complain(Status::error(conf_.spool.path + ": the disk does not answer; with fsync=always "
                                                  "events are refused until it does"));
        fail_syncs();
    } else if (!busy) {
        tell(std::exchange(syncing_, {}), true);
    }
    if (syncing_.empty() && written_.empty()) {
        return;
    }
    if (!sync_.is_set()) {
        sync_.set(kSyncPoll);
    }
    if (syncing_.empty() && sync()) {
        syncing_.swap(written_);
    }
}

// What nobody was told of yet went into the same files.
void EventSpool::fail_syncs() {
    tell(std::exchange(syncing_, {}), false);
    tell(std::exchange(written_, {}), false);
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
        once_ = Once::wanted;
    }
    if (ngx_exiting) {
        replay_.post();
        return;
    }
    start_syncer();
    if (syncer_ != nullptr && !conf_.spool.sync_always) {
        (void)disk_is_well();
    }
    complain(spool_.adopt());
    complain(spool_.save());
    if (!spool_.drained()) {
        replay_.post();
    }
}

void EventSpool::on_flush(ngx_event_t* event) noexcept {
    auto* spool = Timer::owner<EventSpool>(event);
    guarded(ngx_cycle->log, 0, [spool] {
        spool->flush();
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
        } else if (!spool->sync()) {
            spool->sync_.set(spool->conf_.spool.sync_every);
        }
        return 0;
    });
}

}  // namespace pz::ngx
