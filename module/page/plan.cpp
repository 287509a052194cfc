#include "page/plan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "page/suggest.hpp"

namespace pz::page {

namespace {

using namespace std::string_view_literals;

constexpr std::array<std::string_view, 3> kLevels = {"pre", "segment", "individual"};
constexpr std::array<std::string_view, 8> kWidgetOptions = {"limit", "min", "template", "name",
                                                            "level", "for", "category", "gap"};
constexpr std::array<std::string_view, 8> kListingOptions = {"item",  "id",    "top",      "name",
                                                             "level", "query", "category", "rest"};
constexpr std::array<std::string_view, 2> kRests = {"shop", "learned"};
// Variables of one directive are few; more is a mistake of the caller.
constexpr int kMaxVariable = 10000;

// "key=value" arguments, each key at most once.
class Options {
  public:
    Status parse(std::span<const std::string_view> arguments,
                 std::span<const std::string_view> known);
    // Null when not given.
    const std::string_view* find(std::string_view key) const;

  private:
    std::vector<std::pair<std::string_view, std::string_view>> given_;
};

Status Options::parse(std::span<const std::string_view> arguments,
                      std::span<const std::string_view> known) {
    for (const std::string_view argument : arguments) {
        const std::size_t equals = argument.find('=');
        const std::string_view key = argument.substr(0, equals);
        if (std::find(known.begin(), known.end(), key) == known.end()) {
            return Status::error(unknown_name("option", key, known));
        }
        if (equals == std::string_view::npos || equals + 1 == argument.size()) {
            return Status::error("option '" + std::string(key) + "' has no value: write " +
                                 std::string(key) + "=...");
        }
        if (find(key) != nullptr) {
            return Status::error("option '" + std::string(key) + "' is given twice: keep one");
        }
        given_.emplace_back(key, argument.substr(equals + 1));
    }
    return {};
}

const std::string_view* Options::find(std::string_view key) const {
    for (const auto& [name, value] : given_) {
        if (name == key) {
            return &value;
        }
    }
    return nullptr;
}

template <class Number>
bool read_number(std::string_view text, Number* number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
    return error == std::errc() && end == text.data() + text.size();
}

Status set_count(const Options& options, std::string_view key, std::size_t* count) {
    const std::string_view* text = options.find(key);
    std::size_t number = 0;
    if (text == nullptr) {
        return {};
    }
    if (!read_number(*text, &number) || number < 1 || number > kMaxLimit) {
        return Status::error(std::string(key) + "=" + std::string(*text) +
                             ": write a number from 1 to " + std::to_string(kMaxLimit));
    }
    *count = number;
    return {};
}

Status set_variable(const Options& options, std::string_view key, int* variable) {
    const std::string_view* text = options.find(key);
    int number = 0;
    if (text == nullptr) {
        return {};
    }
    if (text->front() != '$' || !read_number(text->substr(1), &number) || number < 0 ||
        number > kMaxVariable) {
        return Status::error(std::string(key) + "=" + std::string(*text) +
                             ": write a variable, as in " + std::string(key) + "=$arg_" +
                             std::string(key));
    }
    *variable = number;
    return {};
}

Status set_level(const Options& options, recommend::Tier* level) {
    const std::string_view* text = options.find("level");
    if (text == nullptr) {
        return {};
    }
    const auto* found = std::find(kLevels.begin(), kLevels.end(), *text);
    if (found == kLevels.end()) {
        return Status::error(unknown_name("level", *text, kLevels));
    }
    *level = static_cast<recommend::Tier>(found - kLevels.begin());
    return {};
}

Status set_rest(const Options& options, recommend::Rest* rest) {
    const std::string_view* text = options.find("rest");
    if (text == nullptr) {
        return {};
    }
    const auto* found = std::find(kRests.begin(), kRests.end(), *text);
    if (found == kRests.end()) {
        return Status::error(unknown_name("rest", *text, kRests));
    }
    *rest = static_cast<recommend::Rest>(found - kRests.begin());
    return {};
}

Status set_name(const Options& options, const rewrite::Selector& selector, std::string* name) {
    const std::string_view* text = options.find("name");
    *name = text != nullptr ? *text : std::string_view(selector.text);
    if (name->size() > kMaxPlacementName) {
        return Status::error("the name '" + name->substr(0, 20) + "...' is over " +
                             std::to_string(kMaxPlacementName) +
                             " characters: add a short one with name=");
    }
    return {};
}

Status first_error(std::initializer_list<Status> steps) {
    for (const Status& step : steps) {
        if (!step.ok()) {
            return step;
        }
    }
    return {};
}

Status set_min(const Options& options, Placement& placement) {
    Status status = set_count(options, "min", &placement.min);
    if (status.ok() && options.find("min") != nullptr && placement.min > placement.limit) {
        return Status::error("min=" + std::to_string(placement.min) +
                             " is more than limit=" + std::to_string(placement.limit) +
                             ": write a smaller min= or a larger limit=");
    }
    placement.min = std::min(placement.min, placement.limit);
    return status;
}

Status set_template(const Options& options, FindTemplate find, void* data, Placement& placement) {
    const std::string_view* given = options.find("template");
    const std::string_view name = given != nullptr ? *given : std::string_view("default");
    placement.tile = find(data, name);
    if (placement.tile == nullptr) {
        return Status::error("unknown template '" + std::string(name) +
                             "': add personalize_template " + std::string(name) + " file;");
    }
    return {};
}

// What both directives share: the selector and the name, level and category of the placement.
Status set_common(std::string_view selector, const Options& options, rewrite::Pattern& pattern,
                  Placement& placement) {
    auto compiled = rewrite::compile_selector(selector);
    if (!compiled.ok()) {
        return compiled.status();
    }
    pattern.selector = std::move(*compiled);
    return first_error({set_name(options, pattern.selector, &placement.name),
                        set_level(options, &placement.level),
                        set_variable(options, "category", &placement.category_variable)});
}

// free_shipping without gap= would never show anything.
Status check_gap(const Placement& placement) {
    const auto bridges = [](const recommend::Recommender* each) {
        return each->name == "free_shipping";
    };
    const auto& all = placement.recommenders;
    return placement.gap_variable < 0 && std::any_of(all.begin(), all.end(), bridges)
               ? Status::error(
                     "free_shipping needs the amount that the cart lacks: add gap=$var, "
                     "as in gap=$upstream_http_x_shipping_gap")
               : Status();
}

Status read_widget(std::span<const std::string_view> arguments, FindTemplate find, void* data,
                   rewrite::Pattern& pattern, Placement& placement) {
    if (arguments.size() < 2) {
        return Status::error(
            "a selector and a recommender are needed, as in \"#recommended\" for_you,popular");
    }
    Options options;
    Status status = options.parse(arguments.subspan(2), kWidgetOptions);
    if (status.ok()) {
        status = set_common(arguments[0], options, pattern, placement);
    }
    auto recommenders = parse_recommenders(arguments[1]);
    if (!status.ok() || !recommenders.ok()) {
        return status.ok() ? recommenders.status() : status;
    }
    placement.recommenders = std::move(*recommenders);
    status =
        first_error({set_count(options, "limit", &placement.limit),
                     set_variable(options, "for", &placement.for_variable),
                     set_variable(options, "gap", &placement.gap_variable), check_gap(placement)});
    return status.ok() ? first_error({set_min(options, placement),
                                      set_template(options, find, data, placement)})
                       : status;
}

Status set_tile_selector(const Options& options, rewrite::Pattern& pattern) {
    const std::string_view* text = options.find("item");
    if (text == nullptr) {
        return {};
    }
    auto compiled = rewrite::compile_selector(*text);
    if (!compiled.ok()) {
        return Status::error("item=: " + compiled.message());
    }
    pattern.tile = std::move(*compiled);
    return {};
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

Status set_locator(const Options& options, rewrite::ItemLocator& locator) {
    const std::string_view* text = options.find("id");
    if (text == nullptr) {
        return {};
    }
    if (*text == "href") {
        locator.by = rewrite::ItemLocator::By::href;
        return {};
    }
    if (text->find_first_of(" \t\r\n\f\"'<>/=[]\0"sv) != std::string_view::npos) {
        return Status::error("id=" + std::string(*text) +
                             ": not the name of an attribute: write one, as in "
                             "id=data-item-id, or id=href");
    }
    locator.name.assign(*text);
    std::transform(locator.name.begin(), locator.name.end(), locator.name.begin(), lower);
    return {};
}

Status read_listing(std::span<const std::string_view> arguments, rewrite::Pattern& pattern,
                    Placement& placement) {
    if (arguments.empty()) {
        return Status::error("a selector is needed, as in \"ul.products\"");
    }
    pattern.listing = true;
    placement.listing = true;
    Options options;
    const Status status = options.parse(arguments.subspan(1), kListingOptions);
    return status.ok()
               ? first_error(
                     {set_common(arguments[0], options, pattern, placement),
                      set_tile_selector(options, pattern), set_locator(options, pattern.locator),
                      set_count(options, "top", &placement.top), set_rest(options, &placement.rest),
                      set_variable(options, "query", &placement.query_variable)})
               : status;
}

Status add(Plan& plan, std::string_view directive, const Status& status, rewrite::Pattern&& pattern,
           Placement&& placement) {
    if (!status.ok()) {
        return Status::error(std::string(directive) + ": " + status.message());
    }
    plan.patterns.push_back(std::move(pattern));
    plan.placements.push_back(std::move(placement));
    return {};
}

}  // namespace

Result<std::vector<const recommend::Recommender*>> parse_recommenders(std::string_view text) {
    std::vector<const recommend::Recommender*> found;
    for (bool more = true; more;) {
        const std::size_t comma = text.find(',');
        const std::string_view name = text.substr(0, comma);
        const recommend::Recommender* recommender = recommend::find_recommender(name);
        if (recommender == nullptr) {
            std::vector<std::string_view> known;
            for (const auto& each : recommend::recommenders()) {
                known.push_back(each.name);
            }
            return Status::error(unknown_name("recommender", name, known));
        }
        if (std::find(found.begin(), found.end(), recommender) != found.end()) {
            return Status::error("recommender '" + std::string(name) +
                                 "' is named twice: keep one");
        }
        found.push_back(recommender);
        more = comma != std::string_view::npos;
        text.remove_prefix(more ? comma + 1 : text.size());
    }
    return found;
}

Status add_widget(Plan& plan, std::span<const std::string_view> arguments, FindTemplate find,
                  void* data) {
    rewrite::Pattern pattern;
    Placement placement;
    const Status status = read_widget(arguments, find, data, pattern, placement);
    return add(plan, "personalize_widget", status, std::move(pattern), std::move(placement));
}

Status add_listing(Plan& plan, std::span<const std::string_view> arguments) {
    rewrite::Pattern pattern;
    Placement placement;
    const Status status = read_listing(arguments, pattern, placement);
    return add(plan, "personalize_listing", status, std::move(pattern), std::move(placement));
}

}  // namespace pz::page
