// nginx variables: what became of a request, and form fields for personalize_event.
#include "nginx/conf.hpp"
#include "nginx/request.hpp"

namespace pz::ngx {

namespace {

constexpr std::string_view kFormPrefix = "personalize_form_";
constexpr std::string_view kArgumentPrefix = "personalize_arg_";

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

using Describe = std::string (*)(const Request&);

constexpr Describe kDescriptions[] = {
    [](const Request& request) { return request.status(); },
    [](const Request& request) { return std::string(request.visitor()); },
    [](const Request& request) { return request.segments(); },
    [](const Request& request) { return std::to_string(request.held_ms()); },
};

ngx_int_t describe(ngx_http_request_t* r, ngx_http_variable_value_t* v, uintptr_t which) noexcept {
    const Request* request = Request::find(r->main);
    if (request == nullptr) {
        v->not_found = 1;
        return NGX_OK;
    }
    return guarded(r->connection->log, static_cast<ngx_int_t>(NGX_ERROR),
                   [&] { return set_value(r, v, kDescriptions[which](*request)); });
}

int hex(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

std::string form_decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); i++) {
        const int high = i + 2 < text.size() ? hex(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex(text[i + 2]) : -1;
        if (text[i] == '%' && high >= 0 && low >= 0) {
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

// A body that went to a temporary file is not read: a form with an item id in it is small.
bool body_in_memory(ngx_http_request_t* r, std::string& body) {
    if (r->request_body == nullptr || r->request_body->bufs == nullptr ||
        r->request_body->temp_file != nullptr || r->headers_in.content_type == nullptr ||
        !view(r->headers_in.content_type->value).starts_with("application/x-www-form-urlencoded")) {
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

// The decoded value of the first field of this name; false when there is none.
bool find_field(std::string_view fields, std::string_view name, std::string& value) {
    while (!fields.empty()) {
        const std::size_t end = fields.find('&');
        const std::string_view pair = fields.substr(0, end);
        const std::size_t equals = pair.find('=');
        if (equals != std::string_view::npos && form_decode(pair.substr(0, equals)) == name) {
            value = form_decode(pair.substr(equals + 1));
            return true;
        }
        fields = end == std::string_view::npos ? std::string_view() : fields.substr(end + 1);
    }
    return false;
}

ngx_int_t form_field(ngx_http_request_t* r, ngx_http_variable_value_t* v, uintptr_t data) noexcept {
    v->not_found = 1;
    return guarded(r->connection->log, static_cast<ngx_int_t>(NGX_ERROR), [&]() -> ngx_int_t {
        const std::string_view name = view(*reinterpret_cast<ngx_str_t*>(data));
        std::string body;
        std::string value;
        const bool found =
            body_in_memory(r, body) && find_field(body, name.substr(kFormPrefix.size()), value);
        return found ? set_value(r, v, value) : NGX_OK;
    });
}

// As $arg_<name>, but decoded: a search term as the visitor typed it.
ngx_int_t argument(ngx_http_request_t* r, ngx_http_variable_value_t* v, uintptr_t data) noexcept {
    v->not_found = 1;
    return guarded(r->connection->log, static_cast<ngx_int_t>(NGX_ERROR), [&]() -> ngx_int_t {
        const std::string_view name = view(*reinterpret_cast<ngx_str_t*>(data));
        std::string value;
        const bool found = find_field(view(r->args), name.substr(kArgumentPrefix.size()), value);
        return found ? set_value(r, v, value) : NGX_OK;
    });
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
    if (add(cf, kArgumentPrefix, argument, 0, NGX_HTTP_VAR_PREFIX) != NGX_OK) {
        return NGX_ERROR;
    }
    // The body arrives while the request lives, so the field may not be remembered as absent.
    return add(cf, kFormPrefix, form_field, 0, NGX_HTTP_VAR_PREFIX | NGX_HTTP_VAR_NOCACHEABLE);
}

}  // namespace pz::ngx
