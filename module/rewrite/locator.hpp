// ItemLocator: how to know which item a tile shows. Compiled at configuration time.
//
// Written as
//   data-sku            the value of that attribute
//   class:post-{id}     what stands for {id} in a class; the rest of the class is as written
//   href:/p/{id}.html   what stands for {id} in another attribute's value, anywhere in it
//   field:product_id    the value of the tile's first <input> or <button> of that name
//   href                the tile's first link that leads anywhere, to be looked up in the catalog
//
// Looked at are the tile's own start tag and then the start tags in it, in page order; the first
// that has an answer wins. In a pattern {id} stands for at least one byte, none of them white
// space, quotes or / ? # & = < >; with nothing written behind it, it goes on to the first of these.
// Of places that fit, the first counts. Values are compared after character references are decoded.
//
// Thread rules: immutable after parse(); share freely.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rewrite/attributes.hpp"
#include "rewrite/tags.hpp"
#include "store/status.hpp"

namespace pz::rewrite {

struct ItemLocator {
    enum class By : std::uint8_t { attribute, pattern, field, href };

    By by = By::attribute;
    std::string name = "data-item-id";  // of the attribute (lower case) or of the field
    std::string before, behind;         // a pattern's text around {id}

    // The error says what to write, without a directive's name.
    static Result<ItemLocator> parse(std::string_view text);

    // Appends the key that this start tag gives and says true, or false. `foreign`: the tag is in
    // svg or math.
    bool find(TagId tag, bool foreign, TagAttributes& attributes, std::string& key) const;
};

inline constexpr std::size_t kMaxItemKey = 2048;  // a longer one names no item

}  // namespace pz::rewrite
