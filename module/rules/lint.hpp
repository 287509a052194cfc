// Lint: what is probably wrong in a rule file that loads.
//
// Only what can be said for sure: where a rule has functions, nothing is said that these could
// change. With a snapshot the columns are looked up and every item is asked which declarative rules
// select it; without one that is left out.
// Thread rules: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rules/definition.hpp"
#include "store/snapshot.hpp"

namespace pz::rules {

struct Finding {
    bool error = false;  // a column that is not there; else a warning
    int line = 0;        // of the rule
    std::string rule;
    std::string text;  // "the catalog has no column 'brnad'; did you mean 'brand'?"
};

// `snapshot` may be null. `now`: unix seconds, for rules whose time is over. The definitions are
// resolved for the snapshot. In the order of the rules.
std::vector<Finding> lint(Definitions& definitions, const store::Snapshot* snapshot,
                          std::int64_t now);

// Only the columns that are not there: cheap, for a worker.
std::vector<Finding> missing_columns(const Definitions& definitions,
                                     const store::Snapshot& snapshot);

// "; did you mean 'brand'?", or nothing.
std::string nearest_column(const store::Snapshot& snapshot, std::string_view wanted);

}  // namespace pz::rules
