#include "rewrite/selector.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "rewrite/attributes.hpp"
#include "rewrite/characters.hpp"
#include "rewrite/tokenizer.hpp"

namespace pz::rewrite {
namespace {

constexpr std::size_t kMaxText = 4096;
constexpr int kMaxChild = 1000000;
constexpr std::size_t kMaxCompounds = 256;  // in all alternatives together

// Attributes of HTML whose values are compared without case; its standard, 4.16.2.
constexpr std::string_view kWithoutCase[] = {
    "accept",     "accept-charset", "align",     "alink",    "axis",     "bgcolor", "charset",
    "checked",    "clear",          "codetype",  "color",    "compact",  "declare", "defer",
    "dir",        "direction",      "disabled",  "enctype",  "face",     "frame",   "hreflang",
    "http-equiv", "lang",           "language",  "link",     "media",    "method",  "multiple",
    "nohref",     "noresize",       "noshade",   "nowrap",   "readonly", "rel",     "rev",
    "rules",      "scope",          "scrolling", "selected", "shape",    "target",  "text",
    "type",       "valign",         "valuetype", "vlink"};

bool has_no_case(std::string_view attribute) {
    return std::find(std::begin(kWithoutCase), std::end(kWithoutCase), attribute) !=
           std::end(kWithoutCase);
}

bool is_name(char c) {
    return byte_is(c, byte_class::kAlpha) || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'f');
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), to_lower);
    return text;
}

// Recursive descent over the text; the first error ends it.
class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text) {}

    Result<Selector> parse() {
        Selector selector{std::string(text_), {}};
        if (text_.size() > kMaxText) {
            fail(kMaxText, "longer than " + std::to_string(kMaxText) + " bytes; use a class");
        }
        do {
            skip_space();
            selector.alternatives.push_back(complex(!selector.alternatives.empty()));
        } while (!error_ && accept(','));
        if (error_) {
            return Status::error(*error_);
        }
        return selector;
    }

  private:
    bool at_end() const { return at_ == text_.size(); }
    char peek() const { return at_end() ? '\0' : text_[at_]; }

    bool accept(char c) {
        if (at_end() || text_[at_] != c) {
            return false;
        }
        ++at_;
        return true;
    }

    bool skip_space() {
        const std::size_t from = at_;
        while (!at_end() && byte_is(text_[at_], byte_class::kSpace)) {
            ++at_;
        }
        return at_ != from;
    }

    void fail(std::size_t at, const std::string& what) {
        if (!error_) {
            error_ = "selector '" + std::string(text_.substr(0, 200)) + "': column " +
                     std::to_string(at + 1) + ": " + what;
        }
        at_ = text_.size();
    }

    ComplexSelector complex(bool after_comma) {
        ComplexSelector result;
        Combinator combinator = Combinator::none;
        do {
            result.compounds.push_back(compound(combinator, after_comma));
            combinator = read_combinator();
        } while (!error_ && combinator != Combinator::none);
        return result;
    }

    // Between compounds; none at the end of the alternative.
    Combinator read_combinator() {
        const bool space = skip_space();
        if (at_end() || peek() == ',') {
            return Combinator::none;
        }
        if (accept('>')) {
            skip_space();
            return Combinator::child;
        }
        if (peek() == '+' || peek() == '~') {
            fail(at_, "sibling combinators are not supported; use ' ' or '>' and a class");
        } else if (!space) {
            fail(at_, unexpected());
        }
        return Combinator::descendant;
    }

    std::string unexpected() const {
        if (peek() == '|') {
            return "namespaces are not supported; write the name alone";
        }
        return std::string("unexpected '") + peek() +
               "'; write it as '\\' and the character if it belongs to a name";
    }

    Compound compound(Combinator combinator, bool after_comma) {
        Compound result;
        result.combinator = combinator;
        if (++compounds_ > kMaxCompounds) {
            fail(at_, "more than " + std::to_string(kMaxCompounds) + " parts; use a class");
        }
        const std::size_t from = at_;
        if (!accept('*') && starts_name()) {
            result.type = lower(name("a type"));
            if (result.type.size() > kMaxTagName) {
                fail(from, "a type of more than " + std::to_string(kMaxTagName) + " bytes");
            }
        }
        while (!error_ && simple(result)) {
        }
        if (at_ == from && !error_) {
            expected_compound(combinator, after_comma);
        }
        return result;
    }

    void expected_compound(Combinator combinator, bool after_comma) {
        if (!at_end() && peek() != ',' && peek() != '>') {
            const bool digit = peek() >= '0' && peek() <= '9';
            fail(at_, digit ? "a name cannot begin with a digit; write [id='...'] or [class~='...']"
                            : unexpected());
        } else if (combinator == Combinator::child) {
            fail(at_, "expected a type, '#', '.' or '[' after '>'");
        } else if (after_comma) {
            fail(at_, "expected a selector after ','");
        } else {
            fail(at_, "expected a selector: a type, '#', '.' or '['");
        }
    }

    bool starts_name() const {
        const char c = peek();
        return !at_end() && (is_name(c) || c == '\\') && !(c >= '0' && c <= '9');
    }

    bool simple(Compound& to) {
        if (accept('#')) {
            to.attributes.push_back({"id", name("an id"), AttributeTest::Op::equals, false});
            return true;
        }
        if (accept('.')) {
            to.attributes.push_back(
                {"class", name("a class name"), AttributeTest::Op::word, false});
            return true;
        }
        if (accept('[')) {
            to.attributes.push_back(attribute());
            return true;
        }
        if (accept(':')) {
            pseudo(to);
            return true;
        }
        return false;
    }

    void pseudo(Compound& to) {
        const std::size_t from = at_ - 1;
        if (peek() == ':') {
            fail(from, "a pseudo-element is no element; select the element it belongs to");
            return;
        }
        const std::string word = lower(name("a pseudo-class"));
        if (error_) {
            return;
        }
        if (word == "first-child") {
            to.children.push_back({0, 1, false});
        } else if (word == "nth-child" && open_parenthesis(word)) {
            to.children.push_back(child_test());
            close_parenthesis("expected odd, even or a number like 2 or 2n+1, and ')'");
        } else if (word == "not" && open_parenthesis(word)) {
            negation(to);
            close_parenthesis(
                "expected ')': :not() takes one type, #id, .class, [attribute], :first-child or "
                ":nth-child(); write :not(.a):not(.b)");
        } else {
            fail(from, unsupported(word));
        }
    }

    static std::string unsupported(const std::string& word) {
        if (word == "is" || word == "where" || word == "matches" || word == "any") {
            return "':" + word + "()' is not supported; write a list: 'a b, a c'";
        }
        if (word.find("last") != std::string::npos || word.find("only") != std::string::npos ||
            word == "has" || word == "empty") {
            return "':" + word + "' depends on what comes later in the page; use a class, an " +
                   "attribute or :nth-child()";
        }
        if (word.find("of-type") != std::string::npos) {
            return "':" + word + "' is not supported; use :nth-child()";
        }
        return "':" + word + "' is not supported; use a class or an attribute";
    }

    bool open_parenthesis(const std::string& word) {
        if (!accept('(')) {
            fail(at_, "expected '(' behind ':" + word + "'");
        }
        skip_space();
        return !error_;
    }

    void close_parenthesis(const char* expected) {
        skip_space();
        if (!error_ && !accept(')')) {
            fail(at_, expected);
        }
    }

    // odd, even, 3, n, -n+3, 2n + 1
    ChildTest child_test() {
        if (accept_word("odd")) {
            return {2, 1, false};
        }
        if (accept_word("even")) {
            return {2, 0, false};
        }
        const int sign = read_sign();
        const std::optional<int> first = digits();
        if (to_lower(peek()) != 'n') {
            if (!first) {
                fail(at_, "expected odd, even or a number like 2 or 2n+1");
            }
            return {0, sign * first.value_or(0), false};
        }
        ++at_;
        ChildTest test{sign * first.value_or(1), 0, false};
        skip_space();
        if (peek() == '+' || peek() == '-') {
            const int second = read_sign();
            skip_space();
            const std::optional<int> offset = digits();
            if (!offset) {
                fail(at_, "expected a number");
            }
            test.offset = second * offset.value_or(0);
        }
        return test;
    }

    bool accept_word(std::string_view word) {
        const bool found = equal_ignoring_case(text_.substr(at_, word.size()), word);
        at_ += found ? word.size() : 0;
        return found;
    }

    int read_sign() {
        const bool minus = peek() == '-';
        at_ += minus || peek() == '+' ? 1 : 0;
        return minus ? -1 : 1;
    }

    std::optional<int> digits() {
        std::optional<int> value;
        for (; peek() >= '0' && peek() <= '9'; ++at_) {
            value = std::min(value.value_or(0) * 10 + (peek() - '0'), kMaxChild);
        }
        return value;
    }

    void negation(Compound& to) {
        const std::size_t from = at_;
        Compound inner;
        if (accept('*')) {
            to.never = true;
        } else if (starts_name()) {
            to.not_types.push_back(lower(name("a type")));
        } else if (equal_ignoring_case(text_.substr(at_, 5), ":not(")) {
            fail(from, ":not() cannot stand in :not()");
        } else if (!simple(inner)) {
            fail(from, "expected a simple selector");
        }
        for (AttributeTest& test : inner.attributes) {
            test.negated = true;
            to.attributes.push_back(std::move(test));
        }
        for (ChildTest& test : inner.children) {
            test.negated = true;
            to.children.push_back(test);
        }
    }

    std::string name(const char* what) {
        if (!starts_name()) {
            const bool digit = peek() >= '0' && peek() <= '9';
            fail(at_, digit ? std::string("a name cannot begin with a digit; write ") +
                                  "[id='...'] or [class~='...']"
                            : std::string("expected ") + what);
            return {};
        }
        return name_characters();
    }

    std::string name_characters() {
        std::string out;
        while (!at_end() && (is_name(peek()) || peek() == '\\')) {
            if (peek() == '\\') {
                escape(out);
            } else {
                out.push_back(text_[at_++]);
            }
        }
        return out;
    }

    // A backslash and a character, or and up to six hexadecimal digits and one space.
    void escape(std::string& out) {
        const std::size_t from = at_++;
        if (at_end() || peek() == '\n') {
            fail(from, "expected a character after '\\'");
            return;
        }
        if (!is_hex(peek())) {
            out.push_back(text_[at_++]);
            return;
        }
        std::size_t end = at_;
        while (end < text_.size() && end - at_ < 6 && is_hex(text_[end])) {
            ++end;
        }
        decode_references("&#x" + std::string(text_.substr(at_, end - at_)) + ";", out);
        at_ = end;
        if (!at_end() && byte_is(peek(), byte_class::kSpace)) {
            ++at_;
        }
    }

    AttributeTest attribute() {
        AttributeTest test;
        skip_space();
        test.name = lower(name("an attribute name"));
        skip_space();
        if (error_ || accept(']')) {
            return test;
        }
        test.op = read_operator();
        test.ignore_case = has_no_case(test.name);
        skip_space();
        test.value = value();
        skip_space();
        read_flag(test);
        if (!error_ && !accept(']')) {
            fail(at_, "expected ']'; put the value in quotes if it contains other characters");
        }
        return test;
    }

    AttributeTest::Op read_operator() {
        using Op = AttributeTest::Op;
        const std::size_t from = at_;
        const char c = peek();
        const Op op = c == '~'   ? Op::word
                      : c == '^' ? Op::prefix
                      : c == '$' ? Op::suffix
                      : c == '*' ? Op::contains
                      : c == '|' ? Op::dash
                                 : Op::equals;
        at_ += op == Op::equals ? 0 : 1;
        if (!accept('=')) {
            fail(from, "expected ']' or one of = ~= ^= $= *= |=");
        }
        return op;
    }

    std::string value() {
        if (peek() == '"' || peek() == '\'') {
            return quoted(text_[at_++]);
        }
        std::string out = name_characters();
        if (out.empty()) {
            fail(at_, "expected a value; put it in quotes");
        }
        return out;
    }

    std::string quoted(char quote) {
        const std::size_t from = at_ - 1;
        std::string out;
        while (!at_end() && peek() != quote) {
            if (peek() == '\\') {
                escape(out);
            } else {
                out.push_back(text_[at_++]);
            }
        }
        if (!accept(quote)) {
            fail(from, std::string("this ") + quote + " has no end");
        }
        return out;
    }

    void read_flag(AttributeTest& test) {
        const char flag = to_lower(peek());
        if (flag == 'i' || flag == 's') {
            test.ignore_case = flag == 'i';
            ++at_;
            skip_space();
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t compounds_ = 0;
    std::optional<std::string> error_;
};

}  // namespace

Result<Selector> compile_selector(std::string_view text) {
    return Parser(text).parse();
}

}  // namespace pz::rewrite
