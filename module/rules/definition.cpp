#include "rules/definition.hpp"

#include <algorithm>
#include <iterator>
#include <lua.hpp>

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

void read_rule(lua_State* lua, Rule& out) {
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
    each(lua, "requirements", [&] { read_condition(lua, out.requirements.emplace_back()); });
    out.require_call = has_field(lua, "require_call");
    each(lua, "mix", [&] {
        MixLimit& limit = out.mix.emplace_back();
        limit.column = text_field(lua, "column");
        limit.most = static_cast<std::uint32_t>(int_field(lua, "most", 0));
    });
    read_texts(lua, "recommend", out.recommend);
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
    column_id = needs_column() ? snapshot.find_field(column) : store::kNoField;
    margin = margin_columns(snapshot);
    for (const std::string& value : values) {
        if (column_id == store::field::product_type || value.find('*') != std::string::npos) {
            patterns.emplace_back(value);
        } else if (const store::ValueId id = snapshot.find_value(value); id != store::kNoValue) {
            ids.push_back(id);
        }
    }
    std::sort(ids.begin(), ids.end());
}

bool Condition::holds(const Context& context, store::ItemIndex item,
                      const store::LiveFields& live) const {
    if (!is_text) {
        const double value = field == LiveField::count
                                 ? leading_number(context.snapshot->text(item, column_id))
                                 : live_value(context, margin, item, live, field);
        return value >= min && value <= max && !(is_price(field) && value == 0);
    }
    const store::ValueId value =
        column_id == store::kNoField ? store::kNoValue : context.snapshot->value(item, column_id);
    if (value == store::kNoValue) {
        return false;
    }
    if (std::binary_search(ids.begin(), ids.end(), value)) {
        return true;
    }
    const std::string_view text = context.snapshot->text(value);
    return std::any_of(patterns.begin(), patterns.end(), [&](std::string_view pattern) {
        return text_match(pattern, text, column_id == store::field::product_type);
    });
}

namespace {

// The hot loops: what is asked stands outside of them.
template <class Get>
void narrow_range(std::span<const store::LiveFields> live, double min, double max, Get get,
                  std::span<std::uint8_t> marks) {
    for (std::size_t i = 0; i < marks.size(); ++i) {
        const double value = get(live[i]);
        marks[i] &=
            static_cast<std::uint8_t>(value >= min) & static_cast<std::uint8_t>(value <= max);
    }
}

}  // namespace

void Condition::narrow(const Context& context, std::span<const store::ItemIndex> items,
                       std::span<const store::LiveFields> live,
                       std::span<std::uint8_t> marks) const {
    constexpr double kMicros = 1e6;
    const double least = is_price(field) ? std::max(min, 1 / kMicros) : min;  // 0: unknown
    if (is_live() && field == LiveField::price) {
        return narrow_range(
            live, least, max,
            [](const store::LiveFields& row) {
                return static_cast<double>(row.price_micros) / kMicros;
            },
            marks);
    }
    if (is_live() && field == LiveField::on_sale) {
        return narrow_range(
            live, min, max, [](const store::LiveFields& row) { return row.on_sale() ? 1.0 : 0.0; },
            marks);
    }
    if (is_text && patterns.empty() && ids.size() == 1) {
        for (std::size_t i = 0; i < marks.size(); ++i) {
            marks[i] &=
                static_cast<std::uint8_t>(context.snapshot->value(items[i], column_id) == ids[0]);
        }
        return;
    }
    static constexpr store::LiveFields kNotAsked{};
    for (std::size_t i = 0; i < marks.size(); ++i) {
        if (marks[i] != 0 && !holds(context, items[i], is_live() ? live[i] : kNotAsked)) {
            marks[i] = 0;
        }
    }
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
}

void read_definitions(lua_State* lua, Definitions& out) {
    each(lua, "segments", [&] { out.segments.push_back(text_field(lua, "name")); });
    each(lua, "rules", [&] { read_rule(lua, out.rules.emplace_back()); });
}

}  // namespace pz::rules
