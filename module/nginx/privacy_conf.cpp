// personalize_consent_tcf, personalize_bots, personalize_events, personalize_forget,
// personalize_alias: of whom something may be kept, until when, and as whose.
#include <algorithm>

#include "nginx/directive_setters.hpp"
#include "nginx/setter.hpp"

namespace pz::ngx {

namespace {

// A variable by its name, dashes and all: nginx knows $cookie_euconsent-v2, but in a text it would
// end before the dash.
Result<ngx_int_t> variable(ngx_conf_t* cf, std::string_view text) {
    if (text.size() < 2 || text.front() != '$' ||
        text.find_first_of("${} ", 1) != std::string_view::npos) {
        return Status::error("'" + std::string(text) +
                             "': write one variable, as in $cookie_euconsent-v2");
    }
    ngx_str_t name = copy(cf->pool, text.substr(1));
    const ngx_int_t index =
        name.data != nullptr ? ngx_http_get_variable_index(cf, &name) : NGX_ERROR;
    if (index == NGX_ERROR) {
        return Status::error("'" + std::string(text) + "' is no variable");
    }
    return index;
}

Status read_demand(std::string_view argument, visitor::TcfDemand& demand) {
    constexpr std::string_view kPurposes = "purposes=";
    constexpr std::string_view kVendor = "vendor=";
    if (argument.starts_with(kPurposes)) {
        demand.purposes = visitor::parse_tcf_purposes(argument.substr(kPurposes.size()));
        return demand.purposes != 0
                   ? Status()
                   : Status::error("'" + std::string(argument) +
                                   "': write numbers from 1 to 24, as in purposes=1,5,6");
    }
    if (argument.starts_with(kVendor)) {
        const std::string_view digits = argument.substr(kVendor.size());
        const ngx_int_t vendor = ngx_atoi(bytes(digits), digits.size());
        demand.vendor = static_cast<unsigned>(vendor);
        return vendor >= 1 && vendor <= ngx_int_t{visitor::kMaxTcfVendor}
                   ? Status()
                   : Status::error("'" + std::string(argument) +
                                   "': write a vendor's number, as in vendor=755");
    }
    return Status::error("'" + std::string(argument) +
                         "': write purposes=1,5,6 or vendor=<number>, or off alone");
}

Status read_tcf(ngx_conf_t* cf, const std::vector<std::string_view>& args, TcfRule& rule) {
    constexpr std::uint32_t kPersonalContent = 0b110001;  // purposes 1, 5 and 6
    auto index = variable(cf, args[0]);
    if (!index.ok()) {
        return index.status();
    }
    rule.variable = *index;
    rule.demand.purposes = kPersonalContent;
    for (std::size_t i = 1; i < args.size(); i++) {
        if (Status status = read_demand(args[i], rule.demand); !status.ok()) {
            return status;
        }
    }
    return {};
}

// Of a cookie's name and of a domain: nothing that could end the header's part or the header.
bool plain(std::string_view text) {
    return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-';
    });
}

Status read_forget(std::string_view argument, ForgetRule& rule) {
    const std::size_t equals = argument.find('=');
    const std::string_view key = argument.substr(0, equals);
    const std::string_view value =
        equals != std::string_view::npos ? argument.substr(equals + 1) : std::string_view();
    if ((key != "cookie" && key != "domain") || !plain(value)) {
        return Status::error("personalize_forget: '" + std::string(argument) +
                             "': write cookie=name or domain=shop.example");
    }
    if (key == "cookie") {
        rule.cookies.emplace_back(value);
    } else {
        rule.domain = value;
    }
    return {};
}

// Whether an endpoint that is about a visitor can do its work; warns otherwise.
bool has_needs(ngx_conf_t* cf, const MainConf& main, const LocationConf& location,
               const char* complaint, const std::string& place) {
    if (main.redis.configured && location.visitor != nullptr) {
        return true;
    }
    ngx_log_error(NGX_LOG_WARN, cf->log, 0, "%s in %s: add %s", complaint, place.c_str(),
                  main.redis.configured ? "personalize_visitor" : "personalize_redis");
    return false;
}

}  // namespace

std::string_view cookie_of(const ngx_http_complex_value_t* value) {
    constexpr std::string_view kCookie = "cookie_";
    std::string_view name = value != nullptr ? view(value->value) : std::string_view();
    if (name.starts_with("${") && name.ends_with('}')) {
        name = name.substr(2, name.size() - 3);
    } else if (name.starts_with('$')) {
        name.remove_prefix(1);
    }
    const bool variable = name.starts_with(kCookie) && name.size() < value->value.len;
    name.remove_prefix(variable ? kCookie.size() : name.size());
    return name.find_first_of("${} ") == std::string_view::npos && plain(name) ? name
                                                                               : std::string_view();
}

char* set_consent_tcf(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        auto* location = static_cast<LocationConf*>(conf);
        if (location->tcf != nullptr) {
            return duplicate("personalize_consent_tcf");
        }
        const auto args = arguments(cf);
        TcfRule& rule = location->own->tcf;
        location->tcf = &rule;
        const Status status = resets(args) ? Status() : read_tcf(cf, args, rule);
        return status.ok() ? status : Status::error("personalize_consent_tcf: " + status.message());
    });
}

char* set_forget(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        ForgetRule& rule = static_cast<LocationConf*>(conf)->own->forget;
        rule.place = place(cf);
        for (const std::string_view argument : arguments(cf)) {
            if (Status status = read_forget(argument, rule); !status.ok()) {
                return status;
            }
        }
        set_handler(cf, forget_handler);
        return {};
    });
}

void check_endpoints(ngx_conf_t* cf, const MainConf& main, const LocationConf& location) {
    const ForgetRule& rule = location.own->forget;
    const std::string& beacon = location.own->beacon_place;
    if (!rule.place.empty() &&
        !has_needs(cf, main, location, "personalize_forget answers 503", rule.place)) {
        return;
    }
    if (!beacon.empty()) {
        has_needs(cf, main, location, "personalize_events takes no event", beacon);
    }
    if (!rule.place.empty() && rule.cookies.empty() && cookie_of(location.visitor).empty()) {
        ngx_log_error(NGX_LOG_WARN, cf->log, 0,
                      "personalize_forget expires no cookie: personalize_visitor, \"%V\", is not "
                      "that of one cookie; write cookie=name in %s",
                      &location.visitor->value, rule.place.c_str());
    }
}

char* set_alias(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        auto* location = static_cast<LocationConf*>(conf);
        if (location->alias != nullptr) {
            return duplicate("personalize_alias");
        }
        const auto args = arguments(cf);
        AliasRule& rule = location->own->alias;
        location->alias = &rule;
        if (resets(args)) {
            return {};
        }
        if (args.size() != 2) {
            return Status::error(
                "personalize_alias: write who somebody was and who they are, as in $cookie_vid "
                "$upstream_http_x_customer, or off");
        }
        auto from = compile(cf, args[0]);
        auto to = compile(cf, args[1]);
        if (!from.ok() || !to.ok()) {
            return Status::error("personalize_alias: " + (from.ok() ? to : from).message());
        }
        rule = {*from, *to};
        return {};
    });
}

char* set_bots(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        auto* location = static_cast<LocationConf*>(conf);
        const std::string_view text = arguments(cf)[0];
        if (location->bots != nullptr) {
            return duplicate("personalize_bots");
        }
        if (text == "on" || text == "off") {
            location->bots = text == "on" ? &built_in_bots : &reset_value;
            return {};
        }
        if (text.find('$') == std::string_view::npos) {
            return Status::error("personalize_bots: '" + std::string(text) +
                                 "': write on, off or a variable, as in $is_bot");
        }
        auto value = compile(cf, text);
        if (!value.ok()) {
            return Status::error("personalize_bots: " + value.message());
        }
        location->bots = *value;
        return {};
    });
}

char* set_events(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        static_cast<LocationConf*>(conf)->own->beacon_place = place(cf);
        set_handler(cf, beacon_handler);
        return {};
    });
}

}  // namespace pz::ngx
