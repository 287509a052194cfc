#include "rules/instrument.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "rules/assignments.hpp"
#include "rules/lexical.hpp"

namespace pz::rules {
namespace {

// The file is a function of its own: the checks take none of its 200 local names.
constexpr std::string_view kPrologue = "local __pz,__pzv,__pzr,__pzw=...; return function(...) ";
constexpr std::string_view kEpilogue = "\nend";  // on a line of its own, behind any comment
// The spaces take the number of units.
constexpr std::string_view kUnits = "    ";
constexpr std::string_view kCheck = " __pz(";
constexpr std::string_view kArgumentsCheck = " __pzv(";
constexpr std::string_view kReturnCheck = " __pzr(";
constexpr std::string_view kWriteCheck = " __pzw(";
// Another operand of a "..": evaluated before anything is joined; an empty text.
constexpr std::string_view kConcatCheck = " __pz(1) .. ";
// What a jump can repeat is not known: it always looks at the clock.
constexpr std::string_view kJumpCheck = " __pz(1000); ";
constexpr std::string_view kReserved = "__pz";

constexpr unsigned kMostOperators = 40;        // of one function or loop
constexpr unsigned kMostFileOperators = 1000;  // outside of them: they run once

// What a check costs.
unsigned units(unsigned operators) {
    return 1 + 2 * operators;
}

class Instrumenter {
  public:
    Instrumenter(std::string_view source, std::size_t begin) : source_(source), at_(begin) {
        out_.reserve(source.size() + source.size() / 8 + 64);
        blocks_.push_back({Block::Kind::file});
    }

    Result<Instrumented> run() {
        // On the first line, so that LuaJIT never sees a leading "#" or byte order mark.
        out_ += kPrologue;
        while (at_ < source_.size() && error_.empty()) {
            step();
        }
        out_ += '\n';  // a comment may have no end
        end_return();
        if (!error_.empty()) {
            return Status::error(std::string(kChunk) + ":" + std::to_string(line_) + ": " + error_);
        }
        out_ += kEpilogue;
        return Instrumented{std::move(out_), std::move(functions_)};
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
    void token(char c);
    void space();
    void comment();
    void text(char quote);
    bool long_bracket();
    void number();
    void name();
    void keyword(std::string_view word, std::size_t end);
    void end_statement();
    void open(std::string_view word);
    void punctuation(char c);

    // What `end` or `until` closes. Function, loop and plain `do` have a check at their start, which
    // pays for their operators; an `if` has none.
    struct Block {
        enum class Kind : std::uint8_t { file, function, loop, condition };
        Kind kind;
        std::size_t units_at = 0;  // in out_
        unsigned operators = 0;
        unsigned all_operators = 0;  // of a function: with those of its loops
        bool calls = false;          // of a function
        bool in_while = false;       // between `while` and `do`
        unsigned before_while = 0;   // operators
    };
    // A `return` whose values are not complete yet.
    struct Return {
        std::size_t values_at;  // in out_
        std::size_t blocks;
        int brackets;
        bool values = false;  // something was returned
    };

    Block& body();
    Block& function();
    void check(std::string_view name, std::string_view arguments, Block::Kind kind);
    void write_units(std::size_t at, unsigned operators);
    void operators(unsigned count);
    void open_loop();
    void close(bool until);
    void end_return();
    void check_writes();
    void check_definition();

    std::string_view source_;
    std::string out_;
    std::string error_;
    std::size_t at_;
    std::size_t line_ = 1;
    bool parameters_ = false;  // between `function` and the ")" of its parameters
    bool variadic_ = false;    // "..." is one of them
    bool operand_ = false;     // the last token ends one: what follows is an operator or a call
    bool returned_ = false;    // the last statement is a `return`
    int brackets_ = 0;
    std::vector<Block> blocks_;
    std::vector<Return> returns_;
    std::vector<Instrumented::Function> functions_;
    Block repeated_{Block::Kind::file};  // the loop whose `until` is being read
    bool until_ = false;
    Assignments assignments_;
    std::size_t function_at_ = 0;  // in out_: the last word `function`
};

Instrumenter::Block& Instrumenter::body() {
    std::size_t i = blocks_.size() - 1;
    while (blocks_[i].kind == Block::Kind::condition) {
        --i;
    }
    return blocks_[i];
}

Instrumenter::Block& Instrumenter::function() {
    std::size_t i = blocks_.size() - 1;
    while (blocks_[i].kind != Block::Kind::function && blocks_[i].kind != Block::Kind::file) {
        --i;
    }
    return blocks_[i];
}

void Instrumenter::write_units(std::size_t at, unsigned operators) {
    const std::string digits = std::to_string(std::min(units(operators), 9999U));
    out_.replace(at, digits.size(), digits);
}

// Opens a block that begins with a check.
void Instrumenter::check(std::string_view name, std::string_view arguments, Block::Kind kind) {
    out_ += name;
    blocks_.push_back({kind, out_.size()});
    out_ += kUnits;
    out_ += arguments;
    out_ += "); ";
    write_units(blocks_.back().units_at, 0);
    operand_ = false;
}

// Comparing and calculating takes as long as its texts are, and is paid for where the body begins.
void Instrumenter::operators(unsigned count) {
    Block& block = body();
    block.operators += count;
    function().all_operators += count;
    if (until_) {
        repeated_.operators += count;
        write_units(repeated_.units_at, repeated_.operators);
    }
    if (block.kind != Block::Kind::file) {
        write_units(block.units_at, block.operators);
    }
    const unsigned most = block.kind == Block::Kind::file ? kMostFileOperators : kMostOperators;
    if (block.operators > most || (until_ && repeated_.operators > kMostOperators)) {
        fail("more than " + std::to_string(until_ ? kMostOperators : most) +
             " comparisons and calculations in one function or loop: make functions of its parts");
    }
    operand_ = false;
}

// What stands between `while` and `do` is done as often as the loop.
void Instrumenter::open_loop() {
    Block& around = body();
    const unsigned condition = around.in_while ? around.operators - around.before_while : 0;
    around.in_while = false;
    check(kCheck, "", Block::Kind::loop);
    blocks_.back().operators = condition;
    write_units(blocks_.back().units_at, condition);
}

// A function that calls others pays again where it ends: they may have come back from very deep.
void Instrumenter::end_return() {
    if (returns_.empty()) {
        return;
    }
    const Return done = returns_.back();
    returns_.pop_back();
    returned_ = true;
    if (function().calls && function().all_operators > 0 && done.values) {
        std::string before(kReturnCheck);
        before += std::to_string(units(function().all_operators)) + ", ";
        out_.insert(done.values_at, before);
        out_ += ')';
    }
}

void Instrumenter::close(bool until) {
    const Block closed = blocks_.back();
    if (blocks_.size() > 1) {
        blocks_.pop_back();
    }
    until_ = until;
    repeated_ = closed;
    operand_ = !until;
}

void Instrumenter::step() {
    const char c = peek();
    if (is_space(c)) {
        space();
        return;
    }
    if (c == '-' && peek(1) == '-') {
        comment();
        return;
    }
    const std::size_t returns = returns_.size();
    token(c);
    // Neither the word `return` itself nor what ended it.
    if (returns != 0 && returns_.size() == returns) {
        returns_.back().values = true;
    }
}

void Instrumenter::token(char c) {
    if (c == '[' && long_bracket()) {
        function().calls = function().calls || operand_;
        operand_ = true;
        assignments_.text();
    } else if (c == '"' || c == '\'') {
        function().calls = function().calls || operand_;
        text(c);
        operand_ = true;
        assignments_.text();
    } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
        number();
        operand_ = true;
        assignments_.literal();
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
    const std::size_t end = end_of_text(source_, at_);
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
    const std::size_t end = end_of_number(source_, at_);
    const char last = source_[end - 1];
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
    if (is_keyword(word) && word != "goto") {
        return keyword(word, end);
    }
    if (word == "goto") {  // always a keyword here; LuaJIT would take it as a name, too
        end_statement();
        assignments_.keyword(word, false);
        out_ += kJumpCheck;
    }
    assignments_.name(out_.size());
    copy_to(end);
    operand_ = word != "goto";
}

// A word after which nothing belongs to what stood before.
void Instrumenter::end_statement() {
    until_ = false;
    returned_ = false;
}

void Instrumenter::keyword(std::string_view word, std::size_t end) {
    const bool closes = word == "end" || word == "until";
    if ((closes || word == "else" || word == "elseif") && !returns_.empty() &&
        returns_.back().blocks == blocks_.size()) {
        end_return();
    }
    const bool function_ends = word == "end" && blocks_.back().kind == Block::Kind::function;
    if (function_ends && !returned_ && blocks_.back().calls && blocks_.back().all_operators > 0) {
        out_ += kCheck;
        out_ += std::to_string(units(blocks_.back().all_operators)) + "); ";
    }
    if (word == "function") {
        function_at_ = out_.size();
    }
    assignments_.keyword(word, function_ends);
    copy_to(end);
    operand_ = word == "nil" || word == "true" || word == "false";
    if (operand_ || word == "and" || word == "or" || word == "not" || word == "in" ||
        word == "then") {
        return;
    }
    end_statement();
    if (closes) {
        close(word == "until");
    } else {
        open(word);
    }
}

void Instrumenter::open(std::string_view word) {
    if (word == "do") {
        open_loop();
    } else if (word == "repeat") {
        check(kCheck, "", Block::Kind::loop);
    } else if (word == "if") {
        blocks_.push_back({Block::Kind::condition});
    } else if (word == "function") {
        parameters_ = true;
        variadic_ = false;
        functions_.push_back({0, static_cast<int>(line_), 0});
    } else if (word == "while") {
        body().in_while = true;
        body().before_while = body().operators;
    } else if (word == "for") {
        operators(3);  // its limits may be texts
    } else if (word == "return") {
        returned_ = true;
        returns_.push_back({out_.size(), blocks_.size(), brackets_});
    }
}

// While the file is read, nothing is kept yet.
void Instrumenter::check_writes() {
    const auto tables = assignments_.assign();
    if (function().kind != Block::Kind::function) {
        return;
    }
    for (auto table = tables.rbegin(); table != tables.rend(); ++table) {
        out_.insert(table->index, 1, ')');
        out_.insert(table->begin, kWriteCheck);
    }
}

// "function t.name(" writes to a table, too.
void Instrumenter::check_definition() {
    Assignments::Table table{};
    if (function().kind != Block::Kind::function || !assignments_.defined(table)) {
        return;
    }
    const std::string name = out_.substr(table.begin, table.index - table.begin);
    if (!std::all_of(name.begin(), name.end(), [](char c) { return is_name(c) || c == '.'; })) {
        return fail("a function's name in several pieces: write it without spaces");
    }
    out_.insert(function_at_, std::string(kWriteCheck) + name + "); ");
}

void Instrumenter::punctuation(char c) {
    const bool dots = source_.substr(at_, 2) == "..";
    const bool arguments = source_.substr(at_, 3) == "...";
    const bool equal = peek(1) == '=' && (c == '=' || c == '~' || c == '<' || c == '>');
    if (c == ';' && !returns_.empty() && returns_.back().blocks == blocks_.size() &&
        returns_.back().brackets == brackets_) {
        end_return();
    }
    if (c == '(' && parameters_) {
        functions_.back() = {at_, functions_.back().keyword_line, static_cast<int>(line_)};
    }
    if (c == '(' || c == '{') {
        function().calls = function().calls || (operand_ && !parameters_);
    }
    if (c == '(' && parameters_) {
        check_definition();
    }
    brackets_ += c == '(' || c == '{' || c == '[' ? 1 : c == ')' || c == '}' || c == ']' ? -1 : 0;
    const bool label = c == ':' && peek(1) == ':';
    const std::size_t length = arguments ? 3 : dots || equal || label ? 2 : 1;
    if (c == '=' && !equal) {
        check_writes();
    } else {
        assignments_.sign(source_.substr(at_, length), out_.size());
    }
    copy_to(at_ + length);
    const bool literal = c == '-' && !operand_ && is_digit(peek());
    operand_ = arguments || c == ')' || c == '}' || c == ']';
    if (dots && !arguments) {
        out_ += kConcatCheck;
    } else if (!literal && std::string_view("+-*/%^<>").find(c) != std::string_view::npos) {
        operators(1);
    }
    variadic_ = variadic_ || (arguments && parameters_);
    if (c == ')' && parameters_) {
        parameters_ = false;
        assignments_.enter();
        check(variadic_ ? kArgumentsCheck : kCheck, variadic_ ? ", ..." : "",
              Block::Kind::function);
    }
}

}  // namespace

Result<Instrumented> instrument(std::string_view source) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    const bool marked = source.substr(0, kByteOrderMark.size()) == kByteOrderMark;
    return Instrumenter(source, marked ? kByteOrderMark.size() : 0).run();
}

}  // namespace pz::rules
