// nginx variables: what became of a request, what is known of its visitor, and fields of its query
// and body for personalize_event.
#include "nginx/conf.hpp"
#include "nginx/request.hpp"
#include "visitor/bots.hpp"
#include "visitor/fields.hpp"
#include "visitor/multipart.hpp"

namespace pz::ngx {

namespace {

ngx_int_t set_value(ngx_http_request_t* r, ngx_http_variable_value_t* v, std::string_view text) {
    const ngx_str_t kept = copy(r->pool, text);
    if (kept.data == nullptr) {
        return NGX_ERROR;
    }
    v->data = kept.data;
    v->len = static_cast<unsigned>(kept.len);
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;
    return NGX_OK;
}

using Describe = std::string (*)(Request&);

constexpr Describe kDescriptions[] = {
    [](Request& request) { return request.status(); },
    [](Request& request) { return std::string(request.visitor()); },
    [](Request& request) { return request.segments(); },
    [](Request& request) { return std::to_string(request.held_ms()); },
};

ngx_int_t describe(ngx_http_request_t* r, ngx_http_variable_value_t* v, uintptr_t which) noexcept {
    Request* request = Request::find(r->main);
    if (request == nullptr) {
        v->not_found = 1;
        return NGX_OK;
    }
    return guarded(r->connection->log, static_cast<ngx_int_t>(NGX_ERROR),
                   [&] { return set_value(r, v, kDescriptions[which](*request)); });
}

// A body that went to a temporary file is not read: one with an item id in it is small.
bool body_in_memory(ngx_http_request_t* r, std::string& body) {
    if (r->request_body == nullptr || r->request_body->bufs == nullptr ||
        r->request_body->temp_file != nullptr) {
        return false;
    }
    for (ngx_chain_t* link = r->request_body->bufs; link != nullptr; link = link->next) {
        if (ngx_buf_in_memory(link->buf)) {
            body.append(reinterpret_cast<const char*>(link->buf->pos),
                        static_cast<std::size_t>(link->buf->last - link->buf->pos));
        }
    }
    return true;
}

bool form_field(ngx_http_request_t* r, std::string_view name, std::string& value) {
    const ngx_table_elt_t* header = r->headers_in.content_type;
    const std::string_view type = header != nullptr ? view(header->value) : std::string_view();
    const bool plain = type.starts_with("application/x-www-form-urlencoded");
    const std::string_view boundary = visitor::multipart_boundary(type);
    std::string body;
    if ((!plain && boundary.empty()) || !body_in_memory(r, body)) {
        return false;
    }
    return plain ? visitor::form_value(body, name, &value)
                 : visitor::multipart_value(body, boundary, name, &value);
}

// Each finds the value of the name behind its variable's prefix; false: there is none.
using Find = bool (*)(ngx_http_request_t* r, std::string_view name, std::string& value);

struct Family {
    std::string_view prefix;
    ngx_uint_t flags;
    Find find;
};

constexpr Family kFamilies[] = {
    // As $arg_<name>, but decoded: a search term as the visitor typed it.
    {"personalize_arg_", NGX_HTTP_VAR_NOCACHEABLE,
     [](ngx_http_request_t* r, std::string_view name, std::string& value) {
         return visitor::form_value(view(r->args), name, &value);
     }},
    // The body arrives while the request lives, so a field may not be remembered as absent.
    {"personalize_form_", NGX_HTTP_VAR_NOCACHEABLE, form_field},
    {"personalize_json_", NGX_HTTP_VAR_NOCACHEABLE,
     [](ngx_http_request_t* r, std::string_view name, std::string& value) {
         std::string body;
         return body_in_memory(r, body) && visitor::json_value(body, name, &value);
     }},
    // Known once the lookup has ended.
    {"personalize_trait_", NGX_HTTP_VAR_NOCACHEABLE,
     [](ngx_http_request_t* r, std::string_view name, std::string& value) {
         const Request* request = Request::find(r->main);
         value = request != nullptr ? request->trait(name) : std::string_view();
         return !value.empty();
     }},
};

template <std::size_t kFamily>
ngx_int_t member(ngx_http_request_t* r, ngx_http_variable_value_t* v, uintptr_t data) noexcept {
    v->not_found = 1;
    return guarded(r->connection->log, static_cast<ngx_int_t>(NGX_ERROR), [&]() -> ngx_int_t {
        constexpr const Family& kThis = kFamilies[kFamily];
        const std::string_view name = view(*reinterpret_cast<ngx_str_t*>(data));
        std::string value;
        const bool found = kThis.find(r, name.substr(kThis.prefix.size()), value);
        return found ? set_value(r, v, value) : NGX_OK;
    });
}

ngx_int_t bot(ngx_http_request_t* r, ngx_http_variable_value_t* v, uintptr_t) noexcept {
    const ngx_table_elt_t* agent = r->headers_in.user_agent;
    return set_value(r, v, agent != nullptr && visitor::says_bot(view(agent->value)) ? "1" : "0");
}

ngx_int_t add(ngx_conf_t* cf, std::string_view name, ngx_http_get_variable_pt handler,
              uintptr_t data, ngx_uint_t flags) {
    ngx_str_t text = str(name);
    ngx_http_variable_t* variable = ngx_http_add_variable(cf, &text, flags);
    if (variable == nullptr) {
        return NGX_ERROR;
    }
    variable->get_handler = handler;
    variable->data = data;
    return NGX_OK;
}

}  // namespace

ngx_int_t add_variables(ngx_conf_t* cf) noexcept {
    constexpr std::string_view kNames[] = {"personalize_status", "personalize_visitor",
                                           "personalize_segments", "personalize_time"};
    for (uintptr_t i = 0; i < std::size(kNames); i++) {
        if (add(cf, kNames[i], describe, i, NGX_HTTP_VAR_NOCACHEABLE) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    constexpr ngx_http_get_variable_pt kMembers[] = {member<0>, member<1>, member<2>, member<3>};
    for (std::size_t i = 0; i < std::size(kFamilies); i++) {
        const Family& family = kFamilies[i];
        if (add(cf, family.prefix, kMembers[i], 0, NGX_HTTP_VAR_PREFIX | family.flags) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    return add(cf, "personalize_bot", bot, 0, 0);
}

}  // namespace pz::ngx
