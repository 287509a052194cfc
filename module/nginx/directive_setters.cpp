#include "nginx/directive_setters.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include "nginx/file.hpp"
#include "nginx/rule_watch.hpp"
#include "nginx/setter.hpp"

namespace pz::ngx {

namespace {

LocationParts& parts(void* conf) {
    return *static_cast<LocationConf*>(conf)->own;
}

Result<std::string> full_path(ngx_conf_t* cf, std::string_view path, bool beside_conf) {
    ngx_str_t name = copy(cf->pool, path);
    if (ngx_conf_full_name(cf->cycle, &name, beside_conf) != NGX_OK) {
        return Status::error("memory is out");
    }
    return std::string(view(name));
}

Status add_rule_file(ngx_conf_t* cf, LocationConf* location, const std::string& path) {
    auto* main =
        static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_personalize_module));
    for (const auto& file : main->rule_files) {
        if (file->path == path) {
            location->rules = file.get();
            return {};
        }
    }
    auto source = read_rule_file(path);
    if (!source.ok()) {
        return Status::error("personalize_rules: " + source.message());
    }
    const auto loaded = rules::RuleSet::load(*source, path, recommend::rule_limits());
    if (!loaded.ok()) {
        return Status::error("personalize_rules: " + loaded.message());
    }
    main->rule_files.push_back(std::make_unique<RuleFile>(RuleFile{path, std::move(*source)}));
    location->rules = main->rule_files.back().get();
    return {};
}

// Prepared once, however many levels name it.
Result<const page::Locale*> find_locale(ngx_conf_t* cf, std::string_view name) {
    auto* main =
        static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_personalize_module));
    auto prepared = page::Locale::prepare(name);
    if (!prepared.ok()) {
        return Status::error("personalize_locale: " + prepared.message());
    }
    for (const auto& locale : main->locales) {
        if (locale->name() == prepared->name()) {
            return locale.get();
        }
    }
    main->locales.push_back(std::make_unique<page::Locale>(std::move(*prepared)));
    return main->locales.back().get();
}

Status set_event_argument(ngx_conf_t* cf, EventRule& rule, std::string_view argument) {
    const std::size_t equals = argument.find('=');
    if (equals == 0 || equals == std::string_view::npos) {
        return Status::error("personalize_event: '" + std::string(argument) +
                             "': write key=value, as in item=$arg_id or price=$arg_price");
    }
    const std::string_view key = argument.substr(0, equals);
    auto value = compile(cf, argument.substr(equals + 1));
    if (!value.ok()) {
        return Status::error("personalize_event: " + value.message());
    }
    if (key == "item") {
        rule.item = *value;
    } else if (key == "when") {
        rule.when = *value;
    } else {
        rule.parameters.emplace_back(key, *value);
    }
    return {};
}

bool name_ok(std::string_view name) {
    return !name.empty() && name.size() <= visitor::kMaxNameLength &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
           });
}

}  // namespace

char* set_value(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept {
    auto** slot =
        reinterpret_cast<ngx_http_complex_value_t**>(static_cast<char*>(conf) + command->offset);
    const auto* values = static_cast<const ngx_str_t*>(cf->args->elts);
    if (*slot == nullptr && view(values[1]) == "off") {
        *slot = &reset_value;
        return static_cast<char*>(NGX_CONF_OK);
    }
    return ngx_http_set_complex_value_slot(cf, command, conf);
}

char* set_redis(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        RedisConf& redis = static_cast<MainConf*>(conf)->redis;
        Status status = once(redis.configured, "personalize_redis");
        return status.ok() ? parse_redis(cf, arguments(cf)[0], redis) : status;
    });
}

char* set_redis_auth(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        RedisConf& redis = static_cast<MainConf*>(conf)->redis;
        bool given = !redis.login_file.empty();
        if (Status status = once(given, "personalize_redis_auth"); !status.ok()) {
            return status;
        }
        auto path = full_path(cf, arguments(cf)[0], true);
        if (path.ok()) {
            redis.login_file = std::move(*path);
        }
        return path.status();
    });
}

char* set_redis_tls_text(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept {
    return ngx_conf_set_str_slot(cf, command, &static_cast<MainConf*>(conf)->redis.tls);
}

char* set_redis_tls_flag(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept {
    return ngx_conf_set_flag_slot(cf, command, &static_cast<MainConf*>(conf)->redis.tls);
}

char* set_redis_tls_number(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept {
    return ngx_conf_set_num_slot(cf, command, &static_cast<MainConf*>(conf)->redis.tls);
}

char* set_prefix(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        const std::string_view prefix = arguments(cf)[0];
        if (prefix.empty() || prefix.size() > 32 ||
            prefix.find_first_of("{} \t") != std::string_view::npos) {
            return Status::error(
                "personalize_prefix: 1 to 32 characters without braces and blanks, as in \"pz:\"");
        }
        auto* main = static_cast<MainConf*>(conf);
        main->keys.prefix = prefix;
        return once(main->has_prefix, "personalize_prefix");
    });
}

char* set_partitions(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        const std::string_view text = arguments(cf)[0];
        const ngx_int_t n = ngx_atoi(bytes(text), text.size());
        if (n < 1 || n > 1024) {
            return Status::error("personalize_partitions: a number from 1 to 1024, not '" +
                                 std::string(text) + "'");
        }
        auto* main = static_cast<MainConf*>(conf);
        main->partitions = static_cast<unsigned>(n);
        return once(main->has_partitions, "personalize_partitions");
    });
}

char* set_retention(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        const auto args = arguments(cf);
        const ngx_int_t events = ngx_atoi(bytes(args[0]), args[0].size());
        ngx_str_t time = str(args[1]);
        const ngx_int_t seconds = ngx_parse_time(&time, 1);
        ngx_int_t entries = static_cast<ngx_int_t>(redis::Retention().stream_entries);
        if (constexpr std::string_view kStream = "stream="; args.size() == 3) {
            const std::string_view count = args[2].substr(std::min(kStream.size(), args[2].size()));
            entries = args[2].starts_with(kStream) ? ngx_atoi(bytes(count), count.size()) : 0;
        }
        if (events < 1 || events > 1000 || seconds < 1 ||
            seconds > std::numeric_limits<std::uint32_t>::max() || entries < 1) {
            return Status::error(
                "personalize_retention: how many events a visitor's list keeps (1 to 1000), how "
                "long, and how many a stream keeps, as in \"100 90d stream=1000000\"");
        }
        auto* main = static_cast<MainConf*>(conf);
        main->retention.stream_entries = static_cast<std::uint64_t>(entries);
        main->retention.events = static_cast<unsigned>(events);
        main->retention.seconds = static_cast<std::uint32_t>(seconds);
        return once(main->has_retention, "personalize_retention");
    });
}

char* set_store(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        auto path = full_path(cf, arguments(cf)[0], false);
        if (!path.ok()) {
            return path.status();
        }
        auto* main = static_cast<MainConf*>(conf);
        main->store_path = *path;
        return once(main->has_store, "personalize_store");
    });
}

char* set_template(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        const auto args = arguments(cf);
        NamedTemplate& entry = static_cast<MainConf*>(conf)->named(args[0]);
        if (entry.defined) {
            return Status::error("personalize_template: '" + entry.name + "' is defined twice");
        }
        auto path = full_path(cf, args[1], true);
        if (!path.ok()) {
            return path.status();
        }
        auto text = read_file(*path);
        if (!text.ok()) {
            return Status::error("personalize_template: cannot read " + text.message());
        }
        if (text->find_first_not_of(" \t\r\n") == std::string::npos) {
            return Status::error("personalize_template: " + *path +
                                 " is empty: write the HTML of one tile");
        }
        auto compiled = rewrite::Template::compile(*text);
        if (!compiled.ok()) {
            return Status::error("personalize_template: " + *path + ": " + compiled.message());
        }
        *entry.tile = std::move(*compiled);
        entry.path = std::move(*path);
        entry.defined = true;
        return {};
    });
}

char* set_rules(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        auto* location = static_cast<LocationConf*>(conf);
        if (location->rules_set) {
            return duplicate("personalize_rules");
        }
        location->rules_set = 1;
        const std::string_view name = arguments(cf)[0];
        if (name == "off") {
            return {};
        }
        auto path = full_path(cf, name, true);
        return path.ok() ? add_rule_file(cf, location, *path) : path.status();
    });
}

char* set_locale(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        auto* location = static_cast<LocationConf*>(conf);
        if (location->locale != nullptr) {
            return duplicate("personalize_locale");
        }
        const auto args = arguments(cf);
        LocaleChoice& choice = parts(conf).locale;
        location->locale = &choice;
        if (resets(args)) {
            return {};
        }
        const bool varies = args[0].find('$') != std::string_view::npos;
        if (varies == (args.size() == 1)) {
            return Status::error(
                "personalize_locale: write one locale, as in de_DE, or a variable and the locales "
                "that it may name, as in $lang de_DE fr_FR; the first of them is the default");
        }
        if (varies) {
            auto wanted = compile(cf, args[0]);
            if (!wanted.ok()) {
                return Status::error("personalize_locale: " + wanted.message());
            }
            choice.wanted = *wanted;
        }
        for (const std::string_view name : std::span(args).subspan(varies ? 1 : 0)) {
            auto locale = find_locale(cf, name);
            if (!locale.ok()) {
                return locale.status();
            }
            choice.known.push_back(*locale);
        }
        return {};
    });
}

char* set_event(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        const auto args = arguments(cf);
        if (resets(args)) {
            parts(conf).events_off = true;
            return {};
        }
        EventRule rule;
        rule.name = args[0];
        if (!name_ok(rule.name) || rule.name == "off") {
            return Status::error("personalize_event: '" + rule.name +
                                 "' is no event name; use GA4's, as in view_item, add_to_cart, "
                                 "purchase, search, or your own of a-z 0-9 _");
        }
        for (const std::string_view argument : std::span(args).subspan(1)) {
            if (Status status = set_event_argument(cf, rule, argument); !status.ok()) {
                return status;
            }
        }
        parts(conf).events.push_back(std::move(rule));
        return {};
    });
}

char* set_context(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        const auto args = arguments(cf);
        if (resets(args)) {
            parts(conf).context_off = true;
            return {};
        }
        if (args.size() < 2) {
            return Status::error(
                "personalize_context: invalid number of arguments; write a name and a value, as in "
                "country $geoip2_country, or off");
        }
        if (!name_ok(args[0])) {
            return Status::error("personalize_context: '" + std::string(args[0]) +
                                 "' is no name; use a-z 0-9 _, as in country");
        }
        const auto is_known = [&](const auto& known) { return known.first == args[0]; };
        if (std::ranges::any_of(parts(conf).context, is_known)) {
            return Status::error("personalize_context: two values of one name; choose another");
        }
        auto value = compile(cf, args[1]);
        if (value.ok()) {
            parts(conf).context.emplace_back(args[0], *value);
        }
        return value.status();
    });
}

char* set_explore(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        constexpr ngx_int_t kMost = 50;
        auto* location = static_cast<LocationConf*>(conf);
        bool given = location->explore != NGX_CONF_UNSET_UINT;
        std::string_view text = arguments(cf)[0];
        if (text == "off") {
            location->explore = 0;
            return once(given, "personalize_explore");
        }
        const bool percent = text.ends_with('%');
        text.remove_suffix(percent ? 1 : 0);
        ngx_str_t digits = copy(cf->pool, text);
        const ngx_int_t share = ngx_atoi(digits.data, digits.len);
        if (!percent || share < 1 || share > kMost) {
            return Status::error("personalize_explore: \"" + std::string(arguments(cf)[0]) +
                                 "\": write a share of the tiles from 1% to 50%, or off");
        }
        location->explore = static_cast<ngx_uint_t>(share);
        return once(given, "personalize_explore");
    });
}

char* set_status(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        const auto args = arguments(cf);
        if (!args.empty() && args[0] != "json" && args[0] != "prometheus") {
            return Status::error("personalize_status: '" + std::string(args[0]) +
                                 "': write json or prometheus");
        }
        static_cast<LocationConf*>(conf)->status_prometheus =
            !args.empty() && args[0] == "prometheus";
        set_handler(cf, status_handler);
        return {};
    });
}

}  // namespace pz::ngx
