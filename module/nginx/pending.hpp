// Pending: a request of an endpoint that waits until Redis has answered a write, which it does in
// any case. Lives in the request's pool. Thread rules: event loop only.
#pragma once

#include "nginx/worker.hpp"

namespace pz::ngx {

class Pending final : public Worker::Waiter {
  public:
    // Sends the response; returns what finalizes the request.
    using Answer = ngx_int_t (*)(ngx_http_request_t* r, bool stored);

    // Finalizes the request when `write` has been answered, or now when it is nullptr. The caller
    // returns NGX_DONE, and begins the write with what it gets here as its waiter. nullptr when
    // memory is out.
    static Pending* create(ngx_http_request_t* r, Answer answer);
    void wait(Worker::Write* write);

    void on_written(bool stored) noexcept override;

  private:
    Pending(ngx_http_request_t* r, Answer answer) : r_(r), answer_(answer) {}
    static void destroy(void* self) noexcept;
    void forget();

    ngx_http_request_t* r_;
    Answer answer_;
    Worker::Write* write_ = nullptr;
};

}  // namespace pz::ngx
