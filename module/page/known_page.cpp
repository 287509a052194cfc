#include "page/known_page.hpp"

#include <utility>

namespace pz::page {

KnownPage::KnownPage(const Plan& plan, std::unique_ptr<char[]> bytes, std::size_t size)
    : bytes_(std::move(bytes)), size_(size) {
    rewrite::Rewriter rewriter(plan.patterns, *this, plan.limits);
    rewriter.write(this->bytes());
    rewriter.end();
    counters_ = rewriter.counters();
    elements_.shrink_to_fit();
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

std::size_t KnownPage::memory() const {
    std::size_t total = sizeof(*this) + size_ + elements_.capacity() * sizeof(rewrite::Element);
    for (const Parts& parts : parts_) {
        total += sizeof(parts) + parts.tiles.capacity() * sizeof(rewrite::Tile) +
                 parts.marks.capacity() * sizeof(rewrite::Mark) + parts.texts.capacity();
    }
    return total;
}

}  // namespace pz::page
