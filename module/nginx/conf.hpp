// What the directives say. Built while nginx reads its configuration, then read-only in the
// workers.
//
// The part with C++ members lives behind a pointer and is destroyed with the configuration's pool,
// so that a reload leaves nothing behind; the plain parts stay standard-layout for nginx's own
// setters.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nginx/ngx.hpp"
#include "nginx/redis_conf.hpp"
#include "nginx/spool_conf.hpp"
#include "nginx/stats.hpp"
#include "page/locale.hpp"
#include "page/plan.hpp"
#include "redis/commands.hpp"
#include "redis/recent_writes.hpp"
#include "rewrite/template.hpp"
#include "visitor/tcf.hpp"

namespace pz::ngx {

class Worker;

// A rule file as it was when the configuration was read: the last good version to begin with.
struct RuleFile {
    std::string path;
    std::string source;
};

struct NamedTemplate {
    std::string name;
    std::unique_ptr<rewrite::Template> tile;
    bool defined = false;
    std::string first_use;  // "file:line" of the directive that names it
    std::string path;       // of its file; empty: built in
};

struct MainConf {
    redis::Keys keys;
    redis::Retention retention;
    unsigned partitions = 1;
    // Which directives were given.
    bool has_prefix = false, has_partitions = false, has_retention = false, has_store = false;
    RedisConf redis;
    SpoolConf spool;
    std::size_t visitor_cache_size = 0;  // of a worker; 0: off
    ngx_msec_t visitor_cache_age = ngx_msec_t{5} * 60 * 1000;
    bool has_visitor_cache = false;
    ngx_msec_t longest_timeout = 0;                               // of all locations
    std::size_t page_cache_size = std::size_t{32} * 1024 * 1024;  // of a worker
    std::size_t tile_cache_size = std::size_t{8} * 1024 * 1024;   // of a worker
    std::string store_path;
    std::vector<NamedTemplate> templates;
    std::vector<std::unique_ptr<page::Locale>> locales;
    std::vector<std::unique_ptr<RuleFile>> rule_files;
    ngx_shm_zone_t* stats_zone = nullptr;
    ngx_shm_zone_t* writes_zone = nullptr;  // only where replicas are read
    Worker* worker = nullptr;               // set in init_process

    // Empty where replicas are not read.
    std::span<redis::RecentWrites::Cell> recent_writes() const {
        using Cell = redis::RecentWrites::Cell;
        return writes_zone == nullptr
                   ? std::span<Cell>()
                   : std::span(static_cast<Cell*>(writes_zone->data), redis::RecentWrites::kCells);
    }
    Stats& stats() const { return *static_cast<Stats*>(stats_zone->data); }
    // Made undefined when it is new: a directive may name a template that is defined further below.
    NamedTemplate& named(std::string_view name);
    const rewrite::Template* find_template(std::string_view name, std::string_view where);
};

// `personalize_event name [item=..] [when=..] [key=..]`
struct EventRule {
    std::string name;
    ngx_http_complex_value_t* item = nullptr;
    ngx_http_complex_value_t* when = nullptr;
    std::vector<std::pair<std::string, ngx_http_complex_value_t*>> parameters;
};

// `personalize_locale de_DE` or `personalize_locale $variable de_DE fr_FR ...`
struct LocaleChoice {
    ngx_http_complex_value_t* wanted = nullptr;  // nullptr: the first
    std::vector<const page::Locale*> known;      // empty: `off`
};

// `personalize_consent_tcf $variable [purposes=] [vendor=]`
struct TcfRule {
    ngx_int_t variable = 0;
    visitor::TcfDemand demand;  // no purposes: `off`
};

// `personalize_forget [cookie=name]... [domain=name]`
struct ForgetRule {
    std::vector<std::string> cookies;
    std::string domain;
    std::string place;  // file:line; empty: no directive
};
// "vid" of $cookie_vid; empty: the value is not that of one cookie.
std::string_view cookie_of(const ngx_http_complex_value_t* value);

// `personalize_alias $anonymous $customer`
struct AliasRule {
    ngx_http_complex_value_t* from = nullptr;  // nullptr: `off`
    ngx_http_complex_value_t* to = nullptr;
};

// The parts of a location's configuration that nginx's setters cannot hold.
struct LocationParts {
    // `off` was given: of what is inherited, these are left out.
    bool widgets_off = false, listings_off = false, json_off = false, json_html_off = false;
    bool events_off = false, context_off = false;
    page::Plan plan;
    std::vector<ngx_http_complex_value_t*> variables;  // the plan's $0, $1, ...
    std::vector<EventRule> events;
    std::vector<std::pair<std::string, ngx_http_complex_value_t*>> context;
    LocaleChoice locale;
    TcfRule tcf;
    ForgetRule forget;
    AliasRule alias;
    std::string beacon_place;  // file:line of personalize_events; empty: no directive
};

struct LocationConf {
    ngx_http_complex_value_t* enable;
    ngx_http_complex_value_t* visitor;
    ngx_http_complex_value_t* consent;
    ngx_http_complex_value_t* bots;  // reset_value: none
    const TcfRule* tcf;              // nullptr: no directive
    const AliasRule* alias;          // nullptr: no directive
    ngx_flag_t gpc;
    ngx_flag_t lookup;  // before the location is asked
    ngx_http_complex_value_t* explain;
    ngx_http_complex_value_t* now;
    ngx_msec_t timeout;
    ngx_msec_t budget;  // 0: none
    size_t buffer_size;
    size_t max_known_page;  // 0: none is remembered
    ngx_flag_t impressions;
    ngx_flag_t gzip;
    ngx_uint_t explore;  // percent of tiles
    ngx_str_t cache_control;
    ngx_array_t* types_keys;
    ngx_hash_t types;
    RuleFile* rules;  // nullptr: none
    ngx_uint_t rules_set;
    ngx_uint_t status_prometheus;
    const LocaleChoice* locale;       // nullptr: no directive
    LocationParts* own;               // of this level, may be empty
    const page::Plan* plan;           // in effect; never null after merging
    const LocationParts* placements;  // whose plan and variables are in effect
    const LocationParts* events;      // whose events are in effect
    const LocationParts* context;     // whose context is in effect

    bool aliases() const { return alias != nullptr && alias->from != nullptr; }
};

// Stands in LocationConf::bots for the marks that we know.
inline ngx_http_complex_value_t built_in_bots{};

inline MainConf* main_conf(ngx_http_request_t* r) {
    return static_cast<MainConf*>(ngx_http_get_module_main_conf(r, ngx_http_personalize_module));
}

inline LocationConf* location_conf(ngx_http_request_t* r) {
    return static_cast<LocationConf*>(ngx_http_get_module_loc_conf(r, ngx_http_personalize_module));
}

// nginx's callbacks (directives.cpp).
extern ngx_command_t commands[];
void* create_main_conf(ngx_conf_t* cf) noexcept;
char* init_main_conf(ngx_conf_t* cf, void* conf) noexcept;
void* create_location_conf(ngx_conf_t* cf) noexcept;
char* merge_location_conf(ngx_conf_t* cf, void* parent, void* child) noexcept;

// template_checks.cpp. Warns of names in templates that are neither fields nor columns, if the store
// is there to say which columns the catalog has.
void check_templates(ngx_conf_t* cf, const MainConf& main);

// The content handlers (beacon.cpp, forget.cpp, status.cpp, api.cpp).
ngx_int_t beacon_handler(ngx_http_request_t* r) noexcept;
ngx_int_t forget_handler(ngx_http_request_t* r) noexcept;
ngx_int_t status_handler(ngx_http_request_t* r) noexcept;
ngx_int_t api_handler(ngx_http_request_t* r) noexcept;

// variables.cpp
ngx_int_t add_variables(ngx_conf_t* cf) noexcept;

// Answers with a short body of our own.
ngx_int_t send_text(ngx_http_request_t* r, ngx_uint_t status, std::string_view type,
                    std::string_view body);

}  // namespace pz::ngx
