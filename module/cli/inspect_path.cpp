// where_path_ends(): how far into a document a path leads, and what is there.
#include <simdjson.h>

#include <algorithm>

#include "cli/inspect.hpp"
#include "page/suggest.hpp"

namespace pz::cli {

namespace {

namespace dom = simdjson::dom;
using rewrite::JsonStep;
using Steps = std::vector<JsonStep>;

constexpr std::size_t kMostKeys = 20;

// The value that the path leads to, or the last one on its way.
struct End {
    dom::element value;
    std::string at;     // as a path: "$.data[0]"
    std::size_t steps;  // of the path, that were taken
};

std::string written(const JsonStep& step) {
    const bool plain =
        !step.name.empty() && std::all_of(step.name.begin(), step.name.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '_' || c == '-';
        });
    switch (step.kind) {
        case JsonStep::Kind::index:
            return "[" + std::to_string(step.index) + "]";
        case JsonStep::Kind::any:
            return "[*]";
        case JsonStep::Kind::name:
            break;
    }
    return plain ? "." + step.name : "['" + step.name + "']";
}

End walk(const End& from, const Steps& steps);

// Of all that a wildcard stands for, what leads on farthest.
End farthest(const End& from, const Steps& steps) {
    End best = from;
    const auto offer = [&](dom::element value, const std::string& at) {
        End end = walk({value, at, from.steps + 1}, steps);
        if (end.steps > best.steps) {
            best = std::move(end);
        }
        return best.steps == steps.size();
    };
    dom::object object;
    dom::array array;
    if (from.value.get(object) == simdjson::SUCCESS) {
        for (const auto member : object) {
            if (offer(member.value, from.at + "." + std::string(member.key))) {
                break;
            }
        }
    } else if (from.value.get(array) == simdjson::SUCCESS) {
        std::size_t index = 0;
        for (const dom::element element : array) {
            if (offer(element, from.at + "[" + std::to_string(index++) + "]")) {
                break;
            }
        }
    }
    return best;
}

End walk(const End& from, const Steps& steps) {
    if (from.steps == steps.size()) {
        return from;
    }
    const JsonStep& step = steps[from.steps];
    if (step.kind == JsonStep::Kind::any) {
        return farthest(from, steps);
    }
    dom::element next;
    const bool there = step.kind == JsonStep::Kind::name
                           ? from.value.is_object() &&
                                 from.value.get_object().value_unsafe().at_key(step.name).get(
                                     next) == simdjson::SUCCESS
                           : from.value.is_array() &&
                                 from.value.get_array().value_unsafe().at(step.index).get(next) ==
                                     simdjson::SUCCESS;
    return there ? walk({next, from.at + written(step), from.steps + 1}, steps) : from;
}

std::vector<std::string_view> keys_of(dom::element value) {
    std::vector<std::string_view> keys;
    dom::object object;
    if (value.get(object) == simdjson::SUCCESS) {
        for (const auto member : object) {
            keys.push_back(member.key);
        }
    }
    return keys;
}

std::string list_of(const std::vector<std::string_view>& keys) {
    if (keys.empty()) {
        return "it has no keys";
    }
    std::string text = "its keys are ";
    for (std::size_t i = 0; i < std::min(keys.size(), kMostKeys); i++) {
        text.append(i == 0 ? "" : ", ").append(keys[i]);
    }
    return keys.size() > kMostKeys
               ? text + " and " + std::to_string(keys.size() - kMostKeys) + " more"
               : text;
}

std::string kind_of(dom::element value) {
    switch (value.type()) {
        case dom::element_type::ARRAY:
            return "an array of " + std::to_string(value.get_array().value_unsafe().size()) +
                   " elements";
        case dom::element_type::OBJECT:
            return "an object";
        case dom::element_type::STRING:
            return "a string";
        case dom::element_type::BOOL:
            return "true or false";
        case dom::element_type::NULL_VALUE:
            return "null";
        default:
            return "a number";
    }
}

std::string why_not_on(const End& end, const JsonStep& step) {
    const std::string subject = end.at + " is " + kind_of(end.value);
    if (end.value.is_object() && step.kind == JsonStep::Kind::name) {
        const std::vector<std::string_view> keys = keys_of(end.value);
        const std::string_view near = page::nearest(step.name, keys);
        return "it ends at " + end.at + ", which has no '" + step.name + "'" +
               (near.empty() ? "" : "; did you mean '" + std::string(near) + "'?") + ": " +
               list_of(keys);
    }
    if (end.value.is_object()) {
        return step.kind == JsonStep::Kind::index ? subject + ": " + list_of(keys_of(end.value))
                                                  : end.at + " is empty";
    }
    if (!end.value.is_array()) {
        return subject + ": nothing is below it";
    }
    return step.kind == JsonStep::Kind::name
               ? subject + ": write [0] or [*] before " + written(step)
               : subject;
}

}  // namespace

std::string where_path_ends(std::string_view text, const rewrite::JsonPath& path,
                            std::string_view wanted) {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    text.remove_prefix(text.starts_with(kMark) ? kMark.size() : 0);
    dom::parser parser;
    dom::element root;
    if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) {
        return {};
    }
    const End end = walk({root, "$", 0}, path.steps);
    if (end.steps < path.steps.size()) {
        return why_not_on(end, path.steps[end.steps]);
    }
    const std::string keys = end.value.is_object() ? ": " + list_of(keys_of(end.value)) : "";
    return end.at + " is " + kind_of(end.value) + ", no " + std::string(wanted) + keys;
}

}  // namespace pz::cli
