// ListingData: a listing that a page has once more, as an array in a script, for the program that
// takes the page over in the browser.
//
// The script is a JSON document, or an assignment of one: "window.state = {...};" or "var state =
// {...};", with anything behind the semicolon. A script in which "<!--" stands is left alone: what
// is a comment's begin there depends on the order of the bytes. Bytes are moved, never made.
//
// The array goes with the listing only if both show the same items of the catalog, each as often.
// Then the place of each item in the array takes the item that the listing shows in its place;
// elements of other items stay, and so does everything between elements.
//
// Thread rules: one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "rewrite/json_finder.hpp"
#include "store/item.hpp"

namespace pz::page {

// The one array in `script`, the text between the tags; offsets in it. Nothing when there is none,
// when there are several, or when the script is something else.
std::optional<rewrite::JsonArray> find_listing_data(std::string_view script,
                                                    const rewrite::JsonPattern& pattern,
                                                    const rewrite::Limits& limits);

// For each element the one to stand there: `tiles` are the listing's items as the page has them,
// tiles[order[i]] is shown at place i, and `elements` are the array's items. Empty when listing and
// array do not go together.
std::vector<std::uint32_t> order_listing_data(std::span<const store::ItemIndex> tiles,
                                              std::span<const std::uint32_t> order,
                                              std::span<const store::ItemIndex> elements);

}  // namespace pz::page
