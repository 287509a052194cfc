#include "rules/assignments.hpp"

#include <utility>

namespace pz::rules {

// Two operands side by side are two statements.
void Assignments::begin_expression(std::size_t at) {
    if (level().operand) {
        statement();
    }
    level().current = {at, kNone};
    level().operand = level().prefix = true;
}

void Assignments::name(std::size_t at) {
    if (!std::exchange(level().field, false)) {
        begin_expression(at);
    }
}

void Assignments::literal() {
    level().operand = true;
    level().prefix = false;
}

void Assignments::text() {
    if (!level().prefix) {
        literal();
    }
}

void Assignments::index(std::size_t at) {
    level().current.index = at;
    level().field = true;
}

void Assignments::open(char bracket, std::size_t at) {
    const bool call = level().prefix;
    if (bracket == '(' && !call) {
        begin_expression(at);
    } else if (bracket == '[' && call) {
        level().current.index = at;
    }
    levels_.push_back({bracket, call});
}

void Assignments::close() {
    if (level().bracket == '\0') {
        return;
    }
    const Level closed = std::move(levels_.back());
    levels_.pop_back();
    level().operand = true;
    level().prefix = closed.call || closed.bracket == '(';
}

void Assignments::comma() {
    Level& here = level();
    if (here.bracket == '\0' && !here.values) {
        here.targets.push_back(here.current);
    }
    operate();
}

// What goes on with an expression, and ends the one before.
void Assignments::operate() {
    level().operand = level().prefix = false;
    level().current = {kNone, kNone};
}

void Assignments::statement() {
    operate();
    level().values = level().field = false;
    level().targets.clear();
}

void Assignments::keyword(std::string_view word, bool function_ends) {
    if (word == "and" || word == "or" || word == "not") {
        operate();
    } else if (word == "nil" || word == "true" || word == "false") {
        literal();
    } else if (function_ends) {
        leave();
    } else if (word != "function" || level().operand) {  // one may be a value
        statement();
    }
}

void Assignments::sign(std::string_view sign, std::size_t at) {
    const char c = sign.front();
    if (sign == "...") {
        literal();
    } else if (c == ';' || sign == "::") {
        statement();
    } else if (sign == "." || c == ':') {
        index(at);
    } else if (c == '(' || c == '{' || c == '[') {
        open(c, at);
    } else if (c == ')' || c == '}' || c == ']') {
        close();
    } else if (c == ',') {
        comma();
    } else {
        operate();
    }
}

void Assignments::enter() {
    levels_.push_back({'\0'});
}

void Assignments::leave() {
    while (level().bracket != '\0') {
        levels_.pop_back();
    }
    if (levels_.size() > 1) {
        levels_.pop_back();
    }
    literal();
}

std::vector<Assignments::Table> Assignments::assign() {
    std::vector<Table> tables;
    if (level().bracket == '\0') {
        comma();
        for (const Table& target : level().targets) {
            if (target.begin != kNone && target.index != kNone) {
                tables.push_back(target);
            }
        }
        statement();
        level().values = true;
    } else {
        operate();
    }
    return tables;
}

bool Assignments::defined(Table& out) const {
    out = levels_.back().current;
    return out.begin != kNone && out.index != kNone;
}

}  // namespace pz::rules
