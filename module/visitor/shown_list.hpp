// Shown lists: what a placement showed, as one event view_item_list. Its parameters:
//
//   list         the placement's name
//   recommender  that filled it; absent: a listing, whose items are the shop's choice
//   rules        the version of the rules in force; absent: none
//   items, items2, items3, items4
//                ids in the order shown, parted by commas; nothing between two: a tile of an item
//                that the catalog does not have. The parts of one list, of 200 bytes at most
//   places       of a listing: where the shop had put the first tiles, from 1, parted by commas.
//                Those behind stand in the shop's order on the places that are left, so that "1"
//                is a listing as the shop made it. Absent: nobody knows
//   for, category, query
//                what the placement was about: the item, the product type, the search; absent: none,
//                or no room for it
//
// Thread rules: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "visitor/event.hpp"

namespace pz::visitor {

inline constexpr std::size_t kMaxShownTiles = 64;        // of one list; those behind are left out
inline constexpr std::uint32_t kMaxShownPlace = 0xffff;  // from 0

struct ShownList {
    std::string_view name, recommender;   // may be empty
    std::vector<std::string_view> items;  // in the order shown; empty: not in the catalog
    // The shop's place of each item, from 0, each once; empty: not known.
    std::vector<std::uint32_t> places;
    std::string_view rules;                       // may be empty
    std::string_view page_item, category, query;  // may be empty
};

// Valid, whatever the list; as many items as it has room for. An id with a comma is left out as if
// the catalog did not have it. Without any item the event has no parameter `items`.
Event list_event(const ShownList& list, std::int64_t time);
// The other way, of any event; views into it. Places that cannot be are not known.
ShownList read_list(const Event& event);
// It says which items were shown: it belongs into the stream alone.
bool is_shown_list(const Event& event);

}  // namespace pz::visitor
