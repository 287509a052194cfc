// personalize_forget: erases what is kept of the visitor who asks. 204 means that it is gone, but
// for what the streams have, which the learner takes out: the visitor is in its queue.
#include <new>
#include <string>
#include <utility>

#include "nginx/compat.hpp"
#include "nginx/conf.hpp"
#include "nginx/timer.hpp"
#include "nginx/visit.hpp"
#include "nginx/worker.hpp"
#include "redis/visitor_commands.hpp"

namespace pz::ngx {

namespace {

ngx_int_t refuse(ngx_http_request_t* r, ngx_uint_t status, std::string_view body) {
    return send_text(r, status, "application/json", body);
}

bool expire_cookie(ngx_http_request_t* r, std::string_view name, std::string_view domain) {
    std::string cookie(name);
    cookie += "=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    if (!domain.empty()) {
        cookie.append("; Domain=").append(domain);
    }
    // Browsers take cookies of these names from secure pages only, and so marked.
    if (name.starts_with("__Host-") || name.starts_with("__Secure-")) {
        cookie += "; Secure";
    }
    const ngx_str_t value = copy(r->pool, cookie);
    return value.data != nullptr && add_header(r, "Set-Cookie", value) != nullptr;
}

// Those that the directive names, else the one that personalize_visitor reads.
bool expire_cookies(ngx_http_request_t* r) {
    const LocationConf* location = location_conf(r);
    const ForgetRule& rule = location->own->forget;
    if (const std::string_view name = cookie_of(location->visitor);
        rule.cookies.empty() && !name.empty()) {
        return expire_cookie(r, name, rule.domain);
    }
    for (const std::string& name : rule.cookies) {
        if (!expire_cookie(r, name, rule.domain)) {
            return false;
        }
    }
    return true;
}

ngx_int_t answer(ngx_http_request_t* r, bool erased) {
    return guarded(r->connection->log, static_cast<ngx_int_t>(NGX_HTTP_INTERNAL_SERVER_ERROR), [&] {
        Stats& stats = main_conf(r)->worker->stats();
        (erased ? stats.forgets : stats.forgets_failed).add();
        if (!erased) {
            return refuse(
                r, NGX_HTTP_SERVICE_UNAVAILABLE,
                "{\"error\":\"what is kept of you cannot be reached; ask again later\"}\n");
        }
        return expire_cookies(r) ? send_text(r, NGX_HTTP_NO_CONTENT, {}, {})
                                 : NGX_HTTP_INTERNAL_SERVER_ERROR;
    });
}

// One request that waits until its visitor is erased. Lives in the request's pool.
class Erasure final : public redis::Handler {
  public:
    // nullptr when memory is out.
    static Erasure* create(ngx_http_request_t* r, RedisLink& redis);
    // Queues the visitor for the learner, then erases the keys. `visitor` lives as long as the
    // request. False: Redis is away.
    bool begin(std::string_view visitor);

    void on_replies(std::span<const redis::Reply> replies) noexcept override;
    void on_failure(std::string_view why) noexcept override;

  private:
    Erasure(ngx_http_request_t* r, RedisLink& redis)
        : r_(r), redis_(redis), stay_(this, on_stay, ngx_cycle->log, Timer::Leaving::waits) {}
    static void destroy(void* self) noexcept;
    static void on_stay(ngx_event_t*) noexcept {}
    bool erase_keys();
    void end(bool erased) noexcept;

    ngx_http_request_t* r_;
    RedisLink& redis_;
    redis::Ticket ticket_ = 0;
    std::string_view visitor_;
    bool queued_ = false;
    Timer stay_;  // keeps a leaving worker until Redis has answered, as it does in this time
};

Erasure* Erasure::create(ngx_http_request_t* r, RedisLink& redis) {
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(r->pool, sizeof(Erasure));
    if (cleanup == nullptr) {
        return nullptr;
    }
    cleanup->handler = destroy;
    return new (cleanup->data) Erasure(r, redis);
}

void Erasure::destroy(void* self) noexcept {
    auto* erasure = static_cast<Erasure*>(self);
    if (erasure->ticket_ != 0) {
        erasure->redis_.cancel(erasure->ticket_);
    }
    erasure->~Erasure();
}

bool Erasure::begin(std::string_view visitor) {
    const MainConf& conf = *main_conf(r_);
    std::string commands;
    visitor_ = visitor;
    const unsigned replies =
        redis::append_forget_later(commands, conf.keys, conf.retention, visitor, ngx_time());
    ticket_ = redis_.write(conf.keys.forgotten(), commands, replies, this);
    if (ticket_ == 0) {
        return false;
    }
    stay_.set(2 * redis_.longest_wait());
    // While we wait, only the client's going away is of interest.
    r_->read_event_handler = ngx_http_test_reading;
    r_->write_event_handler = ngx_http_request_empty_handler;
    return true;
}

bool Erasure::erase_keys() {
    const redis::Keys& keys = main_conf(r_)->keys;
    std::string commands;
    const unsigned replies = redis::append_forget(commands, keys, visitor_);
    ticket_ = redis_.write(keys.events(visitor_), commands, replies, this);
    return ticket_ != 0;
}

void Erasure::on_replies(std::span<const redis::Reply> replies) noexcept {
    const bool done = replies[0].type == redis::Reply::Type::integer;
    ticket_ = 0;
    if (!done || std::exchange(queued_, true)) {
        end(done);
    } else if (!guarded(r_->connection->log, false, [this] { return erase_keys(); })) {
        end(false);
    }
}

void Erasure::on_failure(std::string_view) noexcept {
    end(false);
}

void Erasure::end(bool erased) noexcept {
    ngx_connection_t* c = r_->connection;
    ticket_ = 0;
    ngx_http_set_log_request(c->log, r_);
    ngx_http_finalize_request(r_, answer(r_, erased));
    ngx_http_run_posted_requests(c);
}

// NGX_DONE: the answer comes later.
ngx_int_t erase(ngx_http_request_t* r) {
    ngx_http_complex_value_t* const who = location_conf(r)->visitor;
    const std::string_view visitor = evaluate(r, who);
    Worker* worker = main_conf(r)->worker;
    RedisLink* redis = worker->redis();
    if (who == nullptr || redis == nullptr) {
        return answer(r, false);  // maybe kept under a name, or in a place, that is not configured
    }
    if (!visitor::valid_visitor_id(visitor)) {
        return answer(r, true);  // nothing is kept
    }
    if (worker->events_wait()) {
        return answer(r, false);  // maybe this visitor's
    }
    Erasure* erasure = Erasure::create(r, *redis);
    if (erasure == nullptr) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    return erasure->begin(visitor) ? NGX_DONE : answer(r, false);
}

void body_arrived(ngx_http_request_t* r) noexcept {
    const ngx_int_t rc =
        guarded(r->connection->log, static_cast<ngx_int_t>(NGX_HTTP_INTERNAL_SERVER_ERROR),
                [r] { return erase(r); });
    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
    }
}

}  // namespace

ngx_int_t forget_handler(ngx_http_request_t* r) noexcept {
    if (main_conf(r)->worker == nullptr) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }
    const bool post = r->method == NGX_HTTP_POST;
    if (!post || !same_site(r)) {
        const ngx_int_t rc = ngx_http_discard_request_body(r);
        return rc != NGX_OK ? rc
               : !post      ? NGX_HTTP_NOT_ALLOWED
                            : refuse(r, NGX_HTTP_FORBIDDEN,
                                     "{\"error\":\"not asked for by a page of this site: send "
                                          "Sec-Fetch-Site or Origin, as browsers do\"}\n");
    }
    const ngx_int_t rc = ngx_http_read_client_request_body(r, body_arrived);
    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}

}  // namespace pz::ngx
