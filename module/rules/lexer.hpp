// Lexer: the words of simple Lua, for functions that are translated (see translate.hpp).
//
// It knows names, decimal numbers, texts without escapes, signs, and comments of one line. What else
// Lua has is an empty token, or one that nobody asks for. Thread rules: a value.
#pragma once

#include <string_view>

namespace pz::rules {

class Lexer {
  public:
    // Lifetime: the tokens are parts of `source`.
    explicit Lexer(std::string_view source) : source_(source) { next(); }

    std::string_view token() const { return token_; }  // of a text, what stands between its quotes
    bool is_text() const { return is_text_; }
    bool is_name() const;  // and no keyword
    bool is_number() const;
    void next();

  private:
    void skip();
    void text(char quote);

    std::string_view source_;
    std::string_view token_;
    bool is_text_ = false;
};

}  // namespace pz::rules
