// What nginx.conf says becomes conf.hpp: the table of directives, defaults and inheritance.
#include <cstddef>
#include <new>

#include "nginx/conf.hpp"
#include "nginx/directive_setters.hpp"

namespace pz::ngx {

namespace {

constexpr std::string_view kDefaultTile =
    "<a class=\"personalize-tile\" href=\"{{link}}\"><img src=\"{{image_link}}\" alt=\"\">"
    "<span>{{title}}</span> <b>{{price}} {{currency}}</b></a>";

// Zeroes of `size` bytes, for as long as the zone lives.
ngx_int_t init_zone(ngx_shm_zone_t* zone, void* old, std::size_t size) noexcept {
    if (old != nullptr) {
        zone->data = old;
        return NGX_OK;
    }
    auto* pool = reinterpret_cast<ngx_slab_pool_t*>(zone->shm.addr);
    zone->data = zone->shm.exists ? pool->data : ngx_slab_calloc(pool, size);
    pool->data = zone->data;
    return zone->data != nullptr ? NGX_OK : NGX_ERROR;
}

ngx_int_t init_stats_zone(ngx_shm_zone_t* zone, void* old) noexcept {
    return init_zone(zone, old, sizeof(Stats));
}

constexpr std::size_t kWritesSize = redis::RecentWrites::kCells * sizeof(redis::RecentWrites::Cell);

ngx_int_t init_writes_zone(ngx_shm_zone_t* zone, void* old) noexcept {
    return init_zone(zone, old, kWritesSize);
}

ngx_shm_zone_t* add_zone(ngx_conf_t* cf, std::string_view name, std::size_t size,
                         ngx_shm_zone_init_pt init) {
    ngx_str_t text = copy(cf->pool, name);
    ngx_shm_zone_t* zone = ngx_shared_memory_add(cf, &text, size, &ngx_http_personalize_module);
    if (zone != nullptr) {
        zone->init = init;
    }
    return zone;
}

bool add_zones(ngx_conf_t* cf, MainConf* main) {
    main->stats_zone = add_zone(cf, "personalize_stats", 16 * ngx_pagesize, init_stats_zone);
    if (main->redis.url.replicas) {
        main->writes_zone = add_zone(cf, "personalize_writes", 2 * kWritesSize, init_writes_zone);
    }
    return main->stats_zone != nullptr &&
           (main->writes_zone != nullptr || !main->redis.url.replicas);
}

template <class T>
T* make_in(ngx_pool_t* pool) {
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(pool, 0);
    if (cleanup == nullptr) {
        return nullptr;
    }
    auto* object = new (std::nothrow) T();
    cleanup->data = object;
    cleanup->handler = [](void* data) noexcept { delete static_cast<T*>(data); };
    return object;
}

void merge_rules(LocationConf* parent, LocationConf* child) {
    if (!child->rules_set) {
        child->rules = parent->rules;
        child->rules_set = parent->rules_set;
    }
}

// A value of our own, else the parent's; none where `off` took it away.
ngx_http_complex_value_t* merge_value(ngx_http_complex_value_t* own,
                                      ngx_http_complex_value_t* parent) {
    ngx_http_complex_value_t* value = own != nullptr ? own : parent;
    return value != &reset_value ? value : nullptr;
}

bool switched_off(const LocationParts& own, const page::Placement& placement) {
    return placement.json ? own.json_off : placement.listing ? own.listings_off : own.widgets_off;
}

// Copies the inherited placements, but for the kinds that this level switches off.
void inherit_placements(LocationParts& own, const LocationParts& inherited) {
    const page::Plan& from = inherited.plan;
    std::vector<std::size_t> copied(from.placements.size());
    own.variables = inherited.variables;
    for (std::size_t i = 0; i < from.placements.size(); i++) {
        copied[i] = own.plan.placements.size();
        if (!switched_off(own, from.placements[i])) {
            own.plan.patterns.push_back(from.patterns[i]);
            own.plan.placements.push_back(from.placements[i]);
        }
    }
    for (std::size_t i = 0; i < from.json.size(); i++) {
        const bool strings = from.json_placements[i] == page::Plan::kNoPlacement;
        if (!(strings ? own.json_html_off : own.json_off)) {
            own.plan.json.push_back(from.json[i]);
            own.plan.json_placements.push_back(strings ? page::Plan::kNoPlacement
                                                       : copied[from.json_placements[i]]);
        }
    }
}

bool switches_off(const LocationParts& own) {
    return own.widgets_off || own.listings_off || own.json_off || own.json_html_off;
}

// A level's own placements replace the inherited ones, all together; so do events and context.
void merge_parts(LocationConf* parent, LocationConf* child) {
    for (const LocationParts** part : {&parent->placements, &parent->events, &parent->context}) {
        *part = *part != nullptr ? *part : parent->own;
    }
    LocationParts& own = *child->own;
    child->placements = &own;
    if (own.plan.empty() && !parent->placements->plan.answer) {
        const bool same =
            !switches_off(own) && parent->placements->plan.limits.max_buffer == child->buffer_size;
        if (same) {
            child->placements = parent->placements;
        } else {
            inherit_placements(own, *parent->placements);
        }
    }
    own.plan.limits.max_buffer = child->buffer_size;
    child->events = own.events.empty() && !own.events_off ? parent->events : &own;
    child->context = own.context.empty() && !own.context_off ? parent->context : &own;
    child->plan = &child->placements->plan;
}

// Of what a level says itself, before it inherits.
bool json_html_has_placements(ngx_conf_t* cf, const LocationParts& own) {
    if (!own.plan.of_json_html() || own.plan.of_html()) {
        return true;
    }
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "personalize_json_html: nothing is to be done within these strings: add a "
                       "personalize_widget or personalize_listing beside it");
    return false;
}

}  // namespace

NamedTemplate& MainConf::named(std::string_view name) {
    for (auto& entry : templates) {
        if (entry.name == name) {
            return entry;
        }
    }
    templates.push_back({std::string(name), std::make_unique<rewrite::Template>(), false, {}, {}});
    return templates.back();
}

const rewrite::Template* MainConf::find_template(std::string_view name, std::string_view where) {
    NamedTemplate& entry = named(name);
    if (entry.first_use.empty()) {
        entry.first_use = where;
    }
    return entry.tile.get();
}

void* create_main_conf(ngx_conf_t* cf) noexcept {
    return make_in<MainConf>(cf->pool);
}

char* init_main_conf(ngx_conf_t* cf, void* conf) noexcept {
    return guarded(cf->log, static_cast<char*>(NGX_CONF_ERROR), [&]() -> char* {
        auto* main = static_cast<MainConf*>(conf);
        for (auto& entry : main->templates) {
            if (entry.name == "default" && !entry.defined) {
                *entry.tile = std::move(*rewrite::Template::compile(kDefaultTile));
                entry.defined = true;
            }
            if (!entry.defined) {
                log(NGX_LOG_EMERG, cf->log,
                    "template '" + entry.name + "' is used in " + entry.first_use +
                        " but not defined; add to http{}: personalize_template " + entry.name +
                        " file.html;");
                return static_cast<char*>(NGX_CONF_ERROR);
            }
        }
        for (const Status& status :
             {finish_redis(cf, main->redis), check_spool(main->spool, main->redis.configured)}) {
            if (!status.ok()) {
                log(NGX_LOG_EMERG, cf->log, status.message());
                return static_cast<char*>(NGX_CONF_ERROR);
            }
        }
        check_templates(cf, *main);
        return add_zones(cf, main) ? static_cast<char*>(NGX_CONF_OK)
                                   : static_cast<char*>(NGX_CONF_ERROR);
    });
}

void* create_location_conf(ngx_conf_t* cf) noexcept {
    auto* conf = static_cast<LocationConf*>(ngx_pcalloc(cf->pool, sizeof(LocationConf)));
    if (conf == nullptr) {
        return nullptr;
    }
    conf->timeout = NGX_CONF_UNSET_MSEC;
    conf->budget = NGX_CONF_UNSET_MSEC;
    conf->buffer_size = NGX_CONF_UNSET_SIZE;
    conf->max_known_page = NGX_CONF_UNSET_SIZE;
    conf->impressions = NGX_CONF_UNSET;
    conf->gpc = NGX_CONF_UNSET;
    conf->lookup = NGX_CONF_UNSET;
    conf->gzip = NGX_CONF_UNSET;
    conf->explore = NGX_CONF_UNSET_UINT;
    conf->own = make_in<LocationParts>(cf->pool);
    return conf->own != nullptr ? conf : nullptr;
}

char* merge_location_conf(ngx_conf_t* cf, void* parent, void* child) noexcept {
    auto* prev = static_cast<LocationConf*>(parent);
    auto* conf = static_cast<LocationConf*>(child);
    conf->enable = conf->enable != nullptr ? conf->enable : prev->enable;
    conf->visitor = merge_value(conf->visitor, prev->visitor);
    conf->consent = merge_value(conf->consent, prev->consent);
    conf->bots = conf->bots != nullptr ? conf->bots : prev->bots;
    conf->bots = conf->bots != nullptr ? conf->bots : &built_in_bots;
    conf->tcf = conf->tcf != nullptr ? conf->tcf : prev->tcf;
    conf->alias = conf->alias != nullptr ? conf->alias : prev->alias;
    ngx_conf_merge_value(conf->gpc, prev->gpc, 0);
    ngx_conf_merge_value(conf->lookup, prev->lookup, 0);
    conf->explain = conf->explain != nullptr ? conf->explain : prev->explain;
    conf->now = conf->now != nullptr ? conf->now : prev->now;
    ngx_conf_merge_msec_value(conf->timeout, prev->timeout, 20);
    ngx_conf_merge_msec_value(conf->budget, prev->budget, 0);
    ngx_conf_merge_size_value(conf->buffer_size, prev->buffer_size, 1024 * 1024);
    ngx_conf_merge_size_value(conf->max_known_page, prev->max_known_page, kMaxKnownPage);
    ngx_conf_merge_value(conf->impressions, prev->impressions, 1);
    ngx_conf_merge_value(conf->gzip, prev->gzip, 0);
    ngx_conf_merge_uint_value(conf->explore, prev->explore, 0);
    ngx_conf_merge_str_value(conf->cache_control, prev->cache_control, "off");
    if (view(conf->cache_control) == "off") {
        ngx_str_set(&conf->cache_control, "private, no-cache");
    }
    auto* main =
        static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_personalize_module));
    main->longest_timeout = ngx_max(main->longest_timeout, conf->timeout);
    check_endpoints(cf, *main, *conf);
    merge_rules(prev, conf);
    conf->locale = conf->locale != nullptr ? conf->locale : prev->locale;
    if (ngx_http_merge_types(cf, &conf->types_keys, &conf->types, &prev->types_keys, &prev->types,
                             ngx_http_html_default_types) != NGX_OK) {
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    return guarded(cf->log, static_cast<char*>(NGX_CONF_ERROR), [&]() -> char* {
        if (!json_html_has_placements(cf, *conf->own)) {
            return static_cast<char*>(NGX_CONF_ERROR);
        }
        merge_parts(prev, conf);
        return static_cast<char*>(NGX_CONF_OK);
    });
}

ngx_conf_num_bounds_t buffer_size_bounds = {ngx_conf_check_num_bounds, page::kMinBuffer, -1};

#define PERSONALIZE_ANYWHERE NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF

ngx_command_t commands[] = {
    {ngx_string("personalize"), PERSONALIZE_ANYWHERE | NGX_CONF_TAKE1,
     ngx_http_set_complex_value_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, enable),
     nullptr},
    {ngx_string("personalize_redis"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_redis,
     NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_redis_auth"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_redis_auth,
     NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_redis_ssl_trusted_certificate"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1,
     set_redis_tls_text, NGX_HTTP_MAIN_CONF_OFFSET, offsetof(RedisTls, trusted_certificate),
     nullptr},
    {ngx_string("personalize_redis_ssl_certificate"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1,
     set_redis_tls_text, NGX_HTTP_MAIN_CONF_OFFSET, offsetof(RedisTls, certificate), nullptr},
    {ngx_string("personalize_redis_ssl_certificate_key"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1,
     set_redis_tls_text, NGX_HTTP_MAIN_CONF_OFFSET, offsetof(RedisTls, certificate_key), nullptr},
    {ngx_string("personalize_redis_ssl_name"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1,
     set_redis_tls_text, NGX_HTTP_MAIN_CONF_OFFSET, offsetof(RedisTls, name), nullptr},
    {ngx_string("personalize_redis_ssl_verify"), NGX_HTTP_MAIN_CONF | NGX_CONF_FLAG,
     set_redis_tls_flag, NGX_HTTP_MAIN_CONF_OFFSET, offsetof(RedisTls, verify), nullptr},
    {ngx_string("personalize_redis_ssl_verify_depth"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1,
     set_redis_tls_number, NGX_HTTP_MAIN_CONF_OFFSET, offsetof(RedisTls, verify_depth), nullptr},
    {ngx_string("personalize_prefix"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_prefix,
     NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_partitions"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_partitions,
     NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_retention"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE23, set_retention,
     NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_visitor_cache"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE12,
     set_visitor_cache, NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_spool"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE123, set_spool,
     NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_store"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_store,
     NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_template"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE2, set_template,
     NGX_HTTP_MAIN_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_timeout"), PERSONALIZE_ANYWHERE | NGX_CONF_TAKE1,
     ngx_conf_set_msec_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, timeout), nullptr},
    {ngx_string("personalize_visitor"), PERSONALIZE_ANYWHERE | NGX_CONF_TAKE1, set_value,
     NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, visitor), nullptr},
    {ngx_string("personalize_consent"), PERSONALIZE_ANYWHERE | NGX_CONF_TAKE1, set_value,
     NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, consent), nullptr},
    {ngx_string("personalize_consent_tcf"), PERSONALIZE_ANYWHERE | NGX_CONF_TAKE123,
     set_consent_tcf, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_gpc"), PERSONALIZE_ANYWHERE | NGX_CONF_FLAG, ngx_conf_set_flag_slot,
     NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, gpc), nullptr},
    {ngx_string("personalize_lookup"), PERSONALIZE_ANYWHERE | NGX_CONF_FLAG, ngx_conf_set_flag_slot,
     NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, lookup), nullptr},
    {ngx_string("personalize_bots"), PERSONALIZE_ANYWHERE | NGX_CONF_TAKE1, set_bots,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_now"), PERSONALIZE_ANYWHERE | NGX_CONF_TAKE1,
     ngx_http_set_complex_value_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, now),
     nullptr},
    {ngx_string("personalize_explain"), PERSONALIZE_ANYWHERE | NGX_CONF_TAKE1,
     ngx_http_set_complex_value_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, explain),
     nullptr},
    {ngx_string("personalize_rules"), PERSONALIZE_ANYWHERE | NGX_CONF_TAKE1, set_rules,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_locale"), PERSONALIZE_ANYWHERE | NGX_CONF_1MORE, set_locale,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_context"), PERSONALIZE_ANYWHERE | NGX_CONF_TAKE12, set_context,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_widget"), PERSONALIZE_ANYWHERE | NGX_CONF_1MORE, set_widget,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_listing"), PERSONALIZE_ANYWHERE | NGX_CONF_1MORE, set_listing,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_json"), PERSONALIZE_ANYWHERE | NGX_CONF_1MORE, set_json,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_json_html"), PERSONALIZE_ANYWHERE | NGX_CONF_1MORE, set_json_html,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_event"), PERSONALIZE_ANYWHERE | NGX_CONF_1MORE, set_event,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_impressions"), PERSONALIZE_ANYWHERE | NGX_CONF_FLAG,
     ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, impressions),
     nullptr},
    {ngx_string("personalize_gzip"), PERSONALIZE_ANYWHERE | NGX_CONF_FLAG, ngx_conf_set_flag_slot,
     NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, gzip), nullptr},
    {ngx_string("personalize_explore"), PERSONALIZE_ANYWHERE | NGX_CONF_TAKE1, set_explore,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_budget"), PERSONALIZE_ANYWHERE | NGX_CONF_TAKE1,
     ngx_conf_set_msec_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, budget), nullptr},
    {ngx_string("personalize_buffer_size"), PERSONALIZE_ANYWHERE | NGX_CONF_TAKE1,
     ngx_conf_set_size_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, buffer_size),
     &buffer_size_bounds},
    {ngx_string("personalize_page_cache"), PERSONALIZE_ANYWHERE | NGX_CONF_TAKE123, set_page_cache,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_types"), PERSONALIZE_ANYWHERE | NGX_CONF_1MORE, ngx_http_types_slot,
     NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, types_keys), &ngx_http_html_default_types[0]},
    {ngx_string("personalize_cache_control"), PERSONALIZE_ANYWHERE | NGX_CONF_TAKE1,
     ngx_conf_set_str_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(LocationConf, cache_control),
     nullptr},
    {ngx_string("personalize_api"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_api,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_events"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_events,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_forget"), NGX_HTTP_LOC_CONF | NGX_CONF_ANY, set_forget,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_alias"), PERSONALIZE_ANYWHERE | NGX_CONF_TAKE12, set_alias,
     NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    {ngx_string("personalize_status"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS | NGX_CONF_TAKE1,
     set_status, NGX_HTTP_LOC_CONF_OFFSET, 0, nullptr},
    ngx_null_command};

}  // namespace pz::ngx
