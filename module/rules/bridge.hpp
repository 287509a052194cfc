// Bridge: what the trusted Lua driver may ask of C++ while a rule runs, through LuaJIT's FFI.
//
// Every function is safe for every argument that Lua can pass; none raises a Lua error, none
// throws. Lua sees the Api and the Frame as C structs: their layouts are written again in
// driver.cpp. Thread rules: one Bridge per RuleSet. Lifetime: bind() borrows the context until
// release().
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/budget.hpp"
#include "rules/rules.hpp"
#include "rules/schedule.hpp"

namespace pz::rules {

// A rule file can read these of an item beside the catalog's columns. Numbers, then flags.
enum class LiveField : std::uint8_t {
    price,          // in units of the currency; 0: unknown
    sale_price,     // 0: no sale
    current_price,  // what the visitor pays
    stock,          // infinite when the shop does not say
    age_days,       // since the item was first seen; infinite when unknown
    popularity,
    margin,  // the share of the current price that is left; not a number when unknown
    available,
    on_sale,
    count
};

// The columns that say what an item brings in.
struct MarginColumns {
    store::FieldId margin = store::kNoField;  // "0.35": goes first
    store::FieldId cost = store::kNoField;    // cost_of_goods_sold, as in the Merchant feed
};
MarginColumns margin_columns(const store::Snapshot& snapshot);

// Shared with the driver; the arrays have one entry per candidate.
struct Frame {
    std::int32_t fuel = 0;                        // checks left until the clock is looked at
    store::ItemIndex item = store::kNoItem;       // the candidate that Lua's `item` is now
    store::ItemIndex page_item = store::kNoItem;  // what Lua's `page.item` is
    const store::ItemIndex* items = nullptr;
    std::uint8_t* marks = nullptr;  // 1: selected
    double* amounts = nullptr;      // factor for the score
    std::uint32_t place = 0;        // of Lua's `item` in `items`
};

struct Bridge {
    Frame frame;
    const Context* context = nullptr;
    const visitor::Profile* visitor = nullptr;  // empty without consent
    Zones zones;
    std::int32_t zone = 0;  // the file's own
    LocalTime time;
    std::int64_t time_of = -1;  // whose `time` and `date` these are, unix seconds
    MarginColumns margin;
    std::span<const std::string_view> recommenders;  // known names; empty: any will do
    Budget budget;
    bool over_memory = false;           // set by the allocator; the next check stops the rule
    std::vector<std::string> segments;  // found so far by segments()
    std::string date;                   // "YYYY-MM-DD"
    std::string nearest;                // for an error message
    // Columns that were asked for and that the catalog lacks, each once; at most kMaxUnknown.
    std::vector<std::string> unknown_columns;
    static constexpr std::size_t kMaxUnknown = 32;

    // The candidates' fields as they were when the first of them was asked for, so that all rules of
    // a placement see the same.
    std::vector<store::LiveFields> rows;
    std::size_t row_count = 0;  // of this call
    bool rows_known = false;
    const store::LiveFields& row(std::size_t place) {
        if (!rows_known) {
            read_rows();
        }
        return rows[place];
    }

    std::span<store::LiveFields> all_rows() {
        if (!rows_known) {
            read_rows();
        }
        return std::span(rows).first(row_count);
    }

    void bind(const Context& bound);
    void release();
    void read_rows();
    // The fuel check: true when the rule must stop. Looks at the clock when the fuel is used up.
    bool spend(std::int32_t units);
};

double live_value(const Context& context, const MarginColumns& columns, store::ItemIndex item,
                  const store::LiveFields& live, LiveField field);
inline double live_value(const Context& context, const MarginColumns& columns,
                         store::ItemIndex item, LiveField field) {
    return live_value(context, columns, item, context.snapshot->live(item), field);
}
// The number that a text begins with ("19.90 EUR"); not a number when there is none.
double leading_number(std::string_view text);

// What the driver gets, as one table of C function pointers.
struct Api {
    std::int32_t (*value)(Bridge*, std::uint32_t item, std::uint32_t field);
    std::int32_t (*text)(Bridge*, std::int32_t value, const char** out);
    std::uint32_t (*field)(Bridge*, const char* name, std::size_t length);
    std::uint32_t (*find)(Bridge*, const char* id, std::size_t length);
    double (*live)(Bridge*, std::uint32_t item, std::uint32_t field);
    double (*share)(Bridge*, std::uint32_t field, const char* value, std::size_t length);
    bool (*relation)(Bridge*, std::uint32_t relation, std::uint32_t item);
    double (*fact)(Bridge*, std::uint32_t fact);
    std::int32_t (*named)(Bridge*, std::uint32_t what, const char* name, std::size_t length,
                          const char** out);
    bool (*in_segment)(Bridge*, const char* name, std::size_t length);
    bool (*spend)(Bridge*, std::int32_t units);
    // `what`: 0 how many of these events within the last days, 1 days since the last one (-1:
    // never), 2 which share of the session's items has the value. kNoItem, kNoField: any.
    double (*history)(Bridge*, std::uint32_t what, std::uint32_t event, std::uint32_t item,
                      std::uint32_t field, const char* value, std::size_t length, double days);
    // Its number; below 0: -1 - length of the nearest name.
    std::int32_t (*zone)(Bridge*, const char* name, std::size_t length, bool for_all,
                         const char** out);
};

const Api& api();

}  // namespace pz::rules
