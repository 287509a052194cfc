#include "page/plan_options.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "page/plan.hpp"
#include "page/suggest.hpp"

namespace pz::page {

namespace {

// Variables of one directive are few; more is a mistake of the caller.
constexpr int kMaxVariable = 10000;

template <class Number>
bool read_number(std::string_view text, Number* number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
    return error == std::errc() && end == text.data() + text.size();
}

// nginx reads quotes at the start of an argument only: item='li > a' is three of them.
std::string quoting_advice(std::string_view before) {
    const std::size_t equals = before.find('=');
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : before.substr(equals + 1);
    const bool cut = !value.empty() && (value.front() == '\'' || value.front() == '"') &&
                     (value.size() == 1 || value.back() != value.front());
    return cut ? "; put the whole option before it in quotes, as in \"" +
                     std::string(before.substr(0, equals)) + "=li > a\""
               : std::string();
}

}  // namespace

Status Options::parse(std::span<const std::string_view> arguments,
                      std::span<const std::string_view> known) {
    std::string_view before;
    for (const std::string_view argument : arguments) {
        const std::size_t equals = argument.find('=');
        const std::string_view key = argument.substr(0, equals);
        if (std::find(known.begin(), known.end(), key) == known.end()) {
            return Status::error(unknown_name("option", key, known) + quoting_advice(before));
        }
        before = argument;
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

Status first_error(std::initializer_list<Status> steps) {
    for (const Status& step : steps) {
        if (!step.ok()) {
            return step;
        }
    }
    return {};
}

}  // namespace pz::page
