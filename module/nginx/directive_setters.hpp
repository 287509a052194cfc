// One function per directive that nginx's own setters cannot read. Every error names what is wrong
// and what to write instead; nginx adds file and line.
#pragma once

#include "nginx/conf.hpp"

namespace pz::ngx {

// Stands for `off` in a level's own values until they are merged.
inline ngx_http_complex_value_t reset_value{};

// What personalize_page_cache remembers where max_page= is not given.
inline constexpr std::size_t kMaxKnownPage = std::size_t{1024} * 1024;

// A value with variables, or `off`.
char* set_value(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_redis(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_redis_auth(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_redis_tls_text(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_redis_tls_flag(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_redis_tls_number(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_prefix(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_partitions(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_retention(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_store(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_template(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_rules(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_locale(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_event(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_context(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_explore(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
// placement_setters.cpp
char* set_widget(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_listing(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_json(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_json_html(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_api(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
// privacy_conf.cpp
char* set_consent_tcf(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_forget(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
// Once the location knows its visitor: warns where personalize_forget or personalize_events cannot
// do its work, or the cookie to expire is not known.
void check_endpoints(ngx_conf_t* cf, const MainConf& main, const LocationConf& location);
char* set_alias(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_bots(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
// visitor_cache_conf.cpp
char* set_visitor_cache(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
// page_cache_conf.cpp
char* set_page_cache(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_events(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
char* set_status(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;

}  // namespace pz::ngx
