// personalize_visitor_cache [size=] [max_age=] | off
#include "nginx/directive_setters.hpp"
#include "nginx/setter.hpp"

namespace pz::ngx {

namespace {

constexpr std::size_t kUsualSize = std::size_t{8} * 1024 * 1024;

bool read_option(MainConf& main, std::string_view option) {
    constexpr std::string_view kSize = "size=";
    constexpr std::string_view kMaxAge = "max_age=";
    if (option.starts_with(kSize)) {
        ngx_str_t value = str(option.substr(kSize.size()));
        const ssize_t size = ngx_parse_size(&value);
        main.visitor_cache_size = static_cast<std::size_t>(size);
        return size > 0;
    }
    if (!option.starts_with(kMaxAge)) {
        return false;
    }
    ngx_str_t value = str(option.substr(kMaxAge.size()));
    const ngx_int_t age = ngx_parse_time(&value, 0);
    main.visitor_cache_age = static_cast<ngx_msec_t>(age);
    return age > 0;
}

}  // namespace

char* set_visitor_cache(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        auto& main = *static_cast<MainConf*>(conf);
        if (Status status = once(main.has_visitor_cache, "personalize_visitor_cache");
            !status.ok()) {
            return status;
        }
        const auto options = arguments(cf);
        if (options.size() == 1 && options[0] == "off") {
            main.visitor_cache_size = 0;
            return {};
        }
        main.visitor_cache_size = kUsualSize;
        for (const std::string_view option : options) {
            if (!read_option(main, option)) {
                return Status::error("personalize_visitor_cache: '" + std::string(option) +
                                     "': write size=8m, max_age=5m or one of them, or off");
            }
        }
        return {};
    });
}

}  // namespace pz::ngx
