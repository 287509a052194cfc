// personalize_events: the beacon endpoint. 204 means that Redis has the events.
#include <array>
#include <new>

#include "nginx/conf.hpp"
#include "nginx/worker.hpp"
#include "visitor/beacon.hpp"

namespace pz::ngx {

namespace {

constexpr off_t kMaxBody = 64 * 1024;

// One POST that waits for Redis's answer, which comes in any case. Lives in the request's pool.
class Beacon final : public Worker::Waiter {
  public:
    static Beacon* create(ngx_http_request_t* r);
    void write(std::string_view visitor, std::span<const visitor::Event> events);

    void on_written(bool stored) noexcept override;

  private:
    explicit Beacon(ngx_http_request_t* r);
    static void destroy(void* self) noexcept;
    void forget();
    void answer(bool stored);

    ngx_http_request_t* r_;
    Worker& worker_;
    Worker::Write* write_ = nullptr;
};

Beacon::Beacon(ngx_http_request_t* r) : r_(r), worker_(*main_conf(r)->worker) {}

Beacon* Beacon::create(ngx_http_request_t* r) {
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(r->pool, sizeof(Beacon));
    if (cleanup == nullptr) {
        return nullptr;
    }
    cleanup->handler = destroy;
    return new (cleanup->data) Beacon(r);
}

void Beacon::destroy(void* self) noexcept {
    auto* beacon = static_cast<Beacon*>(self);
    beacon->forget();
    beacon->~Beacon();
}

void Beacon::forget() {
    if (write_ != nullptr) {
        Worker::forget(write_);
        write_ = nullptr;
    }
}

ngx_int_t unavailable(ngx_http_request_t* r) {
    return send_text(r, NGX_HTTP_SERVICE_UNAVAILABLE, "application/json",
                     "{\"error\":\"the event store does not answer; send again later\"}\n");
}

void Beacon::write(std::string_view visitor, std::span<const visitor::Event> events) {
    write_ = worker_.write_events(visitor, events, *this);
    if (write_ == nullptr) {
        ngx_http_finalize_request(r_, unavailable(r_));
        return;
    }
    // While we wait, only the client's going away is of interest.
    r_->read_event_handler = ngx_http_test_reading;
    r_->write_event_handler = ngx_http_request_empty_handler;
}

void Beacon::on_written(bool stored) noexcept {
    write_ = nullptr;
    answer(stored);
}

void Beacon::answer(bool stored) {
    ngx_connection_t* c = r_->connection;
    forget();
    ngx_http_set_log_request(c->log, r_);
    ngx_http_finalize_request(
        r_, stored ? send_text(r_, NGX_HTTP_NO_CONTENT, {}, {}) : unavailable(r_));
    ngx_http_run_posted_requests(c);
}

// The body, from memory and, where nginx put it there, from its temporary file.
bool read_body(ngx_http_request_t* r, std::string& body) {
    if (r->request_body == nullptr) {
        return true;
    }
    for (ngx_chain_t* link = r->request_body->bufs; link != nullptr; link = link->next) {
        ngx_buf_t* b = link->buf;
        const std::size_t size = static_cast<std::size_t>(ngx_buf_size(b));
        if (body.size() + size > static_cast<std::size_t>(kMaxBody)) {
            return false;
        }
        if (!b->in_file) {
            body.append(reinterpret_cast<const char*>(b->pos), size);
            continue;
        }
        const std::size_t begin = body.size();
        body.resize(begin + size);
        if (ngx_read_file(b->file, bytes(body) + begin, size, b->file_pos) !=
            static_cast<ssize_t>(size)) {
            return false;
        }
    }
    return true;
}

ngx_int_t refuse(ngx_http_request_t* r, ngx_uint_t status, std::string_view why) {
    main_conf(r)->worker->stats().beacons_refused.add();
    std::string body = "{\"error\":\"";
    for (const char c : why) {
        if (c == '"' || c == '\\') {
            body += '\\';
        }
        body += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    body += "\"}\n";
    return send_text(r, status, "application/json", body);
}

// Nobody to remember it for, or not allowed to: the client has done nothing wrong.
bool may_store(ngx_http_request_t* r, std::string_view visitor) {
    LocationConf* location = location_conf(r);
    const bool consent = location->consent == nullptr || truthy(evaluate(r, location->consent));
    return consent && visitor::valid_visitor_id(visitor) &&
           (location->enable == nullptr || truthy(evaluate(r, location->enable)));
}

// NGX_DONE: the answer comes later, or has been given.
ngx_int_t take(ngx_http_request_t* r) {
    std::string body;
    if (!read_body(r, body)) {
        return refuse(r, NGX_HTTP_REQUEST_ENTITY_TOO_LARGE, "at most 64 KiB of events at a time");
    }
    auto events = visitor::parse_beacon(body, ngx_time());
    if (!events.ok()) {
        return refuse(r, NGX_HTTP_BAD_REQUEST, events.message());
    }
    const std::string_view visitor = evaluate(r, location_conf(r)->visitor);
    if (!may_store(r, visitor) || events->empty()) {
        return send_text(r, NGX_HTTP_NO_CONTENT, {}, {});
    }
    Beacon* beacon = Beacon::create(r);
    if (beacon == nullptr) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    beacon->write(visitor, *events);
    return NGX_DONE;
}

void body_arrived(ngx_http_request_t* r) noexcept {
    const ngx_int_t rc =
        guarded(r->connection->log, static_cast<ngx_int_t>(NGX_HTTP_INTERNAL_SERVER_ERROR),
                [r] { return take(r); });
    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
    }
}

}  // namespace

ngx_int_t send_text(ngx_http_request_t* r, ngx_uint_t status, std::string_view type,
                    std::string_view body) {
    r->headers_out.status = status;
    r->headers_out.content_length_n = static_cast<off_t>(body.size());
    r->headers_out.content_type = copy(r->pool, type);
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    if (status == NGX_HTTP_NO_CONTENT) {
        r->header_only = 1;
    }
    const ngx_int_t rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }
    auto* b = static_cast<ngx_buf_t*>(ngx_calloc_buf(r->pool));
    const ngx_str_t text = copy(r->pool, body);
    if (b == nullptr || text.data == nullptr) {
        return NGX_ERROR;
    }
    b->pos = text.data;
    b->last = text.data + text.len;
    b->memory = text.len != 0;
    b->last_buf = 1;
    b->last_in_chain = 1;
    ngx_chain_t out{b, nullptr};
    return ngx_http_output_filter(r, &out);
}

ngx_int_t beacon_handler(ngx_http_request_t* r) noexcept {
    if (main_conf(r)->worker == nullptr) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }
    if (r->method != NGX_HTTP_POST) {
        const ngx_int_t rc = ngx_http_discard_request_body(r);
        return rc == NGX_OK ? NGX_HTTP_NOT_ALLOWED : rc;
    }
    if (r->headers_in.content_length_n > kMaxBody) {
        return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
    }
    const ngx_int_t rc = ngx_http_read_client_request_body(r, body_arrived);
    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}

}  // namespace pz::ngx
