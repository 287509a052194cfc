// Lookup: one request's read of its visitor's events and traits, into the request's workspace.
//
// One round trip to Redis; two when the worker's HistoryCache knew the visitor, but not what has
// become of them since. Thread rules: event loop only. Lifetime: ends by itself, or by give_up();
// workspace and waiter outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "nginx/conf.hpp"
#include "nginx/worker.hpp"
#include "redis/session.hpp"

namespace pz::ngx {

class Lookup final : private redis::Handler {
  public:
    enum class State : std::uint8_t { none, pending, ready, failed };

    class Waiter {
      public:
        // It is about to end: the workspace has the traits, and the events as views that live only
        // as long as this call. True: they are used up; otherwise they are kept. May throw
        // std::bad_alloc.
        virtual bool on_events() = 0;
        // It was pending and has ended.
        virtual void on_looked_up() noexcept = 0;

      protected:
        ~Waiter() = default;
    };

    Lookup(const MainConf& conf, Workspace& work, ngx_log_t* log, Waiter& waiter)
        : conf_(conf), work_(work), log_(log), waiter_(waiter) {}
    ~Lookup() { give_up(); }
    Lookup(const Lookup&) = delete;
    Lookup& operator=(const Lookup&) = delete;

    State state() const { return state_; }
    bool pending() const { return state_ == State::pending; }
    // Needs Redis to be configured. Afterwards it is pending, or has failed: Redis is away.
    // `visitor` lives until it has ended.
    void begin(std::string_view visitor);
    // If it is pending, it has failed; the waiter is not told.
    void give_up();
    // As if there had been none.
    void forget();

  private:
    void on_replies(std::span<const redis::Reply> replies) noexcept override;
    void on_failure(std::string_view why) noexcept override;

    void send();
    void take(std::span<const redis::Reply> replies);
    bool take_check(std::span<const redis::Reply> replies);
    bool take_all(std::span<const redis::Reply> replies);
    void hand_over(const redis::Reply& traits);
    void keep_traits(std::span<const redis::Reply> fields);
    void keep_events();

    const MainConf& conf_;
    Workspace& work_;
    ngx_log_t* const log_;
    Waiter& waiter_;
    State state_ = State::none;
    std::string_view visitor_;
    redis::Ticket ticket_ = 0;
    // Of the list as the worker knows it, while Redis is asked whether it is still the same.
    std::optional<std::uint32_t> place_;
    std::uint64_t began_us_ = 0;
};

}  // namespace pz::ngx
