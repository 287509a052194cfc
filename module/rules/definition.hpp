// Definitions: the segments and rules of a file as C++ sees them. Their Lua functions stay in the
// Vm, under the same numbers. Thread rules: values; a Condition remembers, so one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/fields.hpp"
#include "rules/marks.hpp"
#include "rules/program.hpp"
#include "rules/schedule.hpp"

struct lua_State;

namespace pz::rules {

struct SourceFile;

// One entry of `match = { ... }`.
struct Condition {
    bool is_text = true;
    // Text: the column's text is one of these; "*" stands for any characters.
    std::string column;
    std::vector<std::string> values;
    // Number or flag: min <= value <= max. An unknown price (0) matches nothing.
    // LiveField::count: the number that the column's text begins with.
    LiveField field = LiveField::count;
    double min = 0;
    double max = 0;

    // Set by resolve() for one snapshot.
    store::FieldId column_id = store::kNoField;
    std::vector<store::ValueId> ids;         // sorted
    std::vector<std::string_view> patterns;  // values that are compared as texts

    void resolve(const store::Snapshot& snapshot);
    // Takes the marks of those away for which it does not hold. `columns`: of one item for each
    // mark, or of more.
    void narrow(const store::Snapshot& snapshot, Columns& columns, Marks& marks) const;
    bool is_live() const { return !is_text && field != LiveField::count; }
    // It asks for a column of the catalog; resolve() has found none when column_id is kNoField.
    bool needs_column() const { return is_text || field == LiveField::count; }

  private:
    // What was found out about a text, by its id's last bits.
    struct Verdict {
        store::ValueId value = store::kNoValue;
        bool holds = false;
    };
    static constexpr std::size_t kVerdicts = 256;

    bool fits(const store::Snapshot& snapshot, store::ValueId value) const;
    bool remembers() const { return !is_live() && (!is_text || !patterns.empty()); }
    mutable std::vector<Verdict> verdicts_;
};

// One entry of `mix = { ... }`.
struct MixLimit {
    std::string column;
    std::uint32_t most = 0;                      // 0: neighbours differ
    store::FieldId column_id = store::kNoField;  // set for one snapshot
};

enum class Verb : std::uint8_t {
    boost,
    bury,
    pin,
    hide,
    only,
    require,    // hides those of the selected that do not fulfil it
    mix,        // after all others
    variant,    // the selected go before the others of their item group
    label,      // gives the selected a text that templates can show
    recommend,  // other recommenders; changes no candidate
    count
};
inline constexpr std::string_view kVerbNames[] = {
    "boost", "bury", "pin", "hide", "only", "require", "mix", "variant", "label", "recommend"};

// Those of a rule's functions that need no VM; the others are empty.
struct Programs {
    Program when;
    Program match;
    Program amount;
    Program require;
};

struct Rule {
    std::string name;
    int line = 0;
    std::vector<std::string> on;        // placements; empty: all
    std::vector<std::string> segments;  // any of them; empty: everybody
    Schedule schedule;
    std::vector<Condition> conditions;  // all of them
    Verb verb = Verb::boost;
    double amount = 1;  // factor, or 1-based position of a pin
    bool when_call = false;
    bool match_call = false;
    bool amount_call = false;
    std::string label;
    bool label_call = false;
    std::vector<Condition> requirements;
    bool require_call = false;
    std::vector<MixLimit> mix;
    std::vector<std::string> recommend;  // the first, then its fallbacks
    Programs programs;

    // For another snapshot.
    void resolve(const store::Snapshot& snapshot);
    // One of its functions is not a program.
    bool needs_vm() const;
};

struct Definitions {
    std::vector<Rule> rules;
    std::vector<std::string> segments;
    std::vector<Program> segment_programs;  // of each; empty: its function needs the VM
};

// "*" stands for any characters. Linear in both texts.
bool glob_match(std::string_view glob, std::string_view text);

// Reads the define table at the top of the stack. Call it in a protected call: it may raise.
void read_definitions(lua_State* lua, const SourceFile& file, Definitions& out);

}  // namespace pz::rules
