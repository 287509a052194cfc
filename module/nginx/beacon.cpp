// personalize_events: the beacon endpoint, and the pixel. 204, or the picture, means that Redis has
// the events; the lists that were shown go the way of the edge's own impressions.
#include <algorithm>
#include <span>
#include <string>

#include "nginx/compat.hpp"
#include "nginx/conf.hpp"
#include "nginx/pending.hpp"
#include "nginx/seen_price.hpp"
#include "nginx/visit.hpp"
#include "nginx/worker.hpp"
#include "visitor/beacon.hpp"
#include "visitor/pixel.hpp"
#include "visitor/shown_list.hpp"

namespace pz::ngx {

namespace {

constexpr off_t kMaxBody = 64 * 1024;

// One transparent pixel.
constexpr char kGif[] =
    "GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\4\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\1D\0;";

bool is_pixel(ngx_http_request_t* r) {
    return (r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) != 0;
}

// A pixel that a cache answers would be an event that nobody sees.
bool forbid_caches(ngx_http_request_t* r) {
    ngx_str_t no_store = ngx_string("no-store");
    return !is_pixel(r) || set_cache_control(r, no_store);
}

ngx_int_t accept(ngx_http_request_t* r) {
    if (!forbid_caches(r)) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    return is_pixel(r) ? send_text(r, NGX_HTTP_OK, "image/gif", {kGif, sizeof(kGif) - 1})
                       : send_text(r, NGX_HTTP_NO_CONTENT, {}, {});
}

ngx_int_t answer(ngx_http_request_t* r, bool stored) {
    return guarded(r->connection->log, static_cast<ngx_int_t>(NGX_HTTP_INTERNAL_SERVER_ERROR), [&] {
        return stored ? accept(r)
                      : send_text(r, NGX_HTTP_SERVICE_UNAVAILABLE, "application/json",
                                  "{\"error\":\"the event store does not answer; send again "
                                  "later\"}\n");
    });
}

// Where all of it is in one piece of memory, and not too much.
bool body_at_once(const ngx_http_request_body_t* in, std::string_view& body) {
    if (in == nullptr || in->bufs == nullptr || in->bufs->next != nullptr ||
        in->bufs->buf->in_file || ngx_buf_size(in->bufs->buf) > kMaxBody) {
        return false;
    }
    const ngx_buf_t* b = in->bufs->buf;
    body = {reinterpret_cast<const char*>(b->pos), static_cast<std::size_t>(b->last - b->pos)};
    return true;
}

// From memory and, where nginx put it there, from its temporary file.
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
    if (!forbid_caches(r)) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
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
    if (!visitor::valid_visitor_id(visitor) ||
        (location->enable != nullptr && !truthy(evaluate(r, location->enable)))) {
        return false;
    }
    Stats& stats = main_conf(r)->worker->stats();
    if (!consents(r)) {
        stats.without_consent.add();
        return false;
    }
    const bool visit = from_visitor(r);
    stats.not_of_visitors.add(visit ? 0 : 1);
    return visit;
}

// What was shown leaves soon, with the edge's own impressions, and nobody waits for it. Returns the
// other events, in their order.
std::span<visitor::Event> without_shown_lists(ngx_http_request_t* r, std::string_view visitor,
                                              std::span<visitor::Event> events) {
    const auto lists = std::stable_partition(events.begin(), events.end(), [](const auto& event) {
        return !visitor::is_shown_list(event);
    });
    for (auto list = lists; list != events.end() && location_conf(r)->impressions; ++list) {
        main_conf(r)->worker->add_impression(visitor, *list);
    }
    return {events.begin(), lists};
}

void add_seen_prices(ngx_http_request_t* r, std::span<visitor::Event> events) {
    const SnapshotPtr snapshot = main_conf(r)->worker->snapshot();
    if (snapshot == nullptr) {
        return;
    }
    for (visitor::Event& event : events) {
        add_seen_price(*snapshot, event);
    }
}

// NGX_DONE: the answer comes later, or has been given.
ngx_int_t store(ngx_http_request_t* r, std::span<visitor::Event> events) {
    const std::string_view visitor = evaluate(r, location_conf(r)->visitor);
    if (r->method == NGX_HTTP_HEAD || events.empty() || !may_store(r, visitor)) {
        return accept(r);
    }
    events = without_shown_lists(r, visitor, events);
    if (events.empty()) {
        return accept(r);
    }
    add_seen_prices(r, events);
    Pending* pending = Pending::create(r, answer);
    if (pending == nullptr) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    pending->wait(main_conf(r)->worker->write_events(visitor, events, *pending));
    return NGX_DONE;
}

ngx_int_t take_body(ngx_http_request_t* r) {
    std::string joined;
    std::string_view body;
    if (!body_at_once(r->request_body, body)) {
        if (!read_body(r, joined)) {
            return refuse(r, NGX_HTTP_REQUEST_ENTITY_TOO_LARGE,
                          "at most 64 KiB of events at a time");
        }
        body = joined;
    }
    auto events = main_conf(r)->worker->beacons().parse(body, ngx_time());
    return events.ok() ? store(r, *events) : refuse(r, NGX_HTTP_BAD_REQUEST, events.message());
}

ngx_int_t take_query(ngx_http_request_t* r) {
    auto event = visitor::parse_pixel(view(r->args), ngx_time());
    return event.ok() ? store(r, {&*event, 1}) : refuse(r, NGX_HTTP_BAD_REQUEST, event.message());
}

void body_arrived(ngx_http_request_t* r) noexcept {
    const ngx_int_t rc =
        guarded(r->connection->log, static_cast<ngx_int_t>(NGX_HTTP_INTERNAL_SERVER_ERROR),
                [r] { return is_pixel(r) ? take_query(r) : take_body(r); });
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
    if (r->method != NGX_HTTP_POST && !is_pixel(r)) {
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
