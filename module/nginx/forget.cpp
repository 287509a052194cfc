// personalize_forget: erases what is kept of the visitor who asks. 204 means that it is gone.
#include "nginx/compat.hpp"
#include "nginx/conf.hpp"
#include "nginx/pending.hpp"
#include "nginx/visit.hpp"

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
    const ngx_str_t value = copy(r->pool, cookie);
    return value.data != nullptr && add_header(r, "Set-Cookie", value) != nullptr;
}

// Those that the directive names, else the one that personalize_visitor reads.
bool expire_cookies(ngx_http_request_t* r) {
    constexpr std::string_view kCookie = "$cookie_";
    const LocationConf* location = location_conf(r);
    const ForgetRule& rule = location->own->forget;
    if (rule.cookies.empty() && location->visitor != nullptr) {
        const std::string_view visitor = view(location->visitor->value);
        return !visitor.starts_with(kCookie) ||
               expire_cookie(r, visitor.substr(kCookie.size()), rule.domain);
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
        if (!erased) {
            return refuse(
                r, NGX_HTTP_SERVICE_UNAVAILABLE,
                "{\"error\":\"what is kept of you cannot be reached; ask again later\"}\n");
        }
        main_conf(r)->worker->stats().forgets.add();
        return expire_cookies(r) ? send_text(r, NGX_HTTP_NO_CONTENT, {}, {})
                                 : NGX_HTTP_INTERNAL_SERVER_ERROR;
    });
}

// NGX_DONE: the answer comes later, or has been given.
ngx_int_t erase(ngx_http_request_t* r) {
    const std::string_view visitor = evaluate(r, location_conf(r)->visitor);
    if (!visitor::valid_visitor_id(visitor)) {
        return answer(r, true);  // nothing is kept of nobody
    }
    Pending* pending = Pending::create(r, answer);
    if (pending == nullptr) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    pending->wait(main_conf(r)->worker->erase(visitor, *pending));
    return NGX_DONE;
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
