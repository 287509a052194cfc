// Shop: the little shop of the tests: 20 items, their store, and pages that an origin would send.
//
//   P01 .. P12  Clothing > Shirts   P13 .. P17  Shoes   P18 .. P20  Bags
//   odd numbers: brand Acme, red, S; even numbers: brand Zenith, blue, M
// P01 is the most popular one, then P02, ...; P20 is out of stock. P05's title is not safe as HTML.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pz::test {

inline constexpr std::size_t kItems = 20;

std::string item_id(std::size_t number);  // "P07"

// A snapshot file. With `newcomer` that item is one more, the most popular one.
void write_store(const std::string& path, std::uint64_t generation = 1,
                 const std::string& newcomer = {});

// A visitor's event "now", in text form.
std::string event(std::string_view name, std::string_view item, std::int64_t seconds_ago = 0);

// Tile templates that the pages' tiles are made like.
inline constexpr std::string_view kTile =
    "<a class=\"t\" data-id=\"{{id}}\" href=\"{{link}}\">{{title}}</a>";

// A page with two widgets, <div id="w1"> and <div id="w2">, whose own content names OWN1 and OWN2.
std::string home_page();
// <ul id="list"> with 12 tiles, <li class="tile" data-item-id="P01">..., P01 first.
std::string listing_page();
// The same with <div class="tile"><a href="/product/p01">.
std::string href_listing_page();
std::string product_page(std::string_view id);
// What answers an add-to-cart request: <div id="cross"> with content of its own.
std::string cart_fragment();
// `size` bytes of filler, then both widgets, then as much again.
std::string large_page(std::size_t size);

// The values of data-id="..." within the element <div id="<id>">, in order.
std::vector<std::string> tiles_of(std::string_view page, std::string_view id);
// The values of data-item-id="...", in order.
std::vector<std::string> listed(std::string_view page);
// The page with the contents of w1 and w2 taken out.
std::string without_widgets(std::string_view page);
// What stands in <div id="<id>">.
std::string inner_of(std::string_view page, std::string_view id);

}  // namespace pz::test
