// Definitions: the segments and rules of a file as C++ sees them. Their Lua functions stay in the
// Vm, under the same numbers. Thread rules: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/bridge.hpp"
#include "rules/schedule.hpp"

struct lua_State;

namespace pz::rules {

// One entry of `match = { ... }`.
struct Condition {
    bool is_text = true;
    // Text: the column's text is one of these; "*" stands for any characters.
    std::string column;
    std::vector<std::string> values;
    // Number or flag: min <= value <= max. An unknown price (0) matches nothing.
    LiveField field = LiveField::price;
    double min = 0;
    double max = 0;

    // Set by resolve() for one snapshot.
    store::FieldId column_id = store::kNoField;
    std::vector<store::ValueId> ids;         // sorted
    std::vector<std::string_view> patterns;  // values that are compared as texts

    void resolve(const store::Snapshot& snapshot);
    bool holds(const Context& context, store::ItemIndex item) const;
};

enum class Verb : std::uint8_t { boost, bury, pin, hide, only };

struct Rule {
    std::string name;
    std::vector<std::string> on;        // placements; empty: all
    std::vector<std::string> segments;  // any of them; empty: everybody
    Schedule schedule;
    std::vector<Condition> conditions;  // all of them
    Verb verb = Verb::boost;
    double amount = 1;  // factor, or 1-based position of a pin
    bool when_call = false;
    bool match_call = false;
    bool amount_call = false;
};

struct Definitions {
    std::vector<Rule> rules;
    std::vector<std::string> segments;
};

// "*" stands for any characters. Linear in both texts.
bool glob_match(std::string_view glob, std::string_view text);

// Reads the define table at the top of the stack. Call it in a protected call: it may raise.
void read_definitions(lua_State* lua, Definitions& out);

}  // namespace pz::rules
