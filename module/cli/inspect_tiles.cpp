// tiles_hint_of(): why a listing that is found has no tiles, or none that names its item.
#include <algorithm>
#include <optional>

#include "cli/inspect.hpp"
#include "rewrite/attributes.hpp"
#include "rewrite/characters.hpp"
#include "rewrite/tokenizer.hpp"

namespace pz::cli {

namespace {

using rewrite::ItemLocator;

std::string name_of(const ItemLocator& locator) {
    switch (locator.by) {
        case ItemLocator::By::href:
            return "a link that leads anywhere";
        case ItemLocator::By::field:
            return "an <input> or <button> with the name '" + locator.name + "'";
        case ItemLocator::By::pattern:
            return locator.name + "=\"..." + locator.before + "{id}" + locator.behind + "...\"";
        case ItemLocator::By::attribute:
            break;
    }
    return "the attribute '" + locator.name + "'";
}

// Whether shops keep ids in attributes of this name.
bool names_items(std::string_view attribute) {
    constexpr std::string_view kParts[] = {"id", "sku", "product", "item", "article"};
    return attribute.starts_with("data-") &&
           std::any_of(std::begin(kParts), std::end(kParts), [attribute](std::string_view part) {
               return attribute.find(part) != attribute.npos;
           });
}

// id= for the tile, from what its tags have: an attribute by its name, else its first link.
std::optional<std::string> id_in(std::string_view tile) {
    rewrite::Tokenizer tokenizer;
    tokenizer.feed(tile);
    rewrite::Tag tag;
    bool link = false;
    std::vector<rewrite::Attribute> attributes;
    while (tokenizer.next(tag)) {
        if (tag.is_end) {
            continue;
        }
        tokenizer.set_text(rewrite::text_of(tag.id), tag.id);
        const std::size_t begin = static_cast<std::size_t>(tag.begin) + 1 + tag.name.size();
        attributes.clear();
        rewrite::parse_attributes(tile.substr(begin, static_cast<std::size_t>(tag.end) - begin),
                                  attributes);
        for (const rewrite::Attribute& attribute : attributes) {
            std::string name(attribute.name);
            std::transform(name.begin(), name.end(), name.begin(), rewrite::to_lower);
            if (names_items(name) && !attribute.value.empty()) {
                return name;
            }
        }
        link = link || (tag.id == rewrite::TagId::a &&
                        rewrite::find_attribute(attributes, "href") != nullptr);
    }
    return link ? std::optional<std::string>("href") : std::nullopt;
}

}  // namespace

std::string tiles_hint_of(std::string_view page, const Found& found,
                          const rewrite::Pattern& pattern) {
    if (found.tiles.empty()) {
        return pattern.tile ? "nothing in it matches '" + pattern.tile->text + "'"
                            : "it has no child element: the tiles stand elsewhere, or a script "
                              "makes them";
    }
    const FoundTile& tile = found.tiles.front();
    const auto id = id_in(page.substr(static_cast<std::size_t>(tile.begin),
                                      static_cast<std::size_t>(tile.end - tile.begin)));
    return "no tile has " + name_of(pattern.locator) +
           (id ? "; the first one has '" + *id + "': --id " + *id : std::string());
}

std::string_view compression_of(std::string_view bytes) {
    return bytes.starts_with("\x1F\x8B")           ? "gzip"
           : bytes.starts_with("\x28\xB5\x2F\xFD") ? "zstd"
                                                   : std::string_view();
}

}  // namespace pz::cli
