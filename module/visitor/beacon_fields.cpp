#include "visitor/beacon_fields.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "visitor/event_reader.hpp"

namespace pz::visitor {

namespace {

namespace dom = simdjson::dom;

constexpr double kMaxAmount = 1e9;
constexpr double kMaxQuantity = 1e6;
constexpr double kMaxMicros = 1e18;
constexpr std::int64_t kMicros = 1'000'000;

bool letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool number_of(std::string_view text, double* number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
    return error == std::errc() && end == text.data() + text.size() && std::isfinite(*number);
}

bool number_of(dom::element element, double* number) {
    std::string_view text;
    return element.get(text) == simdjson::SUCCESS ? number_of(text, number)
                                                  : element.get(*number) == simdjson::SUCCESS;
}

std::string decimal(std::int64_t micros) {
    std::string text = std::to_string(micros / kMicros);
    if (const std::int64_t rest = micros % kMicros; rest != 0) {
        std::string digits = std::to_string(kMicros + rest);
        digits.erase(digits.find_last_not_of('0') + 1);
        text.append(".").append(digits, 1);
    }
    return text;
}

std::string shortest(double number) {
    std::array<char, 32> text;
    const auto result = std::to_chars(text.data(), text.data() + text.size(), number);
    return {text.data(), result.ptr};
}

template <class Source>
std::string_view amount_of(Source source, std::string* text) {
    double number = 0;
    if (!number_of(source, &number)) {
        return "not a number";
    }
    if (number < 0) {
        return "negative";
    }
    if (number > kMaxAmount) {
        return "over 1000000000";
    }
    *text = decimal(std::llround(number * kMicros));
    return {};
}

template <class Source>
std::string_view quantity_of(Source source, std::string* text) {
    double number = 0;
    if (!number_of(source, &number)) {
        return "not a number";
    }
    if (!(number >= 1 && number <= kMaxQuantity) || number != std::floor(number)) {
        return "not a whole number from 1 to 1000000";
    }
    *text = std::to_string(static_cast<std::int64_t>(number));
    return {};
}

template <class Source>
std::string_view micros_of(Source source, std::int64_t* seconds) {
    double number = 0;
    if (!number_of(source, &number)) {
        return "not a number";
    }
    if (!(number >= 0 && number <= kMaxMicros)) {
        return "not a time in microseconds";
    }
    *seconds = static_cast<std::int64_t>(number) / kMicros;
    return {};
}

}  // namespace

bool keeps_custom(EventType type) {
    return type == EventType::other || type == EventType::select_filter ||
           type == EventType::select_variant;
}

bool reserved(std::string_view key) {
    const auto is_key = [key](const MappedField& field) { return field.theirs == key; };
    return key == "items" || key == "segment" || key == "nth" ||
           std::any_of(kItemFields.begin(), kItemFields.end(), is_key) ||
           std::any_of(kEventFields.begin(), kEventFields.end(), is_key);
}

std::string_view sent_name_problem(std::string_view name) {
    if (const auto problem = name_problem(name); !problem.empty()) {
        return problem;
    }
    const bool good = letter(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
                          return letter(c) || (c >= '0' && c <= '9') || c == '_';
                      });
    return good ? std::string_view() : "not of letters, digits and _, with a letter first";
}

std::int64_t credible_time(std::int64_t seconds, std::int64_t now, std::int64_t max_age) {
    return seconds > now || seconds < now - max_age ? now : seconds;
}

bool find_field(dom::object object, std::string_view name, dom::element* element) {
    return object.at_key(name).get(*element) == simdjson::SUCCESS && !element->is_null();
}

bool scalar_text(dom::element element, std::string* text) {
    switch (element.type()) {
        case dom::element_type::STRING:
            *text = std::string_view(element.get_string().value_unsafe());
            return true;
        case dom::element_type::INT64:
            *text = std::to_string(element.get_int64().value_unsafe());
            return true;
        case dom::element_type::UINT64:
            *text = std::to_string(element.get_uint64().value_unsafe());
            return true;
        case dom::element_type::DOUBLE:
            *text = shortest(element.get_double().value_unsafe());
            return true;
        case dom::element_type::BOOL:
            *text = element.get_bool().value_unsafe() ? "true" : "false";
            return true;
        default:
            return false;
    }
}

std::string_view read_amount(dom::element element, std::string* text) {
    return amount_of(element, text);
}

std::string_view read_amount(std::string_view number, std::string* text) {
    return amount_of(number, text);
}

std::string_view read_quantity(dom::element element, std::string* text) {
    return quantity_of(element, text);
}

std::string_view read_quantity(std::string_view number, std::string* text) {
    return quantity_of(number, text);
}

std::string_view read_micros(dom::element element, std::int64_t* seconds) {
    return micros_of(element, seconds);
}

std::string_view read_micros(std::string_view number, std::int64_t* seconds) {
    return micros_of(number, seconds);
}

}  // namespace pz::visitor
