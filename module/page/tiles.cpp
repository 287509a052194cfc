#include "page/tiles.hpp"

#include "page/resolver.hpp"

namespace pz::page {

void TileRenderer::begin(const Visitor& visitor) {
    visitor_ = &visitor;
}

std::string_view TileRenderer::label_of(const recommend::Candidate& item) const {
    return visitor_->rules != nullptr ? visitor_->rules->label(item.label) : std::string_view();
}

// The worker may have gone on to another snapshot since the page began.
ReadyTiles& TileRenderer::tiles() {
    const store::Snapshot& snapshot = *visitor_->snapshot;
    if (visitor_->ready != nullptr && visitor_->ready->snapshot() == &snapshot) {
        return *visitor_->ready;
    }
    if (!own_) {
        own_.emplace(0);
        own_->begin(snapshot);
    }
    return *own_;
}

void TileRenderer::render(const rewrite::Template& tile, std::string_view placement,
                          std::string_view recommender, std::span<const recommend::Candidate> items,
                          Emitter& emitter) {
    const store::Snapshot& snapshot = *visitor_->snapshot;
    ReadyTiles& tiles = this->tiles();
    ReadyTiles::Kind& kind = tiles.kind(tile, *visitor_->locale, visitor_->charset);
    places_.clear();
    for (const recommend::Candidate& item : items) {
        places_.push_back({placement, recommender, label_of(item), item, places_.size() + 1,
                           snapshot.live(item.item)});
    }
    tiles.expect(kind, places_, visitor_->coded_tiles);
    for (const TilePlace& place : places_) {
        emitter.emit_tile(tiles.get(kind, place, *visitor_->profile, visitor_->coded_tiles));
    }
}

}  // namespace pz::page
