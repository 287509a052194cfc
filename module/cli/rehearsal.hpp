// Rehearsal: the same decisions with the old rules and the new ones, and what differs.
// Thread rules: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/decisions.hpp"
#include "recommend/recommender.hpp"
#include "rules/rules.hpp"
#include "store/snapshot.hpp"

namespace pz::cli {

// A sum with the old rules and with the new ones.
struct BeforeAfter {
    double before = 0;
    double after = 0;
};

struct ItemShift {
    unsigned shown_before = 0;
    unsigned shown_after = 0;
    // Places up, over all decisions; an item that is not shown counts as one behind the last.
    long places = 0;
};

// Of one placement.
struct Shift {
    unsigned decisions = 0;
    unsigned changed = 0;
    std::map<store::ItemIndex, ItemShift> items;
    // Attention by the value of a column: place k gets 1 / log2(k + 1).
    std::map<std::string, BeforeAfter> exposure;
    BeforeAfter attention;            // in all
    BeforeAfter price, priced;        // weighed sum; attention on items with a price
    BeforeAfter margin, with_margin;  // the same, where the cost is known
};

struct RuleShift {
    std::string name;
    std::uint64_t uses = 0;  // placements in which it found something to do
};

struct Rehearsal {
    std::map<std::string, Shift> placements;   // by name
    std::size_t pages = 0, pages_changed = 0;  // visitors' pages: decisions of one moment
    std::size_t skipped = 0;                   // unknown recommender, or nothing to show
    std::vector<RuleShift> rules;              // of the new file
    unsigned failed_before = 0, failed_after = 0;
    std::string error;   // the first of the new rules
    std::string column;  // of the exposure
};

struct RehearsalOptions {
    std::int64_t at = 0;  // unix seconds; 0: each at its own time
    std::string column;   // of the exposure; empty: brand, or product_type without brands
    std::size_t top = 6;  // of listings
    std::vector<std::pair<std::string_view, std::string_view>> variables;  // page.var
};

// `before` may be null: no rules.
Rehearsal rehearse(const store::Snapshot& snapshot, rules::RuleSet* before, rules::RuleSet& after,
                   const Decisions& decisions, const RehearsalOptions& options);

// For people. `show`: so many items, and values of the column, of each kind.
std::string report(const store::Snapshot& snapshot, const Rehearsal& rehearsal, std::size_t show);

}  // namespace pz::cli
