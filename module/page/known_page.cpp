#include "page/known_page.hpp"

#include <algorithm>
#include <utility>

namespace pz::page {

KnownPage::KnownPage(const Plan& plan, std::unique_ptr<char[]> bytes, std::size_t size,
                     bool deflate)
    : bytes_(std::move(bytes)), size_(size) {
    rewrite::Rewriter rewriter(plan.patterns, *this, plan.limits);
    rewriter.write(this->bytes());
    rewriter.end();
    counters_ = rewriter.counters();
    elements_.shrink_to_fit();
    find_plain_tiles(plan);
    if (deflate) {
        this->deflate(plan);
    }
}

void KnownPage::find_plain_tiles(const Plan& plan) {
    for (std::size_t i = 0; i < elements_.size(); i++) {
        const rewrite::MarkNames& names = plan.patterns[elements_[i].pattern].marks;
        for (std::size_t tile = 0; tile < parts_[i].tiles.size(); tile++) {
            parts_[i].tiles[tile].plain = !rewrite::has_marks(elements_[i], names, tile);
        }
    }
}

// Elements and their parts are in the same order; few have tiles.
KnownPage::Located* KnownPage::located(const rewrite::Element& element) const {
    const auto found = std::find_if(parts_.begin(), parts_.end(), [&element](const Parts& parts) {
        return !parts.tiles.empty() && parts.tiles.data() == element.tiles.data();
    });
    return found != parts_.end() ? &found->located : nullptr;
}

// A widget's tags go with what surrounds it, and its own content is a piece. A listing is one piece
// where it stays, and each tile another, for where they move. What may leave before anything is
// known of the visitor is a piece of its own.
void KnownPage::deflate(const Plan& plan) {
    deflated_ = true;
    std::size_t begin = elements_.empty() ? 0 : static_cast<std::size_t>(elements_.front().offset);
    add_piece(0, begin);
    for (const rewrite::Element& each : elements_) {
        const auto at = static_cast<std::size_t>(each.offset);
        if (plan.placements[each.pattern].listing) {
            begin = add_listing(each, begin);
        } else {
            add_piece(begin, at + each.inner_begin);
            add_piece(at + each.inner_begin, at + each.inner_end);
            begin = at + each.inner_end;
        }
    }
    add_piece(begin, size_);
    std::stable_sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) {
        return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
    });
    pieces_.shrink_to_fit();
}

// Returns where the next piece begins.
std::size_t KnownPage::add_listing(const rewrite::Element& listing, std::size_t begin) {
    if (listing.tiles.empty()) {
        return begin;
    }
    const auto at = static_cast<std::size_t>(listing.offset);
    add_piece(begin, at + listing.tiles.front().begin);
    add_piece(at + listing.tiles.front().begin, at + listing.tiles.back().end);
    for (const rewrite::Tile& tile : listing.tiles) {
        add_piece(at + tile.begin, at + tile.end);
    }
    return at + listing.tiles.back().end;
}

void KnownPage::add_piece(std::size_t begin, std::size_t end) {
    if (begin < end) {
        pieces_.push_back({begin, end, deflate_piece(bytes().substr(begin, end - begin))});
    }
}

const DeflatedPiece* KnownPage::piece(std::size_t begin, std::size_t end) const {
    auto at =
        std::lower_bound(pieces_.begin(), pieces_.end(), begin,
                         [](const Piece& piece, std::size_t place) { return piece.begin < place; });
    while (at != pieces_.end() && at->begin == begin && at->end > end) {
        ++at;
    }
    return at != pieces_.end() && at->begin == begin ? &at->deflated : nullptr;
}

void KnownPage::element(const rewrite::Element& element) {
    Parts& parts = parts_.emplace_back();
    std::size_t size = element.base.size();
    for (const rewrite::Tile& tile : element.tiles) {
        size += tile.key.size();
    }
    parts.texts.reserve(size);  // so that it never moves
    const auto keep = [&parts](std::string_view text) {
        const std::size_t begin = parts.texts.size();
        parts.texts.append(text);
        return std::string_view(parts.texts).substr(begin);
    };
    parts.tiles.assign(element.tiles.begin(), element.tiles.end());
    for (rewrite::Tile& tile : parts.tiles) {
        tile.key = keep(tile.key);
    }
    parts.marks.assign(element.marks.begin(), element.marks.end());
    rewrite::Element kept = element;
    kept.tiles = parts.tiles;
    kept.marks = parts.marks;
    kept.base = keep(element.base);
    elements_.push_back(kept);
}

std::size_t KnownPage::next_piece(std::size_t begin, std::size_t end) const {
    const auto next =
        std::upper_bound(pieces_.begin(), pieces_.end(), begin,
                         [](std::size_t place, const Piece& piece) { return place < piece.begin; });
    return next != pieces_.end() ? std::min(next->begin, end) : end;
}

std::size_t KnownPage::memory() const {
    std::size_t total = sizeof(*this) + size_ + elements_.capacity() * sizeof(rewrite::Element);
    for (const Parts& parts : parts_) {
        total += sizeof(parts) +
                 parts.tiles.capacity() * (sizeof(rewrite::Tile) + sizeof(store::ItemIndex)) +
                 parts.marks.capacity() * sizeof(rewrite::Mark) + parts.texts.capacity() +
                 (parts.tiles.empty() ? 0 : Located::kMaxAddress);
    }
    for (const Piece& piece : pieces_) {
        total += sizeof(piece) + piece.deflated.bytes.capacity();
    }
    return total;
}

}  // namespace pz::page
