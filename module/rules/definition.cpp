#include "rules/definition.hpp"

#include <algorithm>
#include <iterator>
#include <lua.hpp>

#include "rules/closure.hpp"

namespace pz::rules {
namespace {

constexpr std::string_view kLevel = " > ";

bool is_price(LiveField field) {
    return field == LiveField::price || field == LiveField::sale_price ||
           field == LiveField::current_price;
}

// A product type stands for the levels below it, too.
bool text_match(std::string_view pattern, std::string_view text, bool levels) {
    if (pattern.find('*') != std::string_view::npos) {
        return glob_match(pattern, text);
    }
    return text.substr(0, pattern.size()) == pattern &&
           (text.size() == pattern.size() ||
            (levels && text.substr(pattern.size(), kLevel.size()) == kLevel));
}

std::string text_at(lua_State* lua, int index) {
    std::size_t length = 0;
    const char* text = lua_tolstring(lua, index, &length);
    return text == nullptr ? std::string() : std::string(text, length);
}

std::string text_field(lua_State* lua, const char* key) {
    lua_getfield(lua, -1, key);
    std::string text = text_at(lua, -1);
    lua_pop(lua, 1);
    return text;
}

double number_field(lua_State* lua, const char* key, double fallback) {
    lua_getfield(lua, -1, key);
    const double number = lua_isnumber(lua, -1) != 0 ? lua_tonumber(lua, -1) : fallback;
    lua_pop(lua, 1);
    return number;
}

std::int32_t int_field(lua_State* lua, const char* key, std::int32_t fallback) {
    return static_cast<std::int32_t>(number_field(lua, key, fallback));
}

bool has_field(lua_State* lua, const char* key) {
    lua_getfield(lua, -1, key);
    const bool has = !lua_isnil(lua, -1);
    lua_pop(lua, 1);
    return has;
}

// Calls `read` with each entry of the list in the field on the top of the stack.
template <class Read>
void each(lua_State* lua, const char* key, Read read) {
    lua_getfield(lua, -1, key);
    const std::size_t count = lua_istable(lua, -1) ? lua_objlen(lua, -1) : 0;
    for (std::size_t i = 1; i <= count; ++i) {
        lua_rawgeti(lua, -1, static_cast<int>(i));
        read();
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
}

void read_texts(lua_State* lua, const char* key, std::vector<std::string>& out) {
    each(lua, key, [&] { out.push_back(text_at(lua, -1)); });
}

Verb verb_of(std::string_view name) {
    const auto* found = std::find(std::begin(kVerbNames), std::end(kVerbNames), name);
    return static_cast<Verb>(found - std::begin(kVerbNames));
}

void read_condition(lua_State* lua, Condition& out) {
    out.is_text = text_field(lua, "kind") == "text";
    out.column = text_field(lua, "column");
    read_texts(lua, "values", out.values);
    out.field = static_cast<LiveField>(
        int_field(lua, "field", static_cast<std::int32_t>(LiveField::count)));
    out.min = number_field(lua, "min", 0);
    out.max = number_field(lua, "max", 0);
}

// Of the function in the field, if there is one.
Program read_program(lua_State* lua, const char* key, Asked asked, const SourceFile& file) {
    lua_getfield(lua, -1, key);
    Program program = lua_isfunction(lua, -1) ? program_of(lua, asked, file) : Program();
    lua_pop(lua, 1);
    return program;
}

void read_rule(lua_State* lua, const SourceFile& file, Rule& out) {
    out.name = text_field(lua, "name");
    out.line = int_field(lua, "line", 0);
    read_texts(lua, "on", out.on);
    read_texts(lua, "segment", out.segments);
    out.schedule.from = int_field(lua, "from", 0);
    out.schedule.to = int_field(lua, "to", 0);
    out.schedule.start = int_field(lua, "start", 0);
    out.schedule.end = int_field(lua, "stop", 1440);
    out.schedule.days = static_cast<std::uint8_t>(int_field(lua, "days", 0x7f));
    each(lua, "conditions", [&] { read_condition(lua, out.conditions.emplace_back()); });
    out.schedule.zone = int_field(lua, "zone", -1);
    out.verb = verb_of(text_field(lua, "verb"));
    out.amount = number_field(lua, "amount", 1);
    out.when_call = has_field(lua, "when");
    out.match_call = has_field(lua, "match");
    out.amount_call = has_field(lua, "amount_call");
    out.label = text_field(lua, "label");
    out.label_call = has_field(lua, "label_call");
    each(lua, "requirements", [&] { read_condition(lua, out.requirements.emplace_back()); });
    out.require_call = has_field(lua, "require_call");
    each(lua, "mix", [&] {
        MixLimit& limit = out.mix.emplace_back();
        limit.column = text_field(lua, "column");
        limit.most = static_cast<std::uint32_t>(int_field(lua, "most", 0));
    });
    read_texts(lua, "recommend", out.recommend);
    lua_getfield(lua, -1, "functions");
    out.programs.when = read_program(lua, "when", Asked::of_page, file);
    out.programs.match = read_program(lua, "match", Asked::of_item, file);
    out.programs.amount = read_program(lua, "amount", Asked::of_item, file);
    out.programs.require = read_program(lua, "require", Asked::of_item, file);
    lua_pop(lua, 1);
}

}  // namespace

bool glob_match(std::string_view glob, std::string_view text) {
    std::size_t g = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t retry = 0;
    while (t < text.size()) {
        if (g < glob.size() && glob[g] == '*') {
            star = g++;
            retry = t;
        } else if (g < glob.size() && glob[g] == text[t]) {
            ++g;
            ++t;
        } else if (star != std::string_view::npos) {
            g = star + 1;
            t = ++retry;
        } else {
            return false;
        }
    }
    while (g < glob.size() && glob[g] == '*') {
        ++g;
    }
    return g == glob.size();
}

void Condition::resolve(const store::Snapshot& snapshot) {
    ids.clear();
    patterns.clear();
    verdicts_.clear();
    column_id = needs_column() ? snapshot.find_field(column) : store::kNoField;
    for (const std::string& value : values) {
        if (column_id == store::field::product_type || value.find('*') != std::string::npos) {
            patterns.emplace_back(value);
        } else if (const store::ValueId id = snapshot.find_value(value); id != store::kNoValue) {
            ids.push_back(id);
        }
    }
    std::sort(ids.begin(), ids.end());
    verdicts_.resize(remembers() ? kVerdicts : 0);
}

// Whether a text, or the number that it begins with, is what is asked for.
bool Condition::fits(const store::Snapshot& snapshot, store::ValueId value) const {
    const std::string_view text = snapshot.text(value);
    if (!is_text) {
        const double number = leading_number(text);
        return number >= min && number <= max;
    }
    return std::binary_search(ids.begin(), ids.end(), value) ||
           std::any_of(patterns.begin(), patterns.end(), [&](std::string_view pattern) {
               return text_match(pattern, text, column_id == store::field::product_type);
           });
}

namespace {

// In the hot loops is no branch that depends on an item: what is asked stands outside of them.
void keep_values(std::span<const store::ValueId> wanted, std::span<const store::ValueId> values,
                 Marks& marks) {
    const store::ValueId* of = values.data();
    if (wanted.empty()) {
        marks.clear();
    } else if (wanted.size() <= 4) {
        marks.keep_words([=](std::size_t first) {
            std::uint64_t any = 0;
            for (const store::ValueId one : wanted) {
                any |= where(of + first, [one](lanes::Ids ids) { return ids == one; });
            }
            return any;
        });
    } else {
        marks.keep(
            [=](std::size_t i) { return std::binary_search(wanted.begin(), wanted.end(), of[i]); });
    }
}

void keep_range(double least, double most, const double* numbers, Marks& marks) {
    marks.keep_words([=](std::size_t first) {
        return where(numbers + first,
                     [=](lanes::Doubles values) { return (values >= least) & (values <= most); });
    });
}

}  // namespace

void Condition::narrow(const store::Snapshot& snapshot, Columns& columns, Marks& marks) const {
    constexpr double kMicros = 1e6;
    if (is_flag(field)) {
        const std::uint64_t* words = columns.flags(field).data();
        const std::uint64_t other = min != 0 ? 0 : ~std::uint64_t{0};
        return marks.keep_words([=](std::size_t first) { return words[first / kLanes] ^ other; });
    }
    if (is_live()) {
        const double least = is_price(field) ? std::max(min, 1 / kMicros) : min;  // 0: unknown
        return keep_range(least, max, columns.numbers(field).data(), marks);
    }
    const auto values = columns.values(column_id);
    if (is_text && patterns.empty()) {
        return keep_values(ids, values, marks);
    }
    marks.keep([&](std::size_t i) {
        const store::ValueId value = values[i];
        Verdict& verdict = verdicts_[value % kVerdicts];
        if (value != store::kNoValue && verdict.value != value) {
            verdict = {value, fits(snapshot, value)};
        }
        return value != store::kNoValue && verdict.holds;
    });
}

void Rule::resolve(const store::Snapshot& snapshot) {
    for (auto* list : {&conditions, &requirements}) {
        for (Condition& condition : *list) {
            condition.resolve(snapshot);
        }
    }
    for (MixLimit& limit : mix) {
        limit.column_id = snapshot.find_field(limit.column);
    }
    for (Program* program :
         {&programs.when, &programs.match, &programs.amount, &programs.require}) {
        program->resolve(snapshot);
    }
}

bool Rule::needs_vm() const {
    return label_call || (when_call && programs.when.empty()) ||
           (match_call && programs.match.empty()) || (amount_call && programs.amount.empty()) ||
           (require_call && programs.require.empty());
}

void read_definitions(lua_State* lua, const SourceFile& file, Definitions& out) {
    each(lua, "segments", [&] {
        out.segments.push_back(text_field(lua, "name"));
        out.segment_programs.push_back(read_program(lua, "source", Asked::of_page, file));
    });
    each(lua, "rules", [&] { read_rule(lua, file, out.rules.emplace_back()); });
}

}  // namespace pz::rules
