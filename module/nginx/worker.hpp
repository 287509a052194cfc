// Worker: what one worker process owns: the Redis link, the store, the rules, working memory, and
// the impressions that wait to leave together. Made in init_process, gone in exit_process. Thread
// rules: event loop only.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nginx/chain.hpp"
#include "nginx/conf.hpp"
#include "nginx/delays.hpp"
#include "nginx/delivery.hpp"
#include "nginx/event_spool.hpp"
#include "nginx/joins.hpp"
#include "nginx/redis_link.hpp"
#include "nginx/rule_watch.hpp"
#include "nginx/store_watch.hpp"
#include "page/gzip_join.hpp"
#include "page/page.hpp"
#include "page/page_cache.hpp"
#include "page/ready_tiles.hpp"
#include "recommend/recommender.hpp"
#include "redis/history_cache.hpp"
#include "visitor/beacon.hpp"
#include "visitor/event.hpp"
#include "visitor/profile.hpp"

namespace pz::ngx {

// What a request needs of memory from its begin; taken over from one that has ended, so that it need
// not be asked for again.
struct Workspace {
    std::string commands;  // of the lookup
    // What the events, unless they are used at once, and the traits point into.
    std::string event_bytes, trait_bytes;
    std::vector<std::string_view> events;
    std::vector<std::pair<std::string_view, std::string_view>> traits, context;
    std::vector<std::string_view> variables;
    page::Page::Memory page;

    void clear();
};

// What a request needs only once its page is made. Most pages are made and sent in one go: then
// however many requests wait for Redis, their pages are made on one desk after another, and it stays
// in the processor's cache.
struct Desk {
    visitor::Profile profile;
    // What a usual page has of made bytes.
    static constexpr std::size_t kCopies = 32 * 1024;
    std::unique_ptr<u_char[]> copies = std::make_unique_for_overwrite<u_char[]>(kCopies);
    std::vector<Chain::Late> late;
    page::GzipMemory gzip;
};

class Worker {
  public:
    explicit Worker(MainConf& conf);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    RedisLink* redis() { return redis_.get(); }  // nullptr: none configured
    // Whether events of any worker are still to reach Redis. Looks into a directory.
    bool events_wait() const;
    SnapshotPtr snapshot() { return store_ ? store_->current() : SnapshotPtr(); }
    RuleWatch* rules(const RuleFile* file);  // nullptr for nullptr
    std::span<const std::unique_ptr<RuleWatch>> rule_files() const { return rules_; }
    recommend::Scratch& scratch() { return scratch_; }
    redis::HistoryCache& histories() { return histories_; }
    visitor::BeaconReader& beacons() { return beacons_; }
    page::PageCache& pages() { return pages_; }
    // Bytes that the pages under way keep: of one of them, `before` become `now`. Returns `now`.
    std::size_t change_buffered(std::size_t before, std::size_t now) {
        buffered_ += now - before;
        return now;
    }
    std::size_t buffered() const { return buffered_; }
    // Most lookups end sooner; then the head of the page and the rest leave in one write. After that
    // the head does not wait any longer. More than a turn of a busy loop, and nothing that is seen.
    static constexpr ngx_msec_t kHeadDelay = 5;
    Delays& head_delays() { return head_delays_; }
    // For pages of this snapshot, which is snapshot().
    page::ReadyTiles& tiles_of(const SnapshotPtr& snapshot);
    const page::ReadyTiles& tiles() const { return tiles_; }
    // Empty; to be given back, and never kept longer than its snapshot.
    std::unique_ptr<Workspace> take_workspace();
    void give_back(std::unique_ptr<Workspace> workspace) noexcept;
    std::unique_ptr<Desk> take_desk();
    void give_back(std::unique_ptr<Desk> desk) noexcept;
    Stats& stats() { return stats_; }

    // Who waits for a write; told once, unless it is forgotten before.
    class Waiter {
      public:
        virtual void on_written(bool stored) noexcept = 0;

      protected:
        ~Waiter() = default;
    };
    // Commands under way to Redis, and to the spool if Redis does not take them. Counts what arrived
    // nowhere, tells who waits when that is known, then is gone.
    class Write final : private Delivery::Owner, private EventSpool::Waiter {
      public:
        Write(Worker& owner, Counter& failed, std::size_t count)
            : worker(owner), failures(failed), events(count), delivery(*this, count) {}
        void on_delivered() noexcept override;
        void on_spooled(bool kept) noexcept override { end(kept ? 0 : events); }

        Worker& worker;
        Counter& failures;
        const std::size_t events;
        Delivery delivery;
        std::string entry;  // for the spool; empty: it takes no part
        Worker::Waiter* waiter = nullptr;
        std::list<Write>::iterator self;

        void wait_for(Worker::Waiter& who);
        void spool();

      private:
        void end(std::size_t failed) noexcept;
    };

    // Queues the visitor's events, oldest first, for list and stream, or for the spool. nullptr: Redis
    // is away, and there is no spool. Events that fail, now or later, are counted.
    Write* write_events(std::string_view visitor, std::span<const visitor::Event> events,
                        Waiter& waiter);
    // Gives the events of `from` to `to`; both are valid and differ. nullptr: nothing to wait for.
    Joins::Join* join(std::string_view from, std::string_view to, Joins::Waiter& waiter);
    // The write goes on, but nobody waits for it any more.
    static void forget(Write* write);
    // An impression for the stream; leaves within a second, together with others.
    void add_impression(std::string_view visitor, const visitor::Event& event);

  private:
    static constexpr ngx_msec_t kTick = 500;
    static constexpr std::size_t kImpressionBytes = 64 * 1024;
    static constexpr std::size_t kSpareWorkspaces = 256;
    static constexpr std::size_t kSpareDesks = 64;
    // Of a visitor or a page with more, the memory goes.
    static constexpr std::size_t kSpareReplies = 16 * 1024;
    static constexpr std::size_t kSpareEvents = 256;
    static constexpr std::size_t kSpareBlock = 64 * 1024;

    bool spooling(std::string_view visitor) const {
        return spool_ != nullptr && spool_->holds(visitor);
    }
    Write& begin_write(Counter& failures, std::size_t events);
    void save_unanswered();
    static void on_tick(ngx_event_t* event) noexcept;
    static void on_stay(ngx_event_t* event) noexcept;
    void stay_for_writes();
    void tick();
    void survey();
    static void on_survey(ngx_event_t* event) noexcept;
    void send_impressions();

    MainConf& conf_;
    Stats& stats_;
    std::unique_ptr<RedisLink> redis_;
    std::optional<Joins> joins_;  // with redis_
    std::unique_ptr<StoreWatch> store_;
    std::vector<std::unique_ptr<RuleWatch>> rules_;
    recommend::Scratch scratch_;
    redis::HistoryCache histories_;
    visitor::BeaconReader beacons_;
    page::PageCache pages_;
    page::ReadyTiles tiles_;
    SnapshotPtr tiles_snapshot_;                          // theirs
    std::vector<std::unique_ptr<Workspace>> workspaces_;  // that nobody uses
    std::vector<std::unique_ptr<Desk>> desks_;            // that nobody uses
    std::list<Write> writes_;                             // under way
    std::unique_ptr<EventSpool> spool_;                   // nullptr: none configured
    std::map<unsigned, Commands> impressions_;            // by partition
    std::size_t impression_bytes_ = 0;
    std::size_t buffered_ = 0;
    Delays head_delays_;
    Timer tick_;
    Timer survey_;
    Timer stay_;  // keeps a leaving worker while somebody waits for a write
};

}  // namespace pz::ngx
