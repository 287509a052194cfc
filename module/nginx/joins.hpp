// Joins: on login, the events of an anonymous visitor become the customer's.
//
// A join reads the one list, merges what it holds into the other, where it is also remembered who
// it was, and takes it from the first: three calls, one after another. What fails on the way is
// done by the next login (visitor_commands.hpp).
// Thread rules: event loop only.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "nginx/conf.hpp"
#include "nginx/redis_link.hpp"

namespace pz::ngx {

class Joins {
  public:
    // Who waits for a join; told once, unless it is forgotten before.
    class Waiter {
      public:
        virtual void on_joined() noexcept = 0;

      protected:
        ~Waiter() = default;
    };

    class Join final : public redis::Handler {
      public:
        Join(Joins& owner, std::string_view from, std::string_view to, Waiter& waiter)
            : owner_(owner), from_(from), to_(to), waiter_(&waiter) {}
        // Nobody waits any more; the join goes on.
        void forget() { waiter_ = nullptr; }

        void on_replies(std::span<const redis::Reply> replies) noexcept override;
        void on_failure(std::string_view why) noexcept override;

      private:
        friend class Joins;
        enum class Step : std::uint8_t { read, merge, drop };

        bool start();
        // False: this was the last step, or it failed.
        bool go_on(std::span<const redis::Reply> replies);
        bool merge(const redis::Reply& list);
        bool drop(const redis::Reply& added);
        bool send(std::string_view visitor, std::string_view commands, unsigned replies);
        void end() noexcept;

        Joins& owner_;
        const std::string from_, to_;
        Waiter* waiter_;
        Step step_ = Step::read;
        bool joined_ = false;
        std::vector<std::string> texts_;
        std::list<Join>::iterator self_;
    };

    Joins(MainConf& conf, RedisLink& redis, Stats& stats)
        : conf_(conf), redis_(redis), stats_(stats) {}

    // nullptr: there is nothing to wait for. Both must be valid visitor ids and differ.
    Join* begin(std::string_view from, std::string_view to, Waiter& waiter);

  private:
    MainConf& conf_;
    RedisLink& redis_;
    Stats& stats_;
    std::list<Join> joins_;  // under way
};

}  // namespace pz::ngx
