// Delays: many waits of the same length. The first that begins is the first that ends, so they need
// one timer together, and to begin or give up a wait costs nothing to speak of.
//
// Thread rules: event loop only.
#pragma once

#include "nginx/ngx.hpp"
#include "nginx/timer.hpp"

namespace pz::ngx {

class Delays {
  public:
    class Waiter;
    struct Link {
        ngx_queue_t queue;  // comes first
        Waiter* waiter;
        ngx_msec_t until;
    };

    // One wait at a time; given up when it is destroyed. Must not move.
    class Waiter {
      public:
        virtual void on_delay() noexcept = 0;

      protected:
        Waiter() { ngx_queue_init(&link_.queue); }
        ~Waiter() { give_up(); }
        Waiter(const Waiter&) = delete;
        Waiter& operator=(const Waiter&) = delete;
        void give_up();

      private:
        friend class Delays;
        Link link_{{}, this, 0};  // to itself: it waits for nothing
    };

    Delays(ngx_msec_t length, ngx_log_t* log);
    Delays(const Delays&) = delete;
    Delays& operator=(const Delays&) = delete;
    ~Delays();

    void begin(Waiter& waiter);

  private:
    static void on_timer(ngx_event_t* event) noexcept;
    void end_due();

    const ngx_msec_t length_;
    ngx_queue_t waiting_;  // the first to end first
    Timer timer_;          // for the first that waited when it was set
};

}  // namespace pz::ngx
