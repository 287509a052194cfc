// EventSpool: a worker's spool at work: what Redis does not take goes to a file before it is
// acknowledged, and from there to Redis when it is back, in order.
//
// What comes in one turn of the event loop is one write into the kernel's page cache, and those who
// wait are told when that turn ends; with fsync=always when the disk has it, for which a thread waits
// (spool::Syncer). The event loop itself never waits for the disk, unless the kernel has no room left
// for what is not written yet. A sync that fails fails all who wait then, for what they wait for went
// into the same files, and the next go to a new one; one that takes longer than kSyncPatience fails
// them, too, and nobody is promised anything until it ends.
//
// Replay: up to kWindow entries are under way at a time. One that Redis does not take waits in the
// lane of its visitor's slot (spool/lanes.hpp), and all of the slot behind it, until Redis has it: so
// each visitor's events keep their order, and no server of a cluster that is away holds up the others'.
// Up to kMaxWaiting wait so, with some 200 bytes of memory each; beyond, nothing more is read. The
// first of a lane is tried again every kRetry, the others once Redis has it. Events with an id are
// thereby in Redis once (redis/once.hpp), others at least once. Only what can never be taken,
// because the key holds something else than a list or a stream, is dropped, counted and logged.
// Where EVAL is denied, events with an id are sent without.
//
// A worker that leaves sends nothing more, waits for what is under way, and lets go of its files, so
// that another goes on where it got.
//
// Thread rules: event loop only.
#pragma once

#include <cstdint>
#include <ctime>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "nginx/conf.hpp"
#include "nginx/delivery.hpp"
#include "nginx/timer.hpp"
#include "redis/slots.hpp"
#include "spool/lanes.hpp"
#include "spool/spool.hpp"
#include "spool/syncer.hpp"

namespace pz::ngx {

class EventSpool {
  public:
    class Waiter {
      public:
        // kept: they will come to Redis, whatever becomes of this process.
        virtual void on_spooled(bool kept) noexcept = 0;

      protected:
        ~Waiter() = default;
    };

    EventSpool(const MainConf& conf, RedisLink& redis, Stats& stats);
    // Writes what waits to be written, and tells nobody. Redis's link must be gone, for it knows
    // who replays.
    ~EventSpool();
    EventSpool(const EventSpool&) = delete;
    EventSpool& operator=(const EventSpool&) = delete;

    // Something waits here.
    bool holds() const { return !spool_.drained() || !batch_.empty(); }
    // Something that may be of this visitor waits here: what comes now, comes behind it.
    bool holds(std::string_view visitor) const;
    // `entry`: encode_entry() of so many events. `waiter` is told later, never at once; nullptr:
    // nobody waits.
    void add(std::string_view entry, std::size_t events, Waiter* waiter);

  private:
    static constexpr std::size_t kWindow = 128;
    static constexpr std::size_t kMaxWaiting = 32768;
    static constexpr ngx_msec_t kRetry = 50;
    static constexpr ngx_msec_t kLook = 1000;   // for files that nobody holds
    static constexpr ngx_msec_t kSyncPoll = 1;  // while somebody waits for the disk
    static constexpr ngx_msec_t kSyncPatience = 5000;
    // So many different complaints are logged, each once, within so many seconds.
    static constexpr std::size_t kComplaints = 16;
    static constexpr std::time_t kComplaintsFor = 60;

    struct Waiting {
        Waiter* waiter;
        std::size_t events;
        bool taken;
    };
    using Told = std::vector<Waiting>;
    struct Item final : private Delivery::Owner {
        Item(EventSpool& of, redis::Slot where, const spool::Lanes::Waiting& what,
             spool::Entry read)
            : owner(of),
              slot(where),
              record(what),
              entry(std::move(read)),
              delivery(*this, entry.events.size()) {}
        void on_delivered() noexcept override;

        EventSpool& owner;
        const redis::Slot slot;
        spool::Lanes::Waiting record;
        const spool::Entry entry;
        Delivery delivery;
        std::list<Item>::iterator self;
    };

    static void on_flush(ngx_event_t* event) noexcept;
    static void on_replay(ngx_event_t* event) noexcept;
    static void on_retry(ngx_event_t* event) noexcept;
    static void on_look(ngx_event_t* event) noexcept;
    static void on_sync(ngx_event_t* event) noexcept;
    static void on_stay(ngx_event_t* event) noexcept;

    bool takes(std::size_t size, std::size_t events, bool promised);
    void flush();
    bool write_batch(std::string_view frames, std::size_t events);
    void tell(const Told& told, bool kept);
    void start_syncer();
    bool sync();
    void end_syncs();
    void fail_syncs();
    bool disk_is_busy() const;
    bool disk_is_away() const;
    bool disk_is_well();

    void look();
    void replay();
    void leave();
    bool may_read() const;
    void read_more();
    void take(const spool::Spool::Record& record);
    bool reaches(redis::Slot slot, const spool::Lanes::Waiting& record) const;
    bool under_way(redis::Slot slot) const;
    bool send(redis::Slot slot, const spool::Lanes::Waiting& record, spool::Entry entry);
    void send_parts(Item& item);
    bool send_first(redis::Slot slot);
    void resume();
    void retry();
    void delivered(Item& item);
    void wait(redis::Slot slot, const spool::Lanes::Waiting& record, std::string_view why);
    void drop(const Item& item);
    void complain(const Status& status);

    const MainConf& conf_;
    RedisLink& redis_;
    Stats& stats_;
    spool::Spool spool_;
    std::unique_ptr<spool::Syncer> syncer_;  // nullptr: fsync=off, or there was no thread

    std::string batch_;  // frames of this turn
    Told waiting_;       // for them
    // fsync=always: who waits for the sync under way, and who for the next.
    Told syncing_, written_;
    std::uint64_t asked_ = 0;        // the syncer's last request
    ngx_msec_t asked_at_ = 0;        // ngx_current_msec
    std::uint64_t sync_failed_ = 0;  // the last request known to have failed

    std::list<Item> items_;  // under way
    spool::Lanes lanes_;
    std::vector<redis::Slot> moving_;  // lanes of which Redis has taken one
    bool wait_logged_ = false;
    Once once_ = Once::wanted;    // given up when EVAL is denied, for kComplaintsFor at most
    std::uint64_t replayed_ = 0;  // since it was empty
    std::set<std::string> complained_;
    std::time_t complaints_since_ = 0;

    Timer flush_, replay_, retry_, look_, sync_;
    Timer stay_;  // keeps a leaving worker while something is under way
};

}  // namespace pz::ngx
