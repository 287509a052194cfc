// What the functions that read directives share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nginx/ngx.hpp"
#include "store/status.hpp"

namespace pz::ngx {

inline std::vector<std::string_view> arguments(ngx_conf_t* cf) {
    const auto* values = static_cast<const ngx_str_t*>(cf->args->elts);
    std::vector<std::string_view> list;
    for (ngx_uint_t i = 1; i < cf->args->nelts; i++) {
        list.push_back(view(values[i]));
    }
    return list;
}

// "file:line" of the directive, for what can be said only later.
inline std::string place(const ngx_conf_t* cf) {
    return std::string(view(cf->conf_file->file.name)) + ":" + std::to_string(cf->conf_file->line);
}

// Runs a directive's body; a Status that is not ok becomes nginx's error.
template <class Body>
char* directive(ngx_conf_t* cf, Body&& body) noexcept {
    return guarded(cf->log, static_cast<char*>(NGX_CONF_ERROR), [&]() -> char* {
        const Status status = body();
        if (status.ok()) {
            return static_cast<char*>(NGX_CONF_OK);
        }
        const std::string message = status.message();
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%*s", message.size(), message.data());
        return static_cast<char*>(NGX_CONF_ERROR);
    });
}

inline Result<ngx_http_complex_value_t*> compile(ngx_conf_t* cf, std::string_view text) {
    auto* value = static_cast<ngx_http_complex_value_t*>(
        ngx_pcalloc(cf->pool, sizeof(ngx_http_complex_value_t)));
    ngx_str_t source = copy(cf->pool, text);
    ngx_http_compile_complex_value_t compiler;
    ngx_memzero(&compiler, sizeof(compiler));
    compiler.cf = cf;
    compiler.value = &source;
    compiler.complex_value = value;
    if (value == nullptr || ngx_http_compile_complex_value(&compiler) != NGX_OK) {
        return Status::error("cannot use '" + std::string(text) + "' as a value");
    }
    return value;
}

inline Status duplicate(std::string_view directive) {
    return Status::error("\"" + std::string(directive) + "\" directive is duplicate");
}

inline Status once(bool& given, std::string_view directive) {
    if (given) {
        return duplicate(directive);
    }
    given = true;
    return {};
}

inline bool resets(const std::vector<std::string_view>& args) {
    return args.size() == 1 && args[0] == "off";
}

inline void set_handler(ngx_conf_t* cf, ngx_http_handler_pt handler) {
    static_cast<ngx_http_core_loc_conf_t*>(
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module))
        ->handler = handler;
}

}  // namespace pz::ngx
