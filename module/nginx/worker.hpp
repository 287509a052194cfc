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

#include "nginx/conf.hpp"
#include "nginx/joins.hpp"
#include "nginx/redis_link.hpp"
#include "nginx/rule_watch.hpp"
#include "nginx/store_watch.hpp"
#include "page/page_cache.hpp"
#include "recommend/recommender.hpp"
#include "visitor/event.hpp"
#include "visitor/profile.hpp"

namespace pz::ngx {

// What a request needs of memory; taken over from one that has ended, so that it need not be asked
// for again.
struct Workspace {
    visitor::Profile profile;
    std::string replies;  // what the views below point into
    std::vector<std::string_view> events;
    std::vector<std::pair<std::string_view, std::string_view>> traits, context;
    std::vector<std::string_view> variables, texts;

    void clear();
};

class Worker {
  public:
    explicit Worker(MainConf& conf);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    RedisLink* redis() { return redis_.get(); }  // nullptr: none configured
    SnapshotPtr snapshot() { return store_ ? store_->current() : SnapshotPtr(); }
    RuleWatch* rules(const RuleFile* file);  // nullptr for nullptr
    std::span<const std::unique_ptr<RuleWatch>> rule_files() const { return rules_; }
    recommend::Scratch& scratch() { return scratch_; }
    page::PageCache& pages() { return pages_; }
    // Empty; to be given back, and never kept longer than its snapshot.
    std::unique_ptr<Workspace> take_workspace();
    void give_back(std::unique_ptr<Workspace> workspace) noexcept;
    Stats& stats() { return stats_; }

    // Who waits for a write; told once, unless it is forgotten before.
    class Waiter {
      public:
        virtual void on_written(bool stored) noexcept = 0;

      protected:
        ~Waiter() = default;
    };
    // Commands under way to one server or several. Counts what did not arrive, tells who waits when
    // the last server has answered, then is gone.
    struct Write final : redis::Handler {
        Write(Worker& owner, Counter& failed, std::size_t count)
            : worker(owner), failures(failed), events(count) {}
        void on_replies(std::span<const redis::Reply> replies) noexcept override;
        void on_failure(std::string_view why) noexcept override;
        void end_part(std::size_t failed) noexcept;

        Worker& worker;
        Counter& failures;
        const std::size_t events;
        std::size_t failed_events = 0;
        unsigned parts = 0;  // not answered yet
        Waiter* waiter = nullptr;
        std::list<Write>::iterator self;
    };

    // Queues the visitor's events, oldest first, for list and stream. nullptr: Redis is away. Events
    // that fail, now or later, are counted.
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
    // Of a visitor with more, the memory goes.
    static constexpr std::size_t kSpareReplies = 16 * 1024;

    // Commands on one key; `replies` of them.
    struct Part {
        std::string key, commands;
        unsigned replies;
    };

    Write* write(std::span<const Part> parts, Counter& failures, std::size_t events);
    static void on_tick(ngx_event_t* event) noexcept;
    static void on_stay(ngx_event_t* event) noexcept;
    void stay_for_writes();
    void tick();
    void send_impressions();

    MainConf& conf_;
    Stats& stats_;
    std::unique_ptr<RedisLink> redis_;
    std::optional<Joins> joins_;  // with redis_
    std::unique_ptr<StoreWatch> store_;
    std::vector<std::unique_ptr<RuleWatch>> rules_;
    recommend::Scratch scratch_;
    page::PageCache pages_;
    std::vector<std::unique_ptr<Workspace>> workspaces_;  // that nobody uses
    std::list<Write> writes_;                             // under way
    std::map<unsigned, Part> impressions_;                // by partition
    std::size_t impression_bytes_ = 0;
    Timer tick_;
    Timer stay_;  // keeps a leaving worker while somebody waits for a write
};

}  // namespace pz::ngx
