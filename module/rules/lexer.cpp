#include "rules/lexer.hpp"

#include <algorithm>
#include <string>

#include "rules/lexical.hpp"

namespace pz::rules {
namespace {

bool is_word(char c) {
    return is_name(c);
}

}  // namespace

bool Lexer::is_number() const {
    return !is_text_ && !token_.empty() && is_digit(token_.front());
}

bool Lexer::is_name() const {
    return !is_text_ && !token_.empty() && is_word(token_.front()) && !is_number() &&
           !is_keyword(token_);
}

// Spaces and comments of one line.
void Lexer::skip() {
    constexpr std::string_view kSpace = " \t\r\n\v\f";
    while (true) {
        source_.remove_prefix(std::min(source_.find_first_not_of(kSpace), source_.size()));
        if (source_.substr(0, 2) != "--" || source_.substr(0, 3) == "--[") {
            return;
        }
        source_.remove_prefix(std::min(source_.find_first_of("\r\n"), source_.size()));
    }
}

// One without escapes.
void Lexer::text(char quote) {
    const std::size_t end = source_.find_first_of(std::string("\\\r\n") + quote, 1);
    is_text_ = end != std::string_view::npos && source_[end] == quote;
    token_ = is_text_ ? source_.substr(1, end - 1) : std::string_view();
    source_.remove_prefix(is_text_ ? end + 1 : source_.size());
}

void Lexer::next() {
    skip();
    is_text_ = false;
    token_ = {};
    if (source_.empty()) {
        return;
    }
    const char c = source_.front();
    if (c == '"' || c == '\'') {
        return text(c);
    }
    std::size_t length = 1;
    if (is_word(c)) {
        // A number may have a point.
        while (length < source_.size() &&
               (is_word(source_[length]) || (is_digit(c) && source_[length] == '.'))) {
            ++length;
        }
    } else if (source_.substr(1, 1) == "=" || source_.substr(0, 2) == "..") {
        length = 2;  // "..", too, which nothing here knows
    }
    token_ = source_.substr(0, length);
    source_.remove_prefix(length);
}

}  // namespace pz::rules
