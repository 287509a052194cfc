// Lexical: Lua's words and characters, as LuaJIT's lexer tells them apart. Thread rules: pure functions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string_view>

namespace pz::rules {

inline constexpr std::string_view kKeywords[] = {
    "and",      "break",  "do",   "else", "elseif", "end",  "false", "for",
    "function", "goto",   "if",   "in",   "local",  "nil",  "not",   "or",
    "repeat",   "return", "then", "true", "until",  "while"};

inline bool is_keyword(std::string_view word) {
    return std::find(std::begin(kKeywords), std::end(kKeywords), word) != std::end(kKeywords);
}

inline bool is_newline(char c) {
    return c == '\n' || c == '\r';
}
inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
inline bool is_name_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
inline bool is_name(char c) {
    return is_name_start(c) || is_digit(c);
}
inline bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// Where the closing quote of the text that begins at `at` is; the end of the source or a newline: there is none.
std::size_t end_of_text(std::string_view source, std::size_t at);
// Behind the number that begins at `at`.
std::size_t end_of_number(std::string_view source, std::size_t at);

}  // namespace pz::rules
