// personalize_page_cache [size=] [tiles=] [max_page=] | off
#include "nginx/directive_setters.hpp"

namespace pz::ngx {

namespace {

char* refuse(ngx_conf_t* cf, const char* why) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "personalize_page_cache: %s", why);
    return static_cast<char*>(NGX_CONF_ERROR);
}

// Of "size=64m" the bytes, when the argument has that name; NGX_ERROR: it has not, or no size.
ssize_t size_of(const ngx_str_t& argument, std::string_view name) {
    const std::string_view text = view(argument);
    if (!text.starts_with(name)) {
        return NGX_ERROR;
    }
    ngx_str_t value = str(text.substr(name.size()));
    return ngx_parse_size(&value);
}

}  // namespace

char* set_page_cache(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    auto* location = static_cast<LocationConf*>(conf);
    auto* main =
        static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_personalize_module));
    const auto* values = static_cast<const ngx_str_t*>(cf->args->elts);
    if (location->max_known_page != NGX_CONF_UNSET_SIZE) {
        return const_cast<char*>("is duplicate");
    }
    location->max_known_page = kMaxKnownPage;
    if (cf->args->nelts == 2 && view(values[1]) == "off") {
        location->max_known_page = 0;
        return static_cast<char*>(NGX_CONF_OK);
    }
    for (ngx_uint_t i = 1; i < cf->args->nelts; i++) {
        const ssize_t size = size_of(values[i], "size=");
        const ssize_t tiles = size_of(values[i], "tiles=");
        if (size > 0 || tiles > 0) {
            if (cf->cmd_type != NGX_HTTP_MAIN_CONF) {
                return refuse(
                    cf, "all pages of a worker share one size: write size=, tiles= in http{}");
            }
            std::size_t& shared = size > 0 ? main->page_cache_size : main->tile_cache_size;
            shared = static_cast<std::size_t>(size > 0 ? size : tiles);
        } else if (const ssize_t page = size_of(values[i], "max_page="); page > 0) {
            location->max_known_page = static_cast<std::size_t>(page);
        } else {
            return refuse(
                cf,
                "write size=32m, tiles=8m, max_page=1m or some of them with sizes above 0, or off");
        }
    }
    return static_cast<char*>(NGX_CONF_OK);
}

}  // namespace pz::ngx
