// Response headers across nginx versions: before 1.23 cache_control is an array, since then a list.
#pragma once

#include <string_view>

#include "nginx/ngx.hpp"

namespace pz::ngx {

inline bool same_name(std::string_view a, std::string_view b) {
    return a.size() == b.size() && ngx_strncasecmp(bytes(a), bytes(b), a.size()) == 0;
}

// Whether `text` contains `word`, in whatever case.
inline bool mentions(std::string_view text, std::string_view word) {
    return ngx_strlcasestrn(bytes(text), bytes(text) + text.size(), bytes(word), word.size() - 1) !=
           nullptr;
}

// Takes every header whose name `unwanted` says yes to out of the response.
template <class Unwanted>
void drop_headers(ngx_http_request_t* r, Unwanted&& unwanted) {
    for (ngx_list_part_t* part = &r->headers_out.headers.part; part != nullptr; part = part->next) {
        auto* headers = static_cast<ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (unwanted(view(headers[i].key))) {
                headers[i].hash = 0;
            }
        }
    }
}

// nullptr when memory is out. `value` must live as long as the request.
inline ngx_table_elt_t* add_header(ngx_http_request_t* r, std::string_view name, ngx_str_t value) {
    auto* header = static_cast<ngx_table_elt_t*>(ngx_list_push(&r->headers_out.headers));
    if (header == nullptr) {
        return nullptr;
    }
    ngx_memzero(header, sizeof(*header));
    header->hash = 1;
    header->key = str(name);
    header->value = value;
    return header;
}

// The one Cache-Control of the response, with no Expires beside it.
inline bool set_cache_control(ngx_http_request_t* r, ngx_str_t value) {
    drop_headers(r, [](std::string_view name) {
        return same_name(name, "Cache-Control") || same_name(name, "Expires");
    });
    r->headers_out.expires = nullptr;
    ngx_table_elt_t* header = add_header(r, "Cache-Control", value);
    if (header == nullptr) {
        return false;
    }
#if nginx_version >= 1023000
    r->headers_out.cache_control = header;
#else
    ngx_array_t& list = r->headers_out.cache_control;
    if (list.elts == nullptr &&
        ngx_array_init(&list, r->pool, 1, sizeof(ngx_table_elt_t*)) != NGX_OK) {
        return false;
    }
    list.nelts = 0;
    auto** slot = static_cast<ngx_table_elt_t**>(ngx_array_push(&list));
    if (slot == nullptr) {
        return false;
    }
    *slot = header;
#endif
    return true;
}

// Whether any Cache-Control of the response has this directive.
inline bool cache_control_has(ngx_http_request_t* r, std::string_view directive) {
    for (ngx_list_part_t* part = &r->headers_out.headers.part; part != nullptr; part = part->next) {
        auto* headers = static_cast<ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (headers[i].hash != 0 && same_name(view(headers[i].key), "Cache-Control") &&
                mentions(view(headers[i].value), directive)) {
                return true;
            }
        }
    }
    return false;
}

// Whether `wanted` says yes to the value of any request header of this name.
template <class Wanted>
bool any_request_header(ngx_http_request_t* r, std::string_view name, Wanted&& wanted) {
    for (ngx_list_part_t* part = &r->headers_in.headers.part; part != nullptr; part = part->next) {
        auto* headers = static_cast<ngx_table_elt_t*>(part->elts);
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (same_name(view(headers[i].key), name) && wanted(view(headers[i].value))) {
                return true;
            }
        }
    }
    return false;
}

// The first request header of this name, or an empty text.
inline std::string_view request_header(ngx_http_request_t* r, std::string_view name) {
    std::string_view first;
    any_request_header(r, name, [&first](std::string_view value) {
        first = value;
        return true;
    });
    return first;
}

}  // namespace pz::ngx
