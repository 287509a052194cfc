#include "page/held.hpp"

#include <algorithm>

namespace pz::page {

void Held::add(std::string_view raw) {
    const std::size_t begin = bytes_.size();
    bytes_.append(raw);
    if (!pieces_.empty() && !pieces_.back().matched) {
        pieces_.back().end = bytes_.size();
    } else {
        pieces_.push_back({begin, bytes_.size(), false});
    }
}

void Held::add(const rewrite::Element& element) {
    const std::size_t begin = bytes_.size();
    const std::size_t first_tile = tiles_.size();
    const std::size_t first_mark = marks_.size();
    bytes_.append(element.outer);
    for (const rewrite::Tile& tile : element.tiles) {
        const std::size_t key = keys_.size();
        keys_.append(tile.key);
        tiles_.push_back({tile.begin, tile.end, tile.tag_end, key, keys_.size()});
    }
    marks_.insert(marks_.end(), element.marks.begin(), element.marks.end());
    const std::size_t base = keys_.size();
    keys_.append(element.base);
    pieces_.push_back({begin, bytes_.size(), true, element.pattern, element.offset,
                       element.inner_begin, element.inner_end, first_tile, tiles_.size(),
                       first_mark, marks_.size(), base, keys_.size()});
}

void Held::clear() {
    *this = Held();
}

std::size_t Held::size() const {
    return bytes_.size() + keys_.size() + pieces_.size() * sizeof(Piece) +
           tiles_.size() * sizeof(Tile) + marks_.size() * sizeof(rewrite::Mark);
}

void Held::for_each(const std::function<void(std::string_view)>& raw,
                    const std::function<void(const rewrite::Element&)>& element) const {
    for (const Piece& piece : pieces_) {
        if (piece.matched) {
            give(piece, element);
        } else {
            raw(std::string_view(bytes_).substr(piece.begin, piece.end - piece.begin));
        }
    }
}

void Held::find(std::size_t pattern,
                const std::function<void(const rewrite::Element&)>& element) const {
    const auto found = std::find_if(pieces_.begin(), pieces_.end(), [=](const Piece& piece) {
        return piece.matched && piece.pattern == pattern;
    });
    if (found != pieces_.end()) {
        give(*found, element);
    }
}

void Held::give(const Piece& piece,
                const std::function<void(const rewrite::Element&)>& element) const {
    const std::string_view keys = keys_;
    std::vector<rewrite::Tile> tiles;
    tiles.reserve(piece.tiles_end - piece.tiles_begin);
    for (std::size_t i = piece.tiles_begin; i < piece.tiles_end; i++) {
        const Tile& tile = tiles_[i];
        tiles.push_back({tile.begin, tile.end,
                         keys.substr(tile.key_begin, tile.key_end - tile.key_begin), tile.tag_end});
    }
    element({piece.pattern, piece.offset,
             std::string_view(bytes_).substr(piece.begin, piece.end - piece.begin),
             piece.inner_begin, piece.inner_end, tiles,
             std::span(marks_).subspan(piece.marks_begin, piece.marks_end - piece.marks_begin),
             keys.substr(piece.base_begin, piece.base_end - piece.base_begin)});
}

}  // namespace pz::page
