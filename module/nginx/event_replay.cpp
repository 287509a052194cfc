// Replay: what waits in the spool comes to Redis.
#include "nginx/event_spool.hpp"

#include <algorithm>
#include <utility>

#include "redis/log_text.hpp"

namespace pz::ngx {

bool EventSpool::holds(std::string_view visitor) const {
    if (!batch_.empty() || spool_.has_unread()) {
        return true;
    }
    const redis::Slot slot = redis_.slot(conf_.keys.events(visitor));
    return lanes_.holds(slot) || under_way(slot);
}

void EventSpool::replay() {
    if (ngx_exiting) {
        leave();
        return;
    }
    resume();
    read_more();
    complain(spool_.save());
    if (spool_.drained() && replayed_ > 0) {
        wait_logged_ = false;
        log(NGX_LOG_NOTICE, ngx_cycle->log,
            "spool: Redis has the " + std::to_string(std::exchange(replayed_, 0)) +
                " events that waited for it");
    }
}

// look() and delivered() come back here.
void EventSpool::leave() {
    const bool promised = !syncing_.empty() || !written_.empty() || !batch_.empty();
    if (!items_.empty() || promised || disk_is_busy()) {
        return;
    }
    sync();
    lanes_.clear();
    moving_.clear();
    complain(spool_.release());
}

bool EventSpool::under_way(redis::Slot slot) const {
    return std::any_of(items_.begin(), items_.end(),
                       [slot](const Item& item) { return item.slot == slot; });
}

// Where all keys lie together, what follows would only wait, too.
bool EventSpool::may_read() const {
    return items_.size() < kWindow &&
           (lanes_.empty() || (redis_.divided() && lanes_.size() < kMaxWaiting));
}

void EventSpool::read_more() {
    for (std::size_t read = 0; may_read(); read++) {
        if (read == kWindow) {
            replay_.post();  // others have their turn
            break;
        }
        const auto record = spool_.next();
        if (!record.ok()) {
            stats_.spool_failures.add();
            complain(record.status());
            continue;
        }
        if (!record->has_value()) {
            break;
        }
        take(**record);
    }
}

void EventSpool::take(const spool::Spool::Record& record) {
    auto entry = spool::decode_entry(record.payload);
    if (!entry.ok()) {
        stats_.spool_failures.add();
        complain(Status::error("a record that says no event: " + entry.message()));
        spool_.done(record.serial);
        return;
    }
    const redis::Slot slot = redis_.slot(conf_.keys.events(entry->visitor));
    const spool::Lanes::Waiting waiting{record.serial, entry->parts,
                                        redis::partition_of(entry->visitor, conf_.partitions)};
    if (lanes_.holds(slot) || !reaches(slot, waiting)) {
        wait(slot, waiting, "Redis is away");
    } else {
        (void)send(slot, waiting, std::move(*entry));
    }
}

bool EventSpool::reaches(redis::Slot slot, const spool::Lanes::Waiting& record) const {
    const bool list = (record.parts & spool::kList) != 0;
    const bool stream = (record.parts & spool::kStream) != 0;
    return (!list || redis_.takes_writes(slot)) &&
           (!stream || redis_.takes_writes(redis_.slot(conf_.keys.stream(record.partition))));
}

// False: nothing of it found a taker.
bool EventSpool::send(redis::Slot slot, const spool::Lanes::Waiting& record, spool::Entry entry) {
    items_.emplace_back(*this, slot, record, std::move(entry));
    Item& item = items_.back();
    item.self = std::prev(items_.end());
    send_parts(item);
    if (item.delivery.under_way()) {
        return true;
    }
    wait(slot, record, item.delivery.why());
    items_.pop_back();
    return false;
}

void EventSpool::send_parts(Item& item) {
    const spool::Entry& entry = item.entry;
    std::vector<std::string> texts;
    for (const visitor::Event& event : entry.events) {
        texts.push_back(visitor::format_event(event));
    }
    // Both before one is sent: memory may be out.
    const Commands list = list_commands(conf_, entry.visitor, entry.events, texts, once_);
    const Commands stream = stream_commands(conf_, entry.visitor, entry.events, once_);
    bool taken = true;
    if ((item.record.parts & spool::kList) != 0) {
        taken = item.delivery.send(&redis_, spool::kList, list);
    }
    if (taken && (item.record.parts & spool::kStream) != 0) {
        (void)item.delivery.send(&redis_, spool::kStream, stream);
    }
    if (item.delivery.under_way() && !stay_.is_set()) {
        stay_.set(redis_.longest_wait());
    }
}

// As send(). What cannot be read any more is lost with its disk.
bool EventSpool::send_first(redis::Slot slot) {
    const spool::Lanes::Waiting record = lanes_.take(slot);
    const auto payload = spool_.again(record.serial);
    auto entry = payload.ok() ? spool::decode_entry(*payload) : payload.status();
    if (entry.ok()) {
        return send(slot, record, std::move(*entry));
    }
    stats_.spool_failures.add();
    complain(entry.status());
    spool_.done(record.serial);
    return true;
}

// What waits behind an entry that Redis has taken.
void EventSpool::resume() {
    for (const redis::Slot slot : std::exchange(moving_, {})) {
        bool takes = true;
        while (takes && items_.size() < kWindow && lanes_.holds(slot)) {
            takes = reaches(slot, lanes_.front(slot)) && send_first(slot);
        }
    }
}

void EventSpool::retry() {
    std::size_t tries = kWindow;
    for (std::size_t left = lanes_.count(); left > 0 && tries > 0; left--) {
        if (lanes_.empty() || items_.size() == kWindow) {
            return;
        }
        const redis::Slot slot = lanes_.next();
        if (reaches(slot, lanes_.front(slot)) && !under_way(slot)) {
            (void)send_first(slot);
            tries--;
        }
    }
}

// The first that waits says why.
void EventSpool::wait(redis::Slot slot, const spool::Lanes::Waiting& record, std::string_view why) {
    lanes_.add(slot, record);
    if (!std::exchange(wait_logged_, true)) {
        log(NGX_LOG_WARN, ngx_cycle->log,
            "spool: events wait in " + conf_.spool.path + " for Redis: " + redis::log_text(why));
    }
    if (!retry_.is_set()) {
        retry_.set(kRetry);
    }
}

void EventSpool::Item::on_delivered() noexcept {
    guarded(ngx_cycle->log, 0, [this] {
        owner.delivered(*this);
        return 0;
    });
}

void EventSpool::delivered(Item& item) {
    if (item.delivery.refused() != 0) {
        drop(item);
    }
    if (item.delivery.denied() && std::exchange(once_, Once::given_up) == Once::wanted) {
        complain(
            Status::error("Redis allows no EVAL, or knows none; without it events with an id "
                          "may be there twice"));
    }
    if (item.delivery.missing() != 0) {
        item.record.parts = item.delivery.missing();
        wait(item.slot, item.record, item.delivery.why());
    } else {
        if (item.delivery.refused() == 0) {
            stats_.events_replayed.add(item.entry.events.size());
            replayed_ += item.entry.events.size();
        }
        spool_.done(item.record.serial);
        moving_.push_back(item.slot);
    }
    items_.erase(item.self);
    if (items_.empty()) {
        stay_.unset();
    }
    replay_.post();
}

void EventSpool::drop(const Item& item) {
    stats_.events_unreplayable.add(item.entry.events.size());
    complain(Status::error("events that Redis will never take are dropped: " +
                           redis::log_text(item.delivery.why())));
}

void EventSpool::on_replay(ngx_event_t* event) noexcept {
    auto* spool = Timer::owner<EventSpool>(event);
    guarded(ngx_cycle->log, 0, [spool] {
        spool->replay();
        return 0;
    });
}

void EventSpool::on_retry(ngx_event_t* event) noexcept {
    auto* spool = Timer::owner<EventSpool>(event);
    guarded(ngx_cycle->log, 0, [spool] {
        if (!ngx_exiting) {
            spool->retry();
        }
        return 0;
    });
    if (!spool->lanes_.empty() && !spool->retry_.is_set()) {
        spool->retry_.set(kRetry);
    }
}

// Redis answers or fails within longest_wait().
void EventSpool::on_stay(ngx_event_t* event) noexcept {
    auto* spool = Timer::owner<EventSpool>(event);
    if (!spool->items_.empty()) {
        spool->stay_.set(spool->redis_.longest_wait());
    }
}

}  // namespace pz::ngx
