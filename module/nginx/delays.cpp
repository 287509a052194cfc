#include "nginx/delays.hpp"

namespace pz::ngx {

namespace {

// Alone, as ngx_queue_init() leaves it.
void take_out(ngx_queue_t* link) {
    ngx_queue_remove(link);
    ngx_queue_init(link);
}

}  // namespace

void Delays::Waiter::give_up() {
    take_out(&link_.queue);
}

Delays::Delays(ngx_msec_t length, ngx_log_t* log)
    : length_(length), timer_(this, on_timer, log, Timer::Leaving::waits) {
    ngx_queue_init(&waiting_);
}

Delays::~Delays() {
    while (!ngx_queue_empty(&waiting_)) {
        take_out(ngx_queue_head(&waiting_));
    }
}

void Delays::begin(Waiter& waiter) {
    take_out(&waiter.link_.queue);
    waiter.link_.until = ngx_current_msec + length_;
    ngx_queue_insert_tail(&waiting_, &waiter.link_.queue);
    if (!timer_.is_set()) {
        timer_.set(length_);
    }
}

void Delays::on_timer(ngx_event_t* event) noexcept {
    Timer::owner<Delays>(event)->end_due();
}

void Delays::end_due() {
    while (!ngx_queue_empty(&waiting_)) {
        ngx_queue_t* const first = ngx_queue_head(&waiting_);
        const Link& link = *reinterpret_cast<const Link*>(first);
        const auto left = static_cast<ngx_msec_int_t>(link.until - ngx_current_msec);
        if (left > 0) {
            timer_.set(static_cast<ngx_msec_t>(left));
            return;
        }
        take_out(first);
        link.waiter->on_delay();
    }
}

}  // namespace pz::ngx
