#include "rules/instrument.hpp"

#include <cstddef>

namespace pz::rules {
namespace {

// The file is a function of its own: the checks take none of its 200 local names.
constexpr std::string_view kPrologue = "local __pz,__pzv=...; return function(...) ";
constexpr std::string_view kEpilogue = "\nend";  // on a line of its own, behind any comment
constexpr std::string_view kCheck = " __pz(); ";
constexpr std::string_view kArgumentsCheck = " __pzv(...); ";
// Another operand of a "..": evaluated before anything is joined; an empty text.
constexpr std::string_view kConcatCheck = " __pz() .. ";
constexpr std::string_view kReserved = "__pz";

bool is_newline(char c) {
    return c == '\n' || c == '\r';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_name_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_name(char c) {
    return is_name_start(c) || is_digit(c);
}
bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

class Instrumenter {
  public:
    explicit Instrumenter(std::string_view source) : source_(source) {
        out_.reserve(source.size() + source.size() / 8 + 64);
    }

    Result<std::string> run() {
        // On the first line, so that LuaJIT never sees a leading "#" or byte order mark.
        out_ += kPrologue;
        while (at_ < source_.size() && error_.empty()) {
            step();
        }
        if (!error_.empty()) {
            return Status::error(std::string(kChunk) + ":" + std::to_string(line_) + ": " + error_);
        }
        out_ += kEpilogue;
        return std::move(out_);
    }

  private:
    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
    }
    void fail(std::string message) { error_ = std::move(message); }

    // Moves on to `end`, copying and counting lines ("\r\n" and "\n\r" are one).
    void copy_to(std::size_t end) {
        while (at_ < end) {
            const char c = source_[at_];
            if (is_newline(c)) {
                const char next = peek(1);
                if (at_ + 1 < end && is_newline(next) && next != c) {
                    out_ += c;
                    ++at_;
                }
                ++line_;
            }
            out_ += source_[at_++];
        }
    }

    void step();
    void space();
    void comment();
    void text(char quote);
    bool long_bracket();
    void number();
    void name();
    void keyword(std::string_view word);
    void punctuation(char c);

    std::string_view source_;
    std::string out_;
    std::string error_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    bool parameters_ = false;  // between `function` and the ")" of its parameters
    bool variadic_ = false;    // "..." is one of them
};

void Instrumenter::step() {
    const char c = peek();
    if (c == '[' && long_bracket()) {
        return;
    }
    if (is_space(c)) {
        space();
    } else if (c == '-' && peek(1) == '-') {
        comment();
    } else if (c == '"' || c == '\'') {
        text(c);
    } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
        number();
    } else if (is_name_start(c)) {
        name();
    } else if (c > ' ' && c < '\x7f') {
        punctuation(c);
    } else {
        fail("unexpected byte: outside of texts and comments a rule file is plain ASCII");
    }
}

void Instrumenter::space() {
    std::size_t end = at_;
    while (end < source_.size() && is_space(source_[end])) {
        ++end;
    }
    copy_to(end);
}

void Instrumenter::comment() {
    copy_to(at_ + 2);
    if (peek() == '[' && long_bracket()) {
        return;
    }
    std::size_t end = at_;
    while (end < source_.size() && !is_newline(source_[end])) {
        ++end;
    }
    copy_to(end);
}

void Instrumenter::text(char quote) {
    std::size_t end = at_ + 1;
    while (end < source_.size() && source_[end] != quote) {
        if (source_[end] == '\\') {
            ++end;
            if (end < source_.size() && source_[end] == 'z') {
                do {
                    ++end;
                } while (end < source_.size() && is_space(source_[end]));
                continue;
            }
            if (end + 1 < source_.size() && is_newline(source_[end]) &&
                is_newline(source_[end + 1]) && source_[end] != source_[end + 1]) {
                ++end;
            }
        } else if (is_newline(source_[end])) {
            break;
        }
        ++end;
    }
    if (end >= source_.size() || source_[end] != quote) {
        return fail(std::string("text without its closing ") + quote);
    }
    copy_to(end + 1);
}

// [[ ... ]], [==[ ... ]==]. False, and nothing consumed, when this is an ordinary bracket.
bool Instrumenter::long_bracket() {
    std::size_t level = 0;
    while (peek(1 + level) == '=') {
        ++level;
    }
    if (peek(1 + level) != '[') {
        return false;
    }
    const std::string closing = "]" + std::string(level, '=') + "]";
    const std::size_t end = source_.find(closing, at_ + level + 2);
    if (end == std::string_view::npos) {
        fail("long text or comment without its closing " + closing);
        return true;
    }
    copy_to(end + closing.size());
    return true;
}

void Instrumenter::number() {
    const bool hex = peek() == '0' && (peek(1) | 0x20) == 'x';
    const char exponent = hex ? 'p' : 'e';
    std::size_t end = at_;
    char last = '\0';
    while (end < source_.size()) {
        const char c = source_[end];
        const bool sign = (c == '-' || c == '+') && (last | 0x20) == exponent;
        if (!is_name(c) && c != '.' && !sign) {
            break;
        }
        last = c;
        ++end;
    }
    if ((last | 0x20) == 'l' || (last | 0x20) == 'i') {
        return fail("only plain numbers: write 1 instead of 1LL or 1i");
    }
    copy_to(end);
}

void Instrumenter::name() {
    std::size_t end = at_;
    while (end < source_.size() && is_name(source_[end])) {
        ++end;
    }
    const std::string_view word = source_.substr(at_, end - at_);
    if (word.substr(0, kReserved.size()) == kReserved) {
        return fail("names that begin with '__pz' are reserved: choose another name");
    }
    if (word == "goto") {  // always a keyword here; LuaJIT would take it as a name, too
        out_ += kCheck;
    }
    copy_to(end);
    keyword(word);
}

void Instrumenter::keyword(std::string_view word) {
    if (word == "do" || word == "repeat") {
        out_ += kCheck;
    } else if (word == "function") {
        parameters_ = true;
        variadic_ = false;
    }
}

void Instrumenter::punctuation(char c) {
    const bool dots = source_.substr(at_, 2) == "..";
    const bool arguments = source_.substr(at_, 3) == "...";
    copy_to(at_ + (arguments ? 3 : dots ? 2 : 1));
    if (dots && !arguments) {
        out_ += kConcatCheck;
    }
    variadic_ = variadic_ || (arguments && parameters_);
    if (c == ')' && parameters_) {
        parameters_ = false;
        out_ += variadic_ ? kArgumentsCheck : kCheck;
    }
}

}  // namespace

Result<std::string> instrument(std::string_view source) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (source.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
        source.remove_prefix(kByteOrderMark.size());
    }
    return Instrumenter(source).run();
}

}  // namespace pz::rules
