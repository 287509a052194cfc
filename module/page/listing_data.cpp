#include "page/listing_data.hpp"

#include <algorithm>
#include <utility>

#include "rewrite/characters.hpp"

namespace pz::page {

namespace {

using rewrite::byte_is;
namespace byte_class = rewrite::byte_class;

bool is_name_char(char c) {
    return byte_is(c, byte_class::kAlpha) || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           c == '.';
}

std::size_t skip_space(std::string_view text, std::size_t at) {
    while (at < text.size() && byte_is(text[at], byte_class::kSpace)) {
        ++at;
    }
    return at;
}

std::size_t skip_name(std::string_view text, std::size_t at) {
    while (at < text.size() && is_name_char(text[at])) {
        ++at;
    }
    return at;
}

// Behind "window.x =", "var x =", "let x =", "const x =" or "x ="; else 0.
std::size_t assignment_size(std::string_view text) {
    const std::size_t begin = skip_space(text, 0);
    std::size_t end = skip_name(text, begin);
    const std::string_view word = text.substr(begin, end - begin);
    if (word == "var" || word == "let" || word == "const") {
        const std::size_t name = skip_space(text, end);
        end = name > end ? skip_name(text, name) : end;
        if (end == name) {
            return 0;
        }
    }
    const std::size_t equals = skip_space(text, end);
    const bool assigns = end > begin && equals < text.size() && text[equals] == '=';
    return assigns ? equals + 1 : 0;
}

// The items of the catalog with their places, by item.
using Places = std::vector<std::pair<store::ItemIndex, std::uint32_t>>;

Places places_of(std::span<const store::ItemIndex> items) {
    Places places;
    for (std::uint32_t i = 0; i < items.size(); i++) {
        if (items[i] != store::kNoItem) {
            places.emplace_back(items[i], i);
        }
    }
    std::sort(places.begin(), places.end());
    return places;
}

bool same_items(const Places& left, const Places& right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](const auto& a, const auto& b) { return a.first == b.first; });
}

}  // namespace

std::optional<rewrite::JsonArray> find_listing_data(std::string_view script,
                                                    const rewrite::JsonPattern& pattern,
                                                    const rewrite::Limits& limits) {
    if (script.find("<!--") != std::string_view::npos) {
        return {};
    }
    const std::size_t skipped = assignment_size(script);
    std::string_view text = script.substr(skipped);
    rewrite::JsonArrays found = rewrite::find_arrays(text, pattern, limits);
    using Outcome = rewrite::JsonArrays::Outcome;
    if (skipped > 0 && found.outcome == Outcome::invalid && found.position < text.size() &&
        text[static_cast<std::size_t>(found.position)] == ';') {
        text = text.substr(0, static_cast<std::size_t>(found.position));
        found = rewrite::find_arrays(text, pattern, limits);
    }
    if (found.outcome != Outcome::found || found.arrays.size() != 1) {
        return {};
    }
    rewrite::JsonArray array = std::move(found.arrays.front());
    for (rewrite::JsonArray::Element& element : array.elements) {
        element.begin += skipped;
        element.end += skipped;
    }
    array.begin += skipped;
    array.end += skipped;
    return array;
}

std::vector<std::uint32_t> order_listing_data(std::span<const store::ItemIndex> tiles,
                                              std::span<const std::uint32_t> order,
                                              std::span<const store::ItemIndex> elements) {
    const Places of_tiles = places_of(tiles);
    const Places of_elements = places_of(elements);
    if (!same_items(of_tiles, of_elements)) {
        return {};
    }
    // The k-th tile of an item goes with its k-th element.
    std::vector<std::uint32_t> element_of(tiles.size(), 0);
    for (std::size_t i = 0; i < of_tiles.size(); i++) {
        element_of[of_tiles[i].second] = of_elements[i].second;
    }
    std::vector<std::uint32_t> result(elements.size());
    for (std::uint32_t i = 0; i < result.size(); i++) {
        result[i] = i;
    }
    for (std::size_t place = 0; place < order.size(); place++) {
        if (order[place] != place) {
            result[element_of[place]] = element_of[order[place]];
        }
    }
    return result;
}

}  // namespace pz::page
