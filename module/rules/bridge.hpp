// Bridge: what the trusted Lua driver may ask of C++ while a rule runs, through LuaJIT's FFI.
//
// Every function is safe for every argument that Lua can pass; none raises a Lua error, none
// throws: one that finds no memory stops the rule. Lua sees the Api and the Frame as C structs: their layouts are written again in
// access.lua. Thread rules: one Bridge per RuleSet. Lifetime: bind() borrows the context until
// release().
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/budget.hpp"
#include "rules/fields.hpp"
#include "rules/labels.hpp"
#include "rules/relations.hpp"
#include "rules/rules.hpp"
#include "rules/schedule.hpp"

namespace pz::rules {

// So many columns reach Lua as arrays; further ones are asked for item by item.
inline constexpr std::size_t kTextSlots = 64;

// Shared with the driver; the arrays have one entry per candidate, and one more for no item.
struct Frame {
    std::int32_t fuel = 0;                        // checks left until the clock is looked at; small
    std::int32_t place = 0;                       // of Lua's `item` among the candidates
    store::ItemIndex page_item = store::kNoItem;  // what Lua's `page.item` is
    const store::ItemIndex* items = nullptr;
    const std::int32_t* places = nullptr;  // of the candidates that a function is asked about
    std::uint8_t* answers = nullptr;       // 0: it is not meant
    double* amounts = nullptr;             // factor for the score
    // Null until they are asked for: by LiveField; by the driver's own number for a column.
    const double* numbers[kLiveFields] = {};
    const store::ValueId* texts[kTextSlots] = {};
    const std::uint8_t* relations[kRelations] = {};  // by Relation
    std::int32_t asked_place = 0;  // 1: something was asked that differs by placement
};

struct Bridge {
    Frame frame;
    const Context* context = nullptr;
    const visitor::Profile* visitor = nullptr;  // empty without consent
    Zones zones;
    std::int32_t zone = 0;  // the file's own
    LocalTime time;
    std::int64_t time_of = -1;  // whose `time` and `date` these are, unix seconds
    MarginColumns margin;       // of the context's snapshot
    Columns columns;            // of this call's candidates
    Relations relations;
    Labels labels;                                   // of this call's candidates
    std::span<const std::string_view> recommenders;  // known names; empty: any will do
    Budget budget;
    bool over_memory = false;           // set by the allocator; the next check stops the rule
    bool out_of_time = false;           // the last check stopped the rule for that
    std::vector<std::string> segments;  // found so far by segments()
    std::string date;                   // "YYYY-MM-DD"
    std::string nearest;                // for an error message
    // Columns that were asked for and that the catalog lacks, each once; at most kMaxUnknown.
    std::vector<std::string> unknown_columns;
    static constexpr std::size_t kMaxUnknown = 32;

    // `items`: the candidates', then kNoItem.
    void bind(const Context& bound, std::span<const store::ItemIndex> items);
    void release();  // then no Lua runs until the next bind()
    // The fuel check: true when the rule must stop. Looks at the clock when the fuel is used up.
    bool spend(std::int32_t units);
};

// What the driver gets, as one table of C function pointers.
struct Api {
    // Fill in the frame's array and return it; null when there was no memory for it.
    const double* (*numbers)(Bridge*, std::uint32_t field) noexcept;
    const store::ValueId* (*texts)(Bridge*, std::uint32_t slot, const char* name,
                                   std::size_t length) noexcept;
    std::int32_t (*value)(Bridge*, std::uint32_t item, std::uint32_t field) noexcept;
    std::int32_t (*text)(Bridge*, std::int32_t value, const char** out) noexcept;
    std::uint32_t (*field)(Bridge*, const char* name, std::size_t length) noexcept;
    std::uint32_t (*find)(Bridge*, const char* id, std::size_t length) noexcept;
    double (*live)(Bridge*, std::uint32_t item, std::uint32_t field) noexcept;
    double (*share)(Bridge*, std::uint32_t field, const char* value, std::size_t length) noexcept;
    bool (*relation)(Bridge*, std::uint32_t relation, std::uint32_t item) noexcept;
    const std::uint8_t* (*relations)(Bridge*, std::uint32_t relation) noexcept;
    double (*fact)(Bridge*, std::uint32_t fact) noexcept;
    std::int32_t (*named)(Bridge*, std::uint32_t what, const char* name, std::size_t length,
                          const char** out) noexcept;
    bool (*in_segment)(Bridge*, const char* name, std::size_t length) noexcept;
    bool (*spend)(Bridge*, std::int32_t units) noexcept;
    // `what`: 0 how many of these events within the last days, 1 days since the last one (-1:
    // never), 2 which share of the session's items has the value. kNoItem, kNoField: any.
    double (*history)(Bridge*, std::uint32_t what, std::uint32_t event, std::uint32_t item,
                      std::uint32_t field, const char* value, std::size_t length,
                      double days) noexcept;
    // The number of a label; 0: there are too many; -1: none can be like this.
    std::int32_t (*label)(Bridge*, const char* text, std::size_t length) noexcept;
    // Its number; below 0: -1 - length of the nearest name.
    std::int32_t (*zone)(Bridge*, const char* name, std::size_t length, bool for_all,
                         const char** out) noexcept;
};

const Api& api();

}  // namespace pz::rules
