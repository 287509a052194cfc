// The directives that say what is to be done in pages: placements of HTML and JSON.
#include <span>

#include "nginx/directive_setters.hpp"
#include "nginx/setter.hpp"
#include "page/answer.hpp"
#include "page/selector_doubts.hpp"

namespace pz::ngx {

namespace {

LocationParts& parts(void* conf) {
    return *static_cast<LocationConf*>(conf)->own;
}

// Of the placements that this directive added: they are valid, but never found.
void warn_of_selectors(ngx_conf_t* cf, const page::Plan& plan, std::size_t first) {
    const std::string directive(view(*static_cast<const ngx_str_t*>(cf->args->elts)));
    for (std::size_t i = first; i < plan.patterns.size(); i++) {
        for (const std::string& doubt : page::selector_doubts(plan.patterns[i])) {
            const std::string text = directive + ": " + doubt;
            ngx_conf_log_error(NGX_LOG_WARN, cf, 0, "%*s", text.size(), text.data());
        }
    }
}

// "for=$arg_item" -> "for=$3": page/ knows variables by number, the glue keeps what they mean.
Result<std::vector<std::string>> number_variables(ngx_conf_t* cf, LocationParts& location,
                                                  std::span<const std::string_view> args) {
    std::vector<std::string> numbered;
    for (const std::string_view argument : args) {
        const std::size_t equals = argument.find('=');
        // Only "key=$variable": a '$' in a selector is CSS ("[href$='.html']"), and "$." begins the
        // path of data in a script.
        if (equals == std::string_view::npos || argument.find_first_of("[.# ") < equals ||
            argument.substr(equals + 1).find('$') != 0 || argument.starts_with("data_path=")) {
            numbered.emplace_back(argument);
            continue;
        }
        auto value = compile(cf, argument.substr(equals + 1));
        if (!value.ok()) {
            return value.status();
        }
        numbered.push_back(std::string(argument.substr(0, equals + 1)) + "$" +
                           std::to_string(location.variables.size()));
        location.variables.push_back(*value);
    }
    return numbered;
}

struct TemplateFinder {
    MainConf* main;
    std::string where;

    static const rewrite::Template* find(void* data, std::string_view name) {
        auto* self = static_cast<TemplateFinder*>(data);
        return self->main->find_template(name, self->where);
    }
};

using AddPlacement = Status (*)(page::Plan& plan, std::span<const std::string_view> arguments);

// `off` sets the flag.
Status add_to_plan(ngx_conf_t* cf, void* conf, bool LocationParts::*off, AddPlacement add) {
    LocationParts& location = parts(conf);
    const auto written = arguments(cf);
    if (resets(written)) {
        location.*off = true;
        return {};
    }
    auto numbered = number_variables(cf, location, written);
    if (!numbered.ok()) {
        return numbered.status();
    }
    const std::size_t before = location.plan.patterns.size();
    const Status status =
        add(location.plan, std::vector<std::string_view>(numbered->begin(), numbered->end()));
    warn_of_selectors(cf, location.plan, before);
    return status;
}

Status add_widget(ngx_conf_t* cf, void* conf) {
    LocationParts& location = parts(conf);
    const auto written = arguments(cf);
    if (resets(written)) {
        location.widgets_off = true;
        return {};
    }
    if (written.size() < 2) {
        return Status::error(
            "personalize_widget: invalid number of arguments; write a selector and a recommender, "
            "as in \"#recommended\" for_you,popular, or off");
    }
    if (location.plan.answer) {
        return Status::error("personalize_api: write placements into another location");
    }
    auto numbered = number_variables(cf, location, written);
    if (!numbered.ok()) {
        return numbered.status();
    }
    const std::vector<std::string_view> args(numbered->begin(), numbered->end());
    TemplateFinder finder{
        static_cast<MainConf*>(ngx_http_conf_get_module_main_conf(cf, ngx_http_personalize_module)),
        place(cf)};
    const std::size_t before = location.plan.patterns.size();
    const Status status = page::add_widget(location.plan, args, TemplateFinder::find, &finder);
    warn_of_selectors(cf, location.plan, before);
    return status;
}

}  // namespace

char* set_widget(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&] { return add_widget(cf, conf); });
}

char* set_listing(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(
        cf, [&] { return add_to_plan(cf, conf, &LocationParts::listings_off, page::add_listing); });
}

char* set_json(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(
        cf, [&] { return add_to_plan(cf, conf, &LocationParts::json_off, page::add_json); });
}

char* set_json_html(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&] {
        return add_to_plan(cf, conf, &LocationParts::json_html_off, page::add_json_html);
    });
}

char* set_api(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return directive(cf, [&]() -> Status {
        LocationParts& location = parts(conf);
        if (!location.plan.empty()) {
            return Status::error(
                "personalize_api: this location has placements; write it into one of its own");
        }
        for (const std::string_view name : page::kQuestionArguments) {
            auto value = compile(cf, "$personalize_arg_" + std::string(name));
            if (!value.ok()) {
                return value.status();
            }
            location.variables.push_back(*value);
        }
        page::plan_answer(location.plan);
        set_handler(cf, api_handler);
        return {};
    });
}

}  // namespace pz::ngx
