// The module as nginx sees it: phases, filters, processes.
#include <algorithm>
#include <iterator>

#include "nginx/compat.hpp"
#include "nginx/conf.hpp"
#include "nginx/request.hpp"
#include "nginx/worker.hpp"

namespace pz::ngx {

namespace {

ngx_http_output_header_filter_pt next_header_filter;
ngx_http_output_body_filter_pt next_body_filter;

// A style sheet, script, picture or font: never a page, so not worth a lookup. Browsers say what
// they ask for; who does not say is taken for a visitor.
bool subresource(ngx_http_request_t* r) {
    const std::string_view destination = request_header(r, "Sec-Fetch-Dest");
    if (!destination.empty()) {
        return destination != "document" && destination != "empty" && destination != "iframe" &&
               destination != "frame" && destination != "nested-document";
    }
    const std::string_view accept = request_header(r, "Accept");
    return accept.starts_with("image/") || accept.starts_with("text/css");
}

bool switched_on(ngx_http_request_t* r) {
    return truthy(evaluate(r, location_conf(r)->enable));
}

// Endpoints that read nothing of the visitor.
bool ours(ngx_http_request_t* r) {
    return r->content_handler == beacon_handler || r->content_handler == status_handler ||
           r->content_handler == forget_handler;
}

bool asks_for_something(ngx_http_request_t* r) {
    const LocationConf* location = location_conf(r);
    return !ours(r) && (r->method & (NGX_HTTP_GET | NGX_HTTP_POST)) != 0 &&
           location->enable != nullptr &&
           (!location->plan->empty() || !location->events->events.empty() || location->aliases());
}

// The request's object, made when this location asks for something; nullptr: it does not.
// `early`: what is looked up can still be waited for.
Request* obtain(ngx_http_request_t* r, bool early) {
    if (r != r->main || main_conf(r)->worker == nullptr) {
        return nullptr;
    }
    const bool reads =
        early && location_conf(r)->lookup && location_conf(r)->enable != nullptr && !ours(r);
    const bool on = (reads || asks_for_something(r)) && switched_on(r);
    const bool wanted = on && asks_for_something(r) && !subresource(r);
    Request* request = Request::find(r);  // after an internal redirect there is one
    if (request == nullptr && (wanted || (on && reads))) {
        request = Request::create(r);
    }
    if (request != nullptr) {
        request->enter_location(wanted, on && reads);
    }
    return request;
}

// The request is held up here only where personalize_lookup asks for it: elsewhere the lookup runs
// while the origin is asked. A page that has begun keeps its location, for its body and for the
// log, wherever the request goes afterwards (post_action, an error page).
ngx_int_t precontent_handler(ngx_http_request_t* r) noexcept {
    return guarded(r->connection->log, NGX_DECLINED, [r]() -> ngx_int_t {
        Request* request = Request::find(r);
        if (request != nullptr && request->awaits_lookup()) {
            return NGX_AGAIN;  // the connection became writable meanwhile
        }
        if (r->header_sent || r->post_action ||
            (request != nullptr && (request->has_page() || request->take_resumed()))) {
            return NGX_DECLINED;
        }
        request = obtain(r, true);
        return request != nullptr && request->await_lookup() ? NGX_AGAIN : NGX_DECLINED;
    });
}

// application/json, text/json, application/ld+json and their like, whatever parameters they have.
bool json_type(ngx_http_request_t* r) {
    std::string_view type = view(r->headers_out.content_type);
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) {
        type.remove_suffix(1);
    }
    constexpr std::string_view kApplication = "application/";
    constexpr std::string_view kSuffix = "+json";
    return same_name(type, "application/json") || same_name(type, "text/json") ||
           (type.size() > kApplication.size() + kSuffix.size() &&
            same_name(type.substr(0, kApplication.size()), kApplication) &&
            same_name(type.substr(type.size() - kSuffix.size()), kSuffix));
}

// Where a location has placements for JSON, JSON is JSON whatever personalize_types says.
bool personal_json(ngx_http_request_t* r) {
    return location_conf(r)->plan->of_json() && json_type(r);
}

bool personal_type(ngx_http_request_t* r) {
    return personal_json(r) || (location_conf(r)->plan->of_html() &&
                                ngx_http_test_content_type(r, &location_conf(r)->types) != nullptr);
}

// What the origin declares. nginx's charset filter comes after us and may declare, or convert to,
// another.
rewrite::Charset charset(ngx_http_request_t* r) {
    if (r->headers_out.charset.len != 0) {
        return rewrite::charset_named(view(r->headers_out.charset));
    }
    // A type that another module set as a whole.
    constexpr std::string_view kParameter = "charset=";
    const std::string_view type = view(r->headers_out.content_type);
    if (type.size() < kParameter.size()) {
        return rewrite::Charset::ascii_based;
    }
    u_char* found = ngx_strlcasestrn(bytes(type), bytes(type) + type.size(), bytes(kParameter),
                                     kParameter.size() - 1);
    return rewrite::charset_named(
        found == nullptr
            ? std::string_view()
            : type.substr(static_cast<std::size_t>(found - bytes(type)) + kParameter.size()));
}

Skip ineligible(ngx_http_request_t* r) {
    if (r->headers_out.status != NGX_HTTP_OK) {
        return Skip::status;
    }
    if (r->subrequest_ranges) {
        return Skip::slice;  // what follows the first slice comes in subrequests, past us
    }
    if (!location_conf(r)->plan->answer && !personal_type(r)) {
        return Skip::type;
    }
    const ngx_table_elt_t* encoding = r->headers_out.content_encoding;
    if (encoding != nullptr && encoding->hash != 0 && encoding->value.len != 0) {
        return Skip::encoding;
    }
    if (cache_control_has(r, "no-transform")) {
        return Skip::transform;
    }
    if (charset(r) == rewrite::Charset::unsafe) {
        return Skip::charset;
    }
    return Skip::none;
}

// Headers that let caches on the way keep the page whatever Cache-Control says, or that vouch for
// the origin's bytes. (Age and the like do no harm beside "private".)
bool origins_own(std::string_view name) {
    constexpr std::string_view kNames[] = {
        "Surrogate-Control", "Edge-Control", "X-Accel-Expires", "Digest",
        "Content-Digest",    "Repr-Digest",  "Content-MD5"};
    // RFC 9213: CDN-Cache-Control, and <vendor>-CDN-Cache-Control.
    constexpr std::string_view kTargeted = "CDN-Cache-Control";
    return std::any_of(std::begin(kNames), std::end(kNames),
                       [name](std::string_view own) { return same_name(name, own); }) ||
           (name.size() >= kTargeted.size() &&
            same_name(name.substr(name.size() - kTargeted.size()), kTargeted));
}

// The configured value; the origin's no-store is never weakened. No data: memory is out.
ngx_str_t cache_control(ngx_http_request_t* r) {
    const ngx_str_t value = location_conf(r)->cache_control;
    if (!cache_control_has(r, "no-store") || mentions(view(value), "no-store")) {
        return value;
    }
    return copy(r->pool, std::string(view(value)) + ", no-store");
}

// The answer is not known yet, so this is decided by eligibility: nothing of the origin's page that
// identifies its bytes may stay.
bool make_private(ngx_http_request_t* r) {
    ngx_http_clear_accept_ranges(r);
    ngx_http_clear_last_modified(r);
    ngx_http_clear_etag(r);
    drop_headers(r, origins_own);
    const ngx_str_t value = cache_control(r);
    return value.data != nullptr && set_cache_control(r, value);
}

// Asked for as a picture or a style sheet, a page stays as it is. But a cache that knows pages by
// their URL alone must not give that to visitors.
bool withhold(ngx_http_request_t* r) {
    const bool page = r == r->main && main_conf(r)->worker != nullptr && !r->header_only &&
                      asks_for_something(r) && !location_conf(r)->plan->empty() && subresource(r) &&
                      switched_on(r) && ineligible(r) == Skip::none;
    return !page || make_private(r);
}

bool succeeded(ngx_http_request_t* r) {
    return r->headers_out.status >= 200 && r->headers_out.status < 300;
}

// A POST that did its work and sends the browser on to a page that shows it, as carts mostly answer.
// (307 and 308 ask for the same POST elsewhere: there it is yet to be done.)
bool posted(ngx_http_request_t* r) {
    const ngx_uint_t status = r->headers_out.status;
    return r->method == NGX_HTTP_POST &&
           (status == NGX_HTTP_MOVED_PERMANENTLY || status == NGX_HTTP_MOVED_TEMPORARILY ||
            status == NGX_HTTP_SEE_OTHER);
}

// As a login mostly answers.
bool redirects(ngx_http_request_t* r) {
    return r->headers_out.status >= 300 && r->headers_out.status < 400;
}

// That how the page is encoded depends on what the client accepts. False when memory is out.
bool announce_encodings(ngx_http_request_t* r) {
    auto* core = static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_get_module_loc_conf(r, ngx_http_core_module));
    ngx_str_t vary = ngx_string("Accept-Encoding");
    r->gzip_vary = 1;  // nginx says it where gzip_vary is on
    return core->gzip_vary || add_header(r, "Vary", vary) != nullptr;
}

// False when memory is out.
bool begin_page(ngx_http_request_t* r, Request& request, const Request::Start& start) {
    if (request.joins_gzip()) {
        ngx_str_t gzip = ngx_string("gzip");
        r->headers_out.content_encoding = add_header(r, "Content-Encoding", gzip);
        if (r->headers_out.content_encoding == nullptr) {
            return false;
        }
    }
    request.begin_page(start);
    ngx_http_clear_content_length(r);
    r->filter_need_in_memory = 1;
    return make_private(r);
}

// False when memory is out.
bool begin(ngx_http_request_t* r) {
    Request* request = r == r->main ? Request::find(r) : nullptr;
    if (request != nullptr && request->has_page()) {
        request->abandon_page();
        return ineligible(r) != Skip::none || make_private(r);
    }
    // What `return` answers never came through PRECONTENT.
    if (request == nullptr || !request->in(location_conf(r))) {
        request = obtain(r, false);
    }
    if (request != nullptr) {
        request->forget_start();  // of a response that this one replaces
    }
    const bool counts = request != nullptr && request->counts();
    if (counts && (succeeded(r) || posted(r))) {
        request->record_events();
    }
    if (counts && (succeeded(r) || redirects(r))) {
        request->join_visitors();
    }
    if (request == nullptr || !request->wants_page() || r->header_only) {
        return withhold(r);
    }
    if (const Skip reason = ineligible(r); reason != Skip::none) {
        request->skip(reason);
        return true;
    }
    const Request::Start start = {personal_json(r), counts, charset(r)};
    if (!start.json && request->offers_gzip()) {
        if (!announce_encodings(r)) {
            return false;
        }
        if (request->await_file(start)) {
            return true;
        }
        request->know_cached();
    }
    return begin_page(r, *request, start);
}

ngx_int_t header_filter(ngx_http_request_t* r) noexcept {
    if (!guarded(r->connection->log, false, [r] { return begin(r); })) {
        return NGX_ERROR;
    }
    const Request* request = r == r->main ? Request::find(r) : nullptr;
    return request != nullptr && request->waits_for_file() ? NGX_OK : next_header_filter(r);
}

ngx_int_t body_filter(ngx_http_request_t* r, ngx_chain_t* in) noexcept {
    Request* request = r == r->main ? Request::find(r) : nullptr;
    if (request == nullptr) {
        return next_body_filter(r, in);
    }
    return guarded(r->connection->log, static_cast<ngx_int_t>(NGX_ERROR), [&] {
        return request->rewrites() ? request->body(in, next_body_filter)
                                   : request->pass(in, next_body_filter);
    });
}

ngx_int_t log_handler(ngx_http_request_t* r) noexcept {
    Request* request = r == r->main ? Request::find(r) : nullptr;
    if (request != nullptr) {
        guarded(r->connection->log, 0, [request] {
            request->finish_log();
            return 0;
        });
    }
    return NGX_OK;
}

bool add_handler(ngx_conf_t* cf, ngx_http_phases phase, ngx_http_handler_pt handler) {
    auto* core = static_cast<ngx_http_core_main_conf_t*>(
        ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module));
    auto* slot = static_cast<ngx_http_handler_pt*>(ngx_array_push(&core->phases[phase].handlers));
    if (slot != nullptr) {
        *slot = handler;
    }
    return slot != nullptr;
}

ngx_int_t postconfiguration(ngx_conf_t* cf) noexcept {
    if (!add_handler(cf, NGX_HTTP_PRECONTENT_PHASE, precontent_handler) ||
        !add_handler(cf, NGX_HTTP_LOG_PHASE, log_handler)) {
        return NGX_ERROR;
    }
    next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = header_filter;
    next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = body_filter;
    return NGX_OK;
}

MainConf* cycle_conf(ngx_cycle_t* cycle) {
    if (cycle->conf_ctx[ngx_http_module.index] == nullptr) {
        return nullptr;  // no http{}
    }
    return static_cast<MainConf*>(
        ngx_http_cycle_get_module_main_conf(cycle, ngx_http_personalize_module));
}

// Also called in the cache manager and loader. Nothing that fails here may keep a worker from
// starting.
ngx_int_t init_process(ngx_cycle_t* cycle) noexcept {
    MainConf* conf = cycle_conf(cycle);
    if (conf == nullptr || (!conf->redis.configured && conf->store_path.empty()) ||
        (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)) {
        return NGX_OK;
    }
    guarded(cycle->log, 0, [conf] {
        conf->worker = new Worker(*conf);
        return 0;
    });
    return NGX_OK;
}

void exit_process(ngx_cycle_t* cycle) noexcept {
    MainConf* conf = cycle_conf(cycle);
    if (conf != nullptr && conf->worker != nullptr) {
        delete conf->worker;
        conf->worker = nullptr;
    }
}

ngx_http_module_t context = {
    add_variables,         // preconfiguration
    postconfiguration,     // postconfiguration
    create_main_conf,      // create main configuration
    init_main_conf,        // init main configuration
    nullptr,               // create server configuration
    nullptr,               // merge server configuration
    create_location_conf,  // create location configuration
    merge_location_conf    // merge location configuration
};

}  // namespace

ngx_int_t send_awaited_header(ngx_http_request_t* r, Request& request) noexcept {
    const bool begun = guarded(r->connection->log, false,
                               [&] { return begin_page(r, request, request.take_start()); });
    const ngx_int_t rc = begun ? next_header_filter(r) : NGX_ERROR;
    return rc == NGX_ERROR || rc > NGX_OK || r->header_only ? NGX_ERROR : NGX_OK;
}

}  // namespace pz::ngx

extern "C" {

__attribute__((visibility("default")))
ngx_module_t ngx_http_personalize_module = {NGX_MODULE_V1,
                                            &pz::ngx::context,      // module context
                                            pz::ngx::commands,      // module directives
                                            NGX_HTTP_MODULE,        // module type
                                            nullptr,                // init master
                                            nullptr,                // init module
                                            pz::ngx::init_process,  // init process
                                            nullptr,                // init thread
                                            nullptr,                // exit thread
                                            pz::ngx::exit_process,  // exit process
                                            nullptr,                // exit master
                                            NGX_MODULE_V1_PADDING};
}
