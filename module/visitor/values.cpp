#include "visitor/values.hpp"

#include <algorithm>

#include "visitor/beacon_fields.hpp"

namespace pz::visitor {

namespace {

bool is_amount(std::string_view key) {
    return key == "price" || key == "value" || key == "tax" || key == "shipping";
}

bool digit(char c) {
    return c >= '0' && c <= '9';
}

// Of a number.
bool plain_decimal(std::string_view number) {
    return digit(number.front()) && digit(number.back()) &&
           std::all_of(number.begin(), number.end(), [](char c) { return digit(c) || c == '.'; });
}

}  // namespace

bool read_value(std::string_view key, std::string_view text, std::string* value) {
    if (key == "qty") {
        return read_quantity(text, value).empty();
    }
    if (is_amount(key) && !read_amount(text, value).empty()) {
        return false;
    }
    if (!is_amount(key) || plain_decimal(text)) {
        *value = text;
    }
    return true;
}

bool add_parameter(Event& event, std::string_view key, std::string_view value) {
    event.parameters.emplace_back(key, value);
    const bool valid = validate(event).ok();
    if (!valid) {
        event.parameters.pop_back();
    }
    return valid;
}

}  // namespace pz::visitor
