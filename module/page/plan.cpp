#include "page/plan.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "page/plan_options.hpp"
#include "page/suggest.hpp"
#include "rewrite/characters.hpp"

namespace pz::page {

namespace {

constexpr std::array<std::string_view, 3> kLevels = {"pre", "segment", "individual"};
constexpr std::array<std::string_view, 8> kWidgetOptions = {"limit", "min", "template", "name",
                                                            "level", "for", "category", "gap"};
constexpr std::array<std::string_view, 13> kListingOptions = {"item",
                                                              "id",
                                                              "top",
                                                              "rest",
                                                              "name",
                                                              "level",
                                                              "query",
                                                              "category",
                                                              "data",
                                                              "data_path",
                                                              "data_id",
                                                              "position_classes",
                                                              "position_attributes"};
constexpr std::array<std::string_view, 2> kRests = {"shop", "learned"};
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

Status set_locator(const Options& options, rewrite::ItemLocator& locator) {
    const std::string_view* text = options.find("id");
    if (text == nullptr) {
        return {};
    }
    auto parsed = rewrite::ItemLocator::parse(*text);
    if (parsed.ok()) {
        locator = std::move(*parsed);
    }
    return parsed.status();
}

bool is_mark_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_' || c == ':';
    });
}

// "first,last"; "off": none.
Status set_marks(const Options& options, std::string_view key, std::vector<std::string>* names) {
    const std::string_view* text = options.find(key);
    if (text == nullptr) {
        return {};
    }
    names->clear();
    std::string_view left = *text == "off" ? std::string_view() : *text;
    for (bool more = !left.empty(); more;) {
        const std::size_t comma = left.find(',');
        const std::string_view name = left.substr(0, comma);
        if (!is_mark_name(name) || names->size() == rewrite::kMaxMarks) {
            return Status::error(std::string(key) + "=" + std::string(*text) + ": write at most " +
                                 std::to_string(rewrite::kMaxMarks) +
                                 " names of A-Z a-z 0-9 - _ : with commas between them, or off");
        }
        names->emplace_back(name);
        more = comma != std::string_view::npos;
        left.remove_prefix(more ? comma + 1 : left.size());
    }
    return {};
}

Status set_mark_attributes(const Options& options, const rewrite::ItemLocator& locator,
                           std::vector<std::string>* names) {
    const Status status = set_marks(options, "position_attributes", names);
    for (std::string& name : *names) {
        std::transform(name.begin(), name.end(), name.begin(), rewrite::to_lower);
    }
    if (!status.ok() || std::find(names->begin(), names->end(), "class") != names->end()) {
        return status.ok() ? Status::error(
                                 "position_attributes=: 'class' cannot count places: write classes "
                                 "into position_classes=")
                           : status;
    }
    // What names the item says nothing of its place.
    const bool by_name = locator.by == rewrite::ItemLocator::By::attribute ||
                         locator.by == rewrite::ItemLocator::By::pattern;
    const auto key = std::find(names->begin(), names->end(), locator.name);
    if (by_name && key != names->end()) {
        if (options.find("position_attributes") != nullptr) {
            return Status::error("position_attributes=: '" + *key +
                                 "' is the id's attribute: leave it out");
        }
        names->erase(key);
    }
    return {};
}

// id=sku, or id=link:url, where a link is looked up in the catalog.
Status set_json_id(const Options& options, std::string_view key, rewrite::JsonPattern& json,
                   rewrite::Pattern& pattern) {
    constexpr std::string_view kLink = "link:";
    const std::string_view* text = options.find(key);
    std::string_view member = text != nullptr ? *text : std::string_view("id");
    if (member.starts_with(kLink)) {
        member.remove_prefix(kLink.size());
        pattern.locator.by = rewrite::ItemLocator::By::href;
    }
    auto compiled = rewrite::compile_json_member(member);
    if (!compiled.ok()) {
        return Status::error(std::string(key) + "=: " + compiled.message());
    }
    json.id = std::move(*compiled);
    return {};
}

// data= and what goes with it: the script, and the array in it.
Status read_data(const Options& options, rewrite::Pattern& pattern, Placement& placement) {
    const std::string_view* selector = options.find("data");
    const std::string_view* path = options.find("data_path");
    if (selector == nullptr || path == nullptr) {
        const bool none = path == nullptr && options.find("data_id") == nullptr;
        return selector == nullptr && none
                   ? Status()
                   : Status::error(
                         "data= and data_path= go together, as in "
                         "data=script#__NEXT_DATA__ data_path=$.props.products");
    }
    auto script = rewrite::compile_selector(*selector);
    auto array = rewrite::compile_json_path(*path);
    if (!script.ok() || !array.ok()) {
        return Status::error(!script.ok() ? "data=: " + script.message()
                                          : "data_path=: " + array.message());
    }
    pattern.selector = std::move(*script);
    pattern.script = true;
    placement.listing = true;
    placement.name = pattern.selector.text;
    placement.data.emplace();
    placement.data->path = std::move(*array);
    return set_json_id(options, "data_id", *placement.data, pattern);
}

Status read_listing(std::span<const std::string_view> arguments, Options& options,
                    rewrite::Pattern& pattern, Placement& placement) {
    if (arguments.empty()) {
        return Status::error("a selector is needed, as in \"ul.products\"");
    }
    pattern.listing = true;
    placement.listing = true;
    const Status status = options.parse(arguments.subspan(1), kListingOptions);
    return status.ok()
               ? first_error(
                     {set_common(arguments[0], options, pattern, placement),
                      set_tile_selector(options, pattern), set_locator(options, pattern.locator),
                      set_marks(options, "position_classes", &pattern.marks.classes),
                      set_mark_attributes(options, pattern.locator, &pattern.marks.attributes),
                      set_count(options, "top", &placement.top), set_rest(options, &placement.rest),
                      set_variable(options, "query", &placement.query_variable)})
               : status;
}

Status set_json_path(const Plan& plan, std::string_view text, rewrite::JsonPattern& json) {
    if (plan.json.size() == rewrite::kMaxJsonPatterns) {
        return Status::error("more than " + std::to_string(rewrite::kMaxJsonPatterns) +
                             " paths of one location: use a wildcard, as in $.fragments.*");
    }
    auto compiled = rewrite::compile_json_path(text);
    if (!compiled.ok()) {
        return compiled.status();
    }
    json.path = std::move(*compiled);
    return {};
}

Status read_json(const Plan& plan, std::span<const std::string_view> arguments,
                 rewrite::JsonPattern& json, rewrite::Pattern& pattern, Placement& placement) {
    constexpr std::array<std::string_view, 6> kOptions = {"id",    "top",   "name",
                                                          "level", "query", "category"};
    if (arguments.empty()) {
        return Status::error("a path is needed, as in $.data.products");
    }
    Options options;
    Status status = first_error(
        {options.parse(arguments.subspan(1), kOptions), set_json_path(plan, arguments[0], json)});
    if (!status.ok()) {
        return status;
    }
    pattern.selector.text = json.path.text;  // and no alternative
    pattern.marks = {{}, {}};
    placement.listing = placement.json = true;
    return first_error({set_name(options, pattern.selector, &placement.name),
                        set_json_id(options, "id", json, pattern),
                        set_level(options, &placement.level),
                        set_count(options, "top", &placement.top),
                        set_variable(options, "category", &placement.category_variable),
                        set_variable(options, "query", &placement.query_variable)});
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

bool Plan::of_html() const {
    return std::any_of(placements.begin(), placements.end(),
                       [](const Placement& placement) { return !placement.json; });
}

bool Plan::of_json_html() const {
    return std::find(json_placements.begin(), json_placements.end(), kNoPlacement) !=
           json_placements.end();
}

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
    Options options;
    rewrite::Pattern pattern;
    rewrite::Pattern script;
    Placement placement;
    Placement data;
    Status status = read_listing(arguments, options, pattern, placement);
    if (status.ok()) {
        status = read_data(options, script, data);
    }
    placement.has_data = data.data.has_value();
    const bool has_data = placement.has_data;
    const Status added =
        add(plan, "personalize_listing", status, std::move(pattern), std::move(placement));
    return added.ok() && has_data
               ? add(plan, "personalize_listing", added, std::move(script), std::move(data))
               : added;
}

Status add_json(Plan& plan, std::span<const std::string_view> arguments) {
    rewrite::JsonPattern json;
    rewrite::Pattern pattern;
    Placement placement;
    const Status status = read_json(plan, arguments, json, pattern, placement);
    Status added = add(plan, "personalize_json", status, std::move(pattern), std::move(placement));
    if (added.ok()) {
        plan.json.push_back(std::move(json));
        plan.json_placements.push_back(plan.placements.size() - 1);
    }
    return added;
}

Status add_json_html(Plan& plan, std::span<const std::string_view> arguments) {
    rewrite::JsonPattern json;
    json.kind = rewrite::JsonPattern::Kind::string;
    const Status status =
        arguments.size() != 1
            ? Status::error("one path is needed, as in $.fragments.*, and nothing else")
            : set_json_path(plan, arguments[0], json);
    if (!status.ok()) {
        return Status::error("personalize_json_html: " + status.message());
    }
    plan.json.push_back(std::move(json));
    plan.json_placements.push_back(Plan::kNoPlacement);
    return {};
}

}  // namespace pz::page
