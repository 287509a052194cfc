// Effect: what a rule does to the candidates that it selected. Nothing is changed before everything
// about the rule is known, so a rule that fails has nothing to undo.
// Thread rules: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "rules/candidate.hpp"
#include "rules/definition.hpp"
#include "rules/marks.hpp"
#include "store/snapshot.hpp"

namespace pz::rules {

// Notes in the candidate that the rule of this number changed it.
void sign(Candidate& candidate, std::size_t number);

// `marks`: whom it is done to; all are visible. `amounts`: the factor of each; empty: the rule's own.
void commit(const Rule& rule, std::size_t number, const Marks& marks,
            std::span<const double> amounts, std::span<Candidate> candidates);

// Verb::variant: of an item group's visible candidates, the best that is selected and the best of
// all change scores.
void prefer_variants(const store::Snapshot& snapshot, std::size_t number, const Marks& marks,
                     std::span<Candidate> candidates);

}  // namespace pz::rules
