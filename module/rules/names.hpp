// Names: what the functions of a rule file ask item, visitor and page for, and none of them has.
//
// The source is read, not run, so that a branch which no trial enters is read, too. Only what goes by
// these three names is looked at, and nothing that the file calls so itself (`local item`).
// Thread rules: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/definition.hpp"
#include "rules/lint.hpp"
#include "store/snapshot.hpp"

namespace pz::rules {

// Warnings with the line of the name and the rule that begins last before it (empty: none does), each
// once a line. `source`: a file that loads; `snapshot` may be null:
// then nothing is said of items.
std::vector<Finding> unknown_names(std::string_view source, const Definitions& definitions,
                                   const store::Snapshot* snapshot);

// "item.brnad: the catalog has no such column; did you mean 'brand'?"
std::string no_column(const store::Snapshot& snapshot, const std::string& name);

}  // namespace pz::rules
