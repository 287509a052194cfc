// Timer: an nginx event of an object that is no connection. nginx's debug log expects a connection
// behind every event, so it has one that stands for none. Unset when it is destroyed; must not
// move. Thread rules: event loop only.
#pragma once

#include <cstdint>

#include "nginx/ngx.hpp"

namespace pz::ngx {

class Timer {
  public:
    // Whether a worker that is to leave waits for it.
    enum class Leaving : std::uint8_t { waits, goes };

    Timer(void* owner, ngx_event_handler_pt handler, ngx_log_t* log, Leaving leaving) {
        ngx_memzero(&event_, sizeof(event_));
        ngx_memzero(&nobody_, sizeof(nobody_));
        nobody_.fd = static_cast<ngx_socket_t>(-1);
        nobody_.log = log;
        nobody_.data = owner;
        event_.data = &nobody_;
        event_.handler = handler;
        event_.log = log;
        event_.cancelable = leaving == Leaving::goes;
    }
    ~Timer() { unset(); }
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    // For handlers: whose event it is.
    template <class Owner>
    static Owner* owner(ngx_event_t* event) {
        return static_cast<Owner*>(static_cast<ngx_connection_t*>(event->data)->data);
    }

    bool is_set() const { return event_.timer_set; }
    void set(ngx_msec_t delay) { ngx_add_timer(&event_, delay); }
    // At the end of this turn of the event loop.
    void post() {
        if (!event_.posted) {
            ngx_post_event(&event_, &ngx_posted_events);
        }
    }
    void unset() {
        if (event_.timer_set) {
            ngx_del_timer(&event_);
        }
        if (event_.posted) {
            ngx_delete_posted_event(&event_);
        }
    }

  private:
    ngx_event_t event_;
    ngx_connection_t nobody_;
};

}  // namespace pz::ngx
