// nginx's headers as C, and the few conversions between its types and ours.
//
// Rules at this border: every function whose address nginx takes is noexcept and lets nothing out
// (see guarded()); nginx's statement macros are always braced.
#pragma once

extern "C" {
#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_event_connect.h>
#include <ngx_http.h>
}

#include <exception>
#include <string>
#include <string_view>

// Unlike C, C++ wants this from outside the anonymous namespaces.
extern "C" {
extern ngx_module_t ngx_http_personalize_module;
extern ngx_module_t ngx_http_personalize_file_filter_module;
}

namespace pz::ngx {

inline std::string_view view(const ngx_str_t& text) {
    return {reinterpret_cast<const char*>(text.data), text.len};
}

inline ngx_str_t str(std::string_view text) {
    return {text.size(), reinterpret_cast<u_char*>(const_cast<char*>(text.data()))};
}

inline u_char* bytes(std::string_view text) {
    return reinterpret_cast<u_char*>(const_cast<char*>(text.data()));
}

// A copy that lives as long as the pool. len 0 and data nullptr when memory is out.
inline ngx_str_t copy(ngx_pool_t* pool, std::string_view text) {
    auto* data = static_cast<u_char*>(ngx_pnalloc(pool, text.size() + 1));
    if (data == nullptr) {
        return {0, nullptr};
    }
    ngx_memcpy(data, text.data(), text.size());
    data[text.size()] = '\0';
    return {text.size(), data};
}

// All logging goes through here: nginx's formats are not checked by the compiler.
inline void log(ngx_uint_t level, ngx_log_t* log, std::string_view text) {
    if (log->log_level >= level) {
        ngx_log_error_core(level, log, 0, "personalize: %*s", text.size(), text.data());
    }
}

// Runs `body`; an exception (memory is out) becomes a log line and `fallback`.
template <class Fallback, class Body>
Fallback guarded(ngx_log_t* target, Fallback fallback, Body&& body) noexcept {
    try {
        return body();
    } catch (const std::exception& error) {
        log(NGX_LOG_ERR, target, error.what());
    }
    return fallback;
}

// The value of `value`, or an empty text when it is absent or cannot be had.
inline std::string_view evaluate(ngx_http_request_t* r, ngx_http_complex_value_t* value) {
    ngx_str_t text;
    if (value == nullptr || ngx_http_complex_value(r, value, &text) != NGX_OK) {
        return {};
    }
    return view(text);
}

// nginx's usual reading of a switch, empty and "0" are off, and the word itself.
inline bool truthy(std::string_view value) {
    return !value.empty() && value != "0" && value != "off";
}

}  // namespace pz::ngx
