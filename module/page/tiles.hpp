// TileRenderer: a widget's items as HTML, one page's. Internal to the room.
//
// Tiles come from those that the worker has ready, if they are of the page's snapshot; otherwise
// each is made. Thread rules: one thread. Lifetime: as decide() of page.hpp asks.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "page/ready_tiles.hpp"

namespace pz::page {

struct Visitor;
class Emitter;

class TileRenderer {
  public:
    // `places`: memory for its work.
    explicit TileRenderer(std::vector<TilePlace>& places) : places_(places) {}
    // `visitor` lives as long as the renderer.
    void begin(const Visitor& visitor);
    // A tile for each item, which are of the rules' last placement. The template fits the charset.
    void render(const rewrite::Template& tile, std::string_view placement,
                std::string_view recommender, std::span<const recommend::Candidate> items,
                Emitter& emitter);

  private:
    ReadyTiles& tiles();
    std::string_view label_of(const recommend::Candidate& item) const;

    const Visitor* visitor_ = nullptr;
    std::vector<TilePlace>& places_;
    std::optional<ReadyTiles> own_;
};

}  // namespace pz::page
