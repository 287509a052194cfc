// Exploration: some tiles of a widget go to items about which little is known, so that they can
// become known. Internal to recommend.
//
// Which tiles and which items is drawn by visitor, placement and day: a reload shows the same page.
// Each tile but the first is drawn with Request::explore. The items are from the list of unproven
// ones of the page's category, the page item's product type, or the visitor's favourite types and
// the shop; an item's chance is its uncertainty times its fit to the visitor (the keys of
// Efraimidis and Spirakis, 2006, so that a changed list changes few draws).
#pragma once

#include <cstddef>
#include <string_view>

#include "recommend/rank.hpp"
#include "recommend/scratch.hpp"

namespace pz::recommend {

// In state.excluded.
enum Exclusion : std::uint8_t { kMayShow, kNever, kCandidate };

// Fills state.explored with the places drawn, ascending, and state.exploring with the candidates
// for them, best first. Those that no recommender named are appended to state.candidates, for rules
// to see; of the others, those that the first `limit` hold already are left out.
void explore(const Request& request, std::string_view placement, std::size_t limit,
             Scratch::State& state);

// False when the item may not be shown to the visitor, whatever rules say.
bool presentable(const Query& query, store::ItemIndex item);

}  // namespace pz::recommend
