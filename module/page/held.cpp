#include "page/held.hpp"

namespace pz::page {

void Held::add(std::string_view raw) {
    const std::size_t begin = bytes_.size();
    bytes_.append(raw);
    if (!pieces_.empty() && !pieces_.back().matched) {
        pieces_.back().end = bytes_.size();
    } else {
        pieces_.push_back({begin, bytes_.size(), false, 0, 0, 0, 0, 0, 0});
    }
}

void Held::add(const rewrite::Element& element) {
    const std::size_t begin = bytes_.size();
    const std::size_t first_tile = tiles_.size();
    bytes_.append(element.outer);
    for (const rewrite::Tile& tile : element.tiles) {
        const std::size_t key = keys_.size();
        keys_.append(tile.key);
        tiles_.push_back({tile.begin, tile.end, key, keys_.size()});
    }
    pieces_.push_back({begin, bytes_.size(), true, element.pattern, element.offset,
                       element.inner_begin, element.inner_end, first_tile, tiles_.size()});
}

void Held::clear() {
    *this = Held();
}

std::size_t Held::size() const {
    return bytes_.size() + keys_.size() + pieces_.size() * sizeof(Piece) +
           tiles_.size() * sizeof(Tile);
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

void Held::give(const Piece& piece,
                const std::function<void(const rewrite::Element&)>& element) const {
    std::vector<rewrite::Tile> tiles;
    tiles.reserve(piece.tiles_end - piece.tiles_begin);
    for (std::size_t i = piece.tiles_begin; i < piece.tiles_end; i++) {
        const Tile& tile = tiles_[i];
        tiles.push_back(
            {tile.begin, tile.end,
             std::string_view(keys_).substr(tile.key_begin, tile.key_end - tile.key_begin)});
    }
    element({piece.pattern, piece.offset,
             std::string_view(bytes_).substr(piece.begin, piece.end - piece.begin),
             piece.inner_begin, piece.inner_end, tiles});
}

}  // namespace pz::page
