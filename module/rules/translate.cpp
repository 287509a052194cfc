#include "rules/translate.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>

#include "rules/fields.hpp"
#include "rules/lexer.hpp"
#include "rules/relations.hpp"

namespace pz::rules {
namespace {

using Op = Program::Op;
using Node = Program::Node;

constexpr std::size_t kMaxText = 1000;  // bytes of a constant
constexpr std::size_t kMaxDigits = 15;  // so many are exact, whoever reads them
constexpr int kMaxDepth = 32;           // of brackets
constexpr std::uint8_t kNone = 0xff;    // no node: the function is Lua's

struct Name {
    std::string_view name;
    Op op;
    std::uint8_t what;
};

constexpr std::uint8_t number_of(LiveField field) {
    return static_cast<std::uint8_t>(field);
}

// As in access.lua.
constexpr Name kItemNames[] = {{"price", Op::field, number_of(LiveField::price)},
                               {"sale_price", Op::field, number_of(LiveField::sale_price)},
                               {"current_price", Op::field, number_of(LiveField::current_price)},
                               {"stock", Op::field, number_of(LiveField::stock)},
                               {"age_days", Op::field, number_of(LiveField::age_days)},
                               {"popularity", Op::field, number_of(LiveField::popularity)},
                               {"margin", Op::field, number_of(LiveField::margin)},
                               {"available", Op::flag, number_of(LiveField::available)},
                               {"on_sale", Op::flag, number_of(LiveField::on_sale)}};
constexpr Name kVisitorNames[] = {{"events", Op::fact, 0},         {"visits", Op::fact, 6},
                                  {"cart_count", Op::fact, 7},     {"cart_value", Op::fact, 8},
                                  {"returning", Op::fact_flag, 1}, {"consent", Op::fact_flag, 2}};
constexpr Name kPageNames[] = {
    {"hour", Op::fact, 3},          {"minute", Op::fact, 9},     {"day", Op::fact, 10},
    {"month", Op::fact, 11},        {"days_left", Op::fact, 12}, {"placement", Op::fact_text, 2},
    {"category", Op::fact_text, 3}, {"query", Op::fact_text, 4}, {"date", Op::fact_text, 5}};
constexpr Name kRelationNames[] = {
    {"viewed", Op::relation, static_cast<std::uint8_t>(Relation::viewed)},
    {"bought", Op::relation, static_cast<std::uint8_t>(Relation::bought)},
    {"in_cart", Op::relation, static_cast<std::uint8_t>(Relation::in_cart)},
    {"liked", Op::relation, static_cast<std::uint8_t>(Relation::liked)}};
constexpr std::uint8_t kTraits = 0;     // of Api::named
constexpr std::uint8_t kVariables = 1;  // of Api::named

class Translator {
  public:
    Translator(std::string_view source, const std::vector<Constant>& constants)
        : lexer_(source), constants_(constants) {}

    Program run(Asked asked);

  private:
    using Index = std::uint8_t;  // of a node; kNone: failed

    bool take(std::string_view sign);
    std::string_view word();
    bool parameters(Asked asked);
    bool locals();

    Index push(Node node);
    Index leaf(const Name& name, std::string_view text = {});
    Index pair(Op op, Index left, Index right);
    Index expression() { return either(); }
    Index either();
    Index both();
    Index comparison();
    Index equality(Index left, Index right);
    Index sum();
    Index product();
    Index unary();
    Index primary();
    Index number();
    Index named(std::string_view name);
    Index constant(std::string_view name);
    Index of_item(std::string_view name);
    Index of_visitor();
    Index of_page();
    Index relation(std::string_view name);
    template <std::size_t N>
    Index known(const Name (&names)[N], std::string_view name);

    Op op(Index node) const { return program_.nodes[node].op; }
    bool is_text(Index node) const;
    bool is_flag(Index node) const;
    bool is_number(Index node) const;
    bool may_count(Index left, Index right) const;
    bool is_leaf(Index node) const { return op(node) < Op::both; }

    Lexer lexer_;
    const std::vector<Constant>& constants_;
    Program program_;
    std::string_view item_, visitor_, page_;  // the parameters' names
    std::vector<std::pair<std::string_view, Index>> locals_;
    int depth_ = 0;
};

bool Translator::take(std::string_view sign) {
    if (lexer_.is_text() || lexer_.token() != sign) {
        return false;
    }
    lexer_.next();
    return true;
}

// A name; empty when there is none.
std::string_view Translator::word() {
    const std::string_view name = lexer_.token();
    if (!lexer_.is_name()) {
        return {};
    }
    lexer_.next();
    return name;
}

bool Translator::parameters(Asked asked) {
    std::vector<std::string_view*> roles = {&visitor_, &page_};
    if (asked == Asked::of_item) {
        roles.insert(roles.begin(), &item_);
    }
    if (!take("(")) {
        return false;
    }
    for (std::size_t i = 0; !take(")"); ++i) {
        const std::string_view name = i == 0 || take(",") ? word() : std::string_view();
        if (i == roles.size() || name.empty() || name == item_ || name == visitor_) {
            return false;
        }
        *roles[i] = name;
    }
    return true;
}

// Names for what cannot raise an error.
bool Translator::locals() {
    while (take("local")) {
        const std::string_view name = word();
        if (name.empty() || name == item_ || name == visitor_ || name == page_ || !take("=")) {
            return false;
        }
        const Index value = expression();
        if (value == kNone || !is_leaf(value)) {
            return false;
        }
        locals_.insert(locals_.begin(), {name, value});  // the last of the same name counts
        take(";");
    }
    return true;
}

Program Translator::run(Asked asked) {
    if (!parameters(asked) || !locals() || !take("return")) {
        return {};
    }
    const Index answer = expression();
    take(";");
    if (answer == kNone || !take("end")) {
        return {};
    }
    const bool last = answer + std::size_t{1} == program_.nodes.size();
    return last || push(program_.nodes[answer]) != kNone ? std::move(program_) : Program();
}

Translator::Index Translator::push(Node node) {
    if (program_.nodes.size() >= Program::kMaxNodes) {
        return kNone;
    }
    program_.nodes.push_back(std::move(node));
    return static_cast<Index>(program_.nodes.size() - 1);
}

Translator::Index Translator::leaf(const Name& name, std::string_view text) {
    Node node;
    node.op = name.op;
    node.what = name.what;
    node.text = text;
    return push(std::move(node));
}

Translator::Index Translator::pair(Op op, Index left, Index right) {
    if (left == kNone || right == kNone || (op >= Op::less && !may_count(left, right))) {
        return kNone;
    }
    Node node;
    node.op = op;
    node.left = left;
    node.right = right;
    return push(std::move(node));
}

bool Translator::is_text(Index node) const {
    return op(node) == Op::text || op(node) == Op::column || op(node) == Op::fact_text;
}
bool Translator::is_flag(Index node) const {
    const Op what = op(node);
    return what == Op::flag || what == Op::relation || what == Op::fact_flag ||
           (what >= Op::negate && what <= Op::less_equal);
}
// Always one, or there is an error.
bool Translator::is_number(Index node) const {
    const Node& it = program_.nodes[node];
    return it.op == Op::number || it.op == Op::fact || it.op >= Op::add ||
           (it.op == Op::field && it.what != number_of(LiveField::margin));
}

// What is never a number raises an error, or is a text that Lua makes one of.
bool Translator::may_count(Index left, Index right) const {
    const auto never = [this](Index node) {
        return is_text(node) || is_flag(node) || op(node) <= Op::yes;
    };
    return !never(left) && !never(right);
}

Translator::Index Translator::either() {
    Index left = both();
    while (left != kNone && take("or")) {
        left = pair(Op::either, left, both());
    }
    return left;
}

Translator::Index Translator::both() {
    Index left = comparison();
    while (left != kNone && take("and")) {
        left = pair(Op::both, left, comparison());
    }
    return left;
}

// One of them: what compares the result of another is nobody's rule.
Translator::Index Translator::comparison() {
    const Index left = sum();
    if (left == kNone) {
        return kNone;
    }
    if (take("==")) {
        return equality(left, sum());
    }
    if (take("~=")) {
        const Index equal = equality(left, sum());
        return pair(Op::negate, equal, equal);
    }
    if (take("<")) {
        return pair(Op::less, left, sum());
    }
    if (take("<=")) {
        return pair(Op::less_equal, left, sum());
    }
    if (take(">")) {
        return pair(Op::less, sum(), left);
    }
    return take(">=") ? pair(Op::less_equal, sum(), left) : left;
}

Translator::Index Translator::equality(Index left, Index right) {
    if (left == kNone || right == kNone) {
        return kNone;
    }
    if (op(left) <= Op::text && op(right) > Op::text) {
        std::swap(left, right);  // the constant stands right
    }
    if (op(right) == Op::nil) {
        const bool either = is_text(left) || op(left) == Op::field || is_number(left);
        return either && is_leaf(left) ? pair(Op::negate, left, left) : kNone;
    }
    if (op(right) == Op::yes || op(right) == Op::no) {
        return !is_flag(left)        ? kNone
               : op(right) == Op::no ? pair(Op::negate, left, left)
                                     : pair(Op::both, left, left);
    }
    if (is_text(left) && is_text(right)) {
        if (op(right) == Op::column) {
            std::swap(left, right);
        }
        return op(right) == Op::column || op(left) == Op::text ? kNone
                                                               : pair(Op::equal_text, left, right);
    }
    const bool numbers = is_number(left) || is_number(right);
    const bool others = is_text(left) || is_text(right) || is_flag(left) || is_flag(right);
    return numbers && !others ? pair(Op::equal, left, right) : kNone;
}

Translator::Index Translator::sum() {
    Index left = product();
    while (left != kNone && (lexer_.token() == "+" || lexer_.token() == "-") && !lexer_.is_text()) {
        const Op op = lexer_.token() == "+" ? Op::add : Op::subtract;
        lexer_.next();
        left = pair(op, left, product());
    }
    return left;
}

Translator::Index Translator::product() {
    Index left = unary();
    while (left != kNone && (lexer_.token() == "*" || lexer_.token() == "/") && !lexer_.is_text()) {
        const Op op = lexer_.token() == "*" ? Op::multiply : Op::divide;
        lexer_.next();
        left = pair(op, left, unary());
    }
    return left;
}

Translator::Index Translator::unary() {
    if (++depth_ > kMaxDepth) {
        return kNone;
    }
    Index node = kNone;
    if (take("not")) {
        node = unary();
        node = pair(Op::negate, node, node);
    } else if (take("-")) {
        node = unary();
        node = pair(Op::minus, node, node);
    } else {
        node = primary();
    }
    --depth_;
    return node;
}

Translator::Index Translator::primary() {
    if (lexer_.is_text()) {
        const std::string_view text = lexer_.token();
        lexer_.next();
        return text.size() <= kMaxText ? leaf({"", Op::text, 0}, text) : kNone;
    }
    if (take("(")) {
        const Index inner = expression();
        return take(")") ? inner : kNone;
    }
    for (const auto& [name, op] :
         {std::pair{"nil", Op::nil}, {"true", Op::yes}, {"false", Op::no}}) {
        if (take(name)) {
            return leaf({name, op, 0});
        }
    }
    if (lexer_.is_number()) {
        return number();
    }
    return named(word());
}

Translator::Index Translator::number() {
    const std::string_view digits = lexer_.token();
    lexer_.next();
    Node node;
    node.op = Op::number;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), node.number,
                                      std::chars_format::fixed);
    const bool whole = read.ec == std::errc() && read.ptr == digits.data() + digits.size();
    return whole && digits.size() <= kMaxDigits ? push(std::move(node)) : kNone;
}

Translator::Index Translator::named(std::string_view name) {
    const auto local = std::find_if(locals_.begin(), locals_.end(),
                                    [name](const auto& each) { return each.first == name; });
    if (name.empty() || local != locals_.end()) {
        return name.empty() ? kNone : local->second;
    }
    if (name == item_ || name == visitor_ || name == page_) {
        if (name == visitor_ && take(":")) {
            return relation(word());
        }
        if (!take(".")) {
            return kNone;
        }
        return name == item_ ? of_item(word()) : name == visitor_ ? of_visitor() : of_page();
    }
    return constant(name);
}

Translator::Index Translator::constant(std::string_view name) {
    const auto found = std::find_if(constants_.begin(), constants_.end(),
                                    [name](const Constant& each) { return each.name == name; });
    if (found == constants_.end()) {
        return kNone;
    }
    Node node;
    if (const auto* number = std::get_if<double>(&found->value)) {
        node.op = Op::number;
        node.number = *number;
    } else if (const auto* flag = std::get_if<bool>(&found->value)) {
        node.op = *flag ? Op::yes : Op::no;
    } else {
        node.op = Op::text;
        node.text = std::get<std::string>(found->value);
    }
    return node.text.size() <= kMaxText ? push(std::move(node)) : kNone;
}

template <std::size_t N>
Translator::Index Translator::known(const Name (&names)[N], std::string_view name) {
    const auto* found = std::find_if(std::begin(names), std::end(names),
                                     [name](const Name& each) { return each.name == name; });
    return found == std::end(names) ? kNone : leaf(*found);
}

Translator::Index Translator::of_item(std::string_view name) {
    if (name.empty()) {
        return kNone;
    }
    const Index live = known(kItemNames, name);
    return live != kNone ? live : leaf({"", Op::column, 0}, name);
}

Translator::Index Translator::of_visitor() {
    const std::string_view name = word();
    if (name != "trait") {
        return known(kVisitorNames, name);
    }
    const std::string_view trait = take(".") ? word() : std::string_view();
    return trait.empty() ? kNone : leaf({"", Op::fact_text, kTraits}, trait);
}

Translator::Index Translator::of_page() {
    const std::string_view name = word();
    if (name != "var") {
        return known(kPageNames, name);
    }
    const std::string_view variable = take(".") ? word() : std::string_view();
    return variable.empty() ? kNone : leaf({"", Op::fact_text, kVariables}, variable);
}

Translator::Index Translator::relation(std::string_view name) {
    const Index node = known(kRelationNames, name);
    const bool of_item = !item_.empty() && take("(") && word() == item_ && take(")");
    return of_item ? node : kNone;
}

}  // namespace

Program translate(std::string_view source, Asked asked, const std::vector<Constant>& constants) {
    return Translator(source, constants).run(asked);
}

}  // namespace pz::rules
