// for_you's ranking, for whoever also wants to see again what the visitor knows.
#pragma once

#include <cstdint>
#include <vector>

#include "recommend/recommender.hpp"

namespace pz::recommend {

// What the visitor has looked at or bought: a widget is for finding things and leaves it to
// "recent"; a prediction of the next click ranks it among the others.
enum class Known : std::uint8_t { left_out, ranked };

// Appends to `out`, best first, each item once; as a Recommend function does.
void rank_for_you(const Query& query, Known known, Scratch& scratch, std::vector<Candidate>& out);

}  // namespace pz::recommend
