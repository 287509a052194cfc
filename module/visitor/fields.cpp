#include "visitor/fields.hpp"

#include <simdjson.h>

#include <algorithm>

#include "visitor/beacon_fields.hpp"

namespace pz::visitor {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kMaxDepth = 12;
constexpr std::size_t kMaxElements = 200;  // of an event's items

int hex(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

char in_variable(char c) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
        return c;
    }
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : '_';
}

// Whether `name`, as a variable would have it, is how `wanted` begins.
bool begins(std::string_view wanted, std::string_view name) {
    if (name.empty() || name.size() > wanted.size()) {
        return false;
    }
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (in_variable(name[i]) != wanted[i]) {
            return false;
        }
    }
    return true;
}

bool find(dom::element element, std::string_view name, std::string* value);

bool find_in_array(dom::array array, std::string_view name, std::string* value) {
    std::string joined;
    bool any = false;
    std::size_t count = 0;
    for (const dom::element element : array) {
        if (count == kMaxElements) {
            break;
        }
        std::string one;
        const bool found = find(element, name, &one) && one.find(',') == std::string::npos;
        joined.append(count++ > 0 ? "," : "").append(found ? one : std::string());
        any = any || found;
    }
    *value = std::move(joined);
    return any;
}

bool find_in_object(dom::object object, std::string_view name, std::string* value) {
    for (const auto& [key, element] : object) {
        if (!begins(name, key)) {
            continue;
        }
        const std::string_view rest = name.substr(key.size());
        if (rest.empty()
                ? find(element, rest, value)
                : rest.front() == '_' && rest.size() > 1 && find(element, rest.substr(1), value)) {
            return true;
        }
    }
    return false;
}

// What is left of the name says where below `element` the value stands.
bool find(dom::element element, std::string_view name, std::string* value) {
    if (dom::array array; element.get(array) == simdjson::SUCCESS) {
        return find_in_array(array, name, value);
    }
    if (dom::object object; element.get(object) == simdjson::SUCCESS) {
        return !name.empty() && find_in_object(object, name, value);
    }
    return name.empty() && scalar_text(element, value);
}

}  // namespace

bool matches_variable(std::string_view variable, std::string_view name) {
    return name.size() == variable.size() && begins(variable, name);
}

bool next_form_field(std::string_view& text, FormField* field) {
    while (!text.empty()) {
        const std::size_t end = text.find('&');
        const std::string_view pair = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        if (const std::size_t equals = pair.find('='); equals != std::string_view::npos) {
            *field = {pair.substr(0, equals), pair.substr(equals + 1)};
            return true;
        }
    }
    return false;
}

std::string form_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); i++) {
        const int high = i + 2 < text.size() ? hex(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex(text[i + 2]) : -1;
        if (text[i] == '%' && high >= 0 && low >= 0) {
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

bool form_value(std::string_view text, std::string_view name, std::string* value) {
    for (FormField field; next_form_field(text, &field);) {
        const std::string decoded = form_decode(field.name);
        if (matches_variable(name, decoded)) {
            *value = form_decode(field.value);
            return true;
        }
    }
    return false;
}

bool json_value(std::string_view body, std::string_view name, std::string* value) {
    dom::parser parser;
    dom::element root;
    return body.size() <= kMaxJsonBody &&
           parser.allocate(std::max<std::size_t>(body.size(), 64), kMaxDepth) ==
               simdjson::SUCCESS &&
           parser.parse(body.data(), body.size()).get(root) == simdjson::SUCCESS &&
           find(root, name, value);
}

}  // namespace pz::visitor
