#include "page/tiles.hpp"

#include "page/resolver.hpp"

namespace pz::page {

void TileRenderer::begin(const Visitor& visitor) {
    visitor_ = &visitor;
}

// The worker may have gone on to another snapshot since the page began.
void TileRenderer::render(const rewrite::Template& tile, std::string_view placement,
                          std::string_view recommender, std::span<const recommend::Candidate> items,
                          Emitter& emitter) {
    const store::Snapshot& snapshot = *visitor_->snapshot;
    const bool ready = visitor_->ready != nullptr && visitor_->ready->snapshot() == &snapshot;
    if (!ready) {
        own_.begin(snapshot);
    }
    ReadyTiles& tiles = ready ? *visitor_->ready : own_;
    ReadyTiles::Kind& kind = tiles.kind(tile, *visitor_->locale, visitor_->charset);
    for (std::size_t i = 0; i < items.size(); i++) {
        const TilePlace place{placement, recommender, items[i], i + 1,
                              snapshot.live(items[i].item)};
        emitter.emit_tile(tiles.get(kind, place, *visitor_->profile, visitor_->coded_tiles));
    }
}

}  // namespace pz::page
