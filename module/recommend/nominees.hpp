// Nominees: items that rules brought into a widget, behind those of its recommenders.
//
// They get into it in four ways: a pinned one has a place of its own; a boosted one competes with the
// recommenders' by score; what rules took out is filled up with what they leave in; and where a rule
// lets only some items in, these fill the whole widget. Otherwise a widget is no longer than its
// recommenders make it, and one for which they named nothing shows what is pinned or nothing.
// Thread rules: those of the Scratch.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "recommend/recommender.hpp"
#include "rules/rules.hpp"

namespace pz::recommend {

inline constexpr std::string_view kByRules = "rules";  // in the place of a recommender's name
inline constexpr std::size_t kMostNominees = 64;
inline constexpr std::size_t kMostOfRule = 32;

// Appends them to the candidates, best first; signed by the rule.
void append_nominees(const Query& query, std::span<const rules::Nomination> nominations,
                     Scratch::State& state);

// After the rules: takes those out that are there for a pin that another item got. How many places
// the candidates from `begin` on leave to those without a pin: `limit` or fewer.
std::size_t settle_nominees(const Query& query, std::span<const rules::Nomination> nominations,
                            std::size_t begin, std::size_t end, std::size_t limit,
                            Scratch::State& state);

}  // namespace pz::recommend
