#include "nginx/pending.hpp"

#include <new>

namespace pz::ngx {

Pending* Pending::create(ngx_http_request_t* r, Answer answer) {
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(r->pool, sizeof(Pending));
    if (cleanup == nullptr) {
        return nullptr;
    }
    cleanup->handler = destroy;
    return new (cleanup->data) Pending(r, answer);
}

void Pending::destroy(void* self) noexcept {
    auto* pending = static_cast<Pending*>(self);
    pending->forget();
    pending->~Pending();
}

void Pending::forget() {
    if (write_ != nullptr) {
        Worker::forget(write_);
        write_ = nullptr;
    }
}

void Pending::wait(Worker::Write* write) {
    write_ = write;
    if (write_ == nullptr) {
        ngx_http_finalize_request(r_, answer_(r_, false));
        return;
    }
    // While we wait, only the client's going away is of interest.
    r_->read_event_handler = ngx_http_test_reading;
    r_->write_event_handler = ngx_http_request_empty_handler;
}

void Pending::on_written(bool stored) noexcept {
    ngx_connection_t* c = r_->connection;
    write_ = nullptr;
    ngx_http_set_log_request(c->log, r_);
    ngx_http_finalize_request(r_, answer_(r_, stored));
    ngx_http_run_posted_requests(c);
}

}  // namespace pz::ngx
