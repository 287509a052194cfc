// TileMarks: what in a tile's markup says where the tile stands, and not what it shows. When a tile
// moves, its marks become those of the place that it moves to.
//
// Two kinds: words of the `class` of the tile's own start tag ("first", "last", ...), and
// attributes whose value counts places ("data-position", ...). A word takes the place of the word
// it replaces; a word more or less stands where it stood in the other tile. An attribute on the
// start tag of either tile is replaced, added or removed there; one inside the tiles (of each the
// first) is replaced when both have it, for what only one of them has is not about places. Of an
// attribute that a tag has twice, the first counts, as in browsers. A tile whose start tag has
// kMaxAttributes or more, or one whose name begins with "=", keeps its marks, and gives none. All
// other bytes of the tile stay.
//
// Thread rules: functions of their arguments.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pz::rewrite {

struct Element;

struct MarkNames {
    std::vector<std::string> classes = {"first", "last", "odd", "even"};
    // Lower case; at most kMaxMarks.
    std::vector<std::string> attributes = {"data-position", "data-index", "data-item-position",
                                           "aria-posinset"};
};

inline constexpr std::size_t kMaxMarks = 32;

// A start tag inside a tile, the first there that has the attribute.
struct Mark {
    std::size_t tile;
    std::size_t attribute;  // index into MarkNames::attributes
    std::size_t begin;      // of the tag, in the listing's `outer`
    std::size_t end;
};

// Replacements of ranges of a listing's `outer`, in its order, none overlapping another.
class Edits {
  public:
    struct Edit {
        std::size_t begin, end;
        std::size_t text_begin, text_end;
    };

    void clear();
    // The new text is what `write(text)` appends.
    template <class Write>
    void replace(std::size_t begin, std::size_t end, const Write& write) {
        const std::size_t from = texts_.size();
        write(texts_);
        edits_.push_back({begin, end, from, texts_.size()});
    }
    void sort();

    std::span<const Edit> edits() const { return edits_; }
    std::string_view text(const Edit& edit) const {
        return std::string_view(texts_).substr(edit.text_begin, edit.text_end - edit.text_begin);
    }

  private:
    std::vector<Edit> edits_;
    std::string texts_;
};

// Whether the tile's start tag may have to change when it moves, or another to its place. Where it
// is asked once for a tile that moves often, mark_moved() is told by Tile::plain.
bool has_marks(const Element& listing, const MarkNames& names, std::size_t tile);

// What to edit in tile `moved` of the listing when it stands on the place of tile `here`. Both are
// indices of listing.tiles. `edits` is cleared first.
void mark_moved(const Element& listing, const MarkNames& names, std::size_t moved, std::size_t here,
                Edits& edits);

}  // namespace pz::rewrite
