#include "nginx/event_spool.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include <unistd.h>

#include "redis/log_text.hpp"
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
    if (!spool_.drained() && !stalled_) {
        replay_.post();
    }
}

// What failed is sent again when nothing is under way any more, so that order is kept.
void EventSpool::replay() {
    if (ngx_exiting) {
        leave();
        return;
    }
    if (stalled_ && under_way()) {
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

// look() and delivered() come back here.
void EventSpool::leave() {
    const bool promised = !syncing_.empty() || !written_.empty() || !batch_.empty();
    if (under_way() || promised || disk_is_busy()) {
        return;
    }
    sync();
    items_.clear();
    complain(spool_.release());
}

bool EventSpool::under_way() const {
    return std::any_of(items_.begin(), items_.end(),
                       [](const Item& item) { return item.delivery.under_way(); });
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
    std::vector<std::string> texts;
    for (const visitor::Event& event : entry.events) {
        texts.push_back(visitor::format_event(event));
    }
    // Both before one is sent: memory may be out.
    const Commands list = list_commands(conf_, entry.visitor, entry.events, texts, once_);
    const Commands stream = stream_commands(conf_, entry.visitor, entry.events, once_);
    item.delivery.reset();
    bool taken = true;
    if ((entry.parts & spool::kList) != 0) {
        taken = item.delivery.send(&redis_, spool::kList, list);
    }
    if (taken && (entry.parts & spool::kStream) != 0) {
        taken = item.delivery.send(&redis_, spool::kStream, stream);
    }
    if (item.delivery.under_way() && !stay_.is_set()) {
        stay_.set(redis_.longest_wait());
    }
    if (!taken) {
        stall(item.delivery.why());
    }
    return taken;
}

void EventSpool::stall(std::string_view why) {
    stalled_ = true;
    if (!std::exchange(stall_logged_, true)) {
        log(NGX_LOG_WARN, ngx_cycle->log,
            "spool: events wait in " + conf_.spool.path + " for Redis: " + redis::log_text(why));
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
    if (!under_way()) {
        stay_.unset();
    }
    if (item.delivery.refused() != 0) {
        drop(item);
    }
    if (item.delivery.denied() && std::exchange(once_, Once::given_up) == Once::wanted) {
        complain(
            Status::error("Redis allows no EVAL, or knows none; without it events with an id "
                          "may be there twice"));
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
                           redis::log_text(item.delivery.why())));
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
        } else if (!spool->sync()) {
            spool->sync_.set(spool->conf_.spool.sync_every);
        }
        return 0;
    });
}

// Redis answers or fails within longest_wait().
void EventSpool::on_stay(ngx_event_t* event) noexcept {
    auto* spool = Timer::owner<EventSpool>(event);
    if (spool->under_way()) {
        spool->stay_.set(spool->redis_.longest_wait());
    }
}

}  // namespace pz::ngx
