#include "rewrite/json_path.hpp"

#include <algorithm>
#include <charconv>

namespace pz::rewrite {

namespace {

constexpr std::size_t kMaxIndexDigits = 6;

bool name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || static_cast<unsigned char>(c) >= 0x80;
}

bool digit(char c) {
    return c >= '0' && c <= '9';
}

class Compiler {
  public:
    Compiler(std::string_view text, bool member) : text_(text), member_(member) {}

    Result<JsonPath> compile();

  private:
    bool done() const { return at_ == text_.size(); }
    char next() const { return done() ? '\0' : text_[at_]; }
    bool take(char c);
    Status error(std::string_view what) const;
    Status begin();
    Status step();
    Status dotted();
    Status bracketed();
    Status close_bracket();
    Status plain_name();
    Status quoted_name(char quote);
    Status index();
    Status any();
    Status add(JsonStep step);

    std::string_view text_;
    bool member_;
    std::size_t at_ = 0;
    JsonPath path_;
};

bool Compiler::take(char c) {
    const bool is = !done() && text_[at_] == c;
    at_ += is ? 1 : 0;
    return is;
}

Status Compiler::error(std::string_view what) const {
    return Status::error("path '" + std::string(text_.substr(0, kMaxJsonName)) + "': column " +
                         std::to_string(at_ + 1) + ": " + std::string(what));
}

Status Compiler::begin() {
    if (!member_) {
        return take('$') ? Status() : error("begin with $, as in $.data.products");
    }
    if (done()) {
        return error("expected a member's name, as in id or product.sku");
    }
    if (next() == '$') {
        return error("$ is the document; write the path within an element, as in id or @.id");
    }
    if (take('@') || next() == '[') {
        return {};
    }
    return plain_name();
}

Result<JsonPath> Compiler::compile() {
    Status status = begin();
    while (status.ok() && !done()) {
        status = step();
    }
    if (!status.ok()) {
        return status;
    }
    path_.text = text_;
    return std::move(path_);
}

Status Compiler::step() {
    if (take('.')) {
        return dotted();
    }
    if (take('[')) {
        return bracketed();
    }
    return error("expected . or [; put other names into quotes, as in $['item id']");
}

Status Compiler::dotted() {
    if (next() == '.') {
        return error("'..' cannot be used; name every level, as in $.data.products");
    }
    return take('*') ? any() : plain_name();
}

Status Compiler::bracketed() {
    Status status;
    if (take('*')) {
        status = any();
    } else if (next() == '\'' || next() == '"') {
        const char quote = next();
        take(quote);
        status = quoted_name(quote);
    } else if (digit(next())) {
        status = index();
    } else {
        return error("expected a number from 0, * or a name in quotes, as in [0], [*] or ['name']");
    }
    return status.ok() ? close_bracket() : status;
}

Status Compiler::close_bracket() {
    if (next() == ':' || next() == ',') {
        return error("one element or all of them: write [0] or [*]");
    }
    return take(']') ? Status() : error("expected ]");
}

Status Compiler::plain_name() {
    const std::size_t begin = at_;
    while (!done() && name_character(text_[at_])) {
        ++at_;
    }
    if (at_ == begin) {
        return error("expected a member's name, as in " +
                     std::string(member_ ? "product.sku" : "$.data.products") +
                     "; others go into quotes, as in ['item id']");
    }
    return add({JsonStep::Kind::name, std::string(text_.substr(begin, at_ - begin)), 0});
}

Status Compiler::quoted_name(char quote) {
    std::string name;
    while (!done() && next() != quote) {
        if (take('\\') && next() != quote && next() != '\\') {
            return error("only the quote and \\ may follow \\");
        }
        if (!done()) {
            name.push_back(text_[at_++]);
        }
    }
    return take(quote) ? add({JsonStep::Kind::name, std::move(name), 0})
                       : error("the name does not end: add a quote");
}

Status Compiler::index() {
    const std::size_t begin = at_;
    while (digit(next())) {
        ++at_;
    }
    if (at_ - begin > kMaxIndexDigits) {
        return error("the number is over " + std::to_string(kMaxIndexDigits) + " digits");
    }
    JsonStep step{JsonStep::Kind::index, {}, 0};
    std::from_chars(text_.data() + begin, text_.data() + at_, step.index);
    return add(std::move(step));
}

Status Compiler::any() {
    if (member_) {
        return error("* names many places; write one, as in images[0].id");
    }
    return add({});
}

Status Compiler::add(JsonStep step) {
    if (step.name.size() > kMaxJsonName) {
        return error("the name is over " + std::to_string(kMaxJsonName) + " bytes");
    }
    if (path_.steps.size() == kMaxJsonSteps) {
        return error("more than " + std::to_string(kMaxJsonSteps) + " steps");
    }
    path_.steps.push_back(std::move(step));
    return {};
}

}  // namespace

Result<JsonPath> compile_json_path(std::string_view text) {
    return Compiler(text, false).compile();
}

Result<JsonPath> compile_json_member(std::string_view text) {
    return Compiler(text, true).compile();
}

}  // namespace pz::rewrite
