// TileRenderer: a widget's items as HTML. Internal to the room.
//
// The names of a template are resolved once per page, not per tile. Rendering allocates only until
// its buffers have grown. Thread rules: one thread. Lifetime: as decide() of page.hpp asks.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "recommend/rank.hpp"
#include "rewrite/template.hpp"
#include "visitor/profile.hpp"

namespace pz::page {

// What is the same for all tiles of one placement.
struct TileContext {
    std::string_view placement;
    std::string_view recommender;
};

class TileRenderer {
  public:
    void begin(const store::Snapshot& snapshot, const visitor::Profile& profile);
    // Appends a tile for each item.
    void render(const rewrite::Template& tile, const TileContext& context,
                std::span<const recommend::Candidate> items, std::string& out);

  private:
    enum class Source : std::uint8_t {
        column,
        price,
        regular_price,
        sale_price,
        on_sale,
        availability,
        stock,
        position,
        tier,
        placement,
        recommender,
        text  // the same for every tile: a trait, or nothing
    };
    struct Field {
        Source source;
        store::FieldId column;
        std::string_view text;
        std::array<char, 24> digits;  // of a number, which the value then points to
    };
    struct Bound {
        const rewrite::Template* tile;
        std::vector<Field> fields;
        std::vector<std::string_view> values;
    };
    struct Item;

    Bound& bind(const rewrite::Template& tile);
    Field resolve(std::string_view name) const;
    std::string_view value(Field& field, const TileContext& context, const Item& item) const;

    const store::Snapshot* snapshot_ = nullptr;
    const visitor::Profile* profile_ = nullptr;
    std::vector<Bound> bound_;
};

// "pre", "segment" or "individual".
std::string_view tier_name(recommend::Tier tier);
// "in_stock" and so on.
std::string_view availability_name(store::Availability availability);
// 19900000 -> "19.90"; more decimals only where they are needed; nothing for 0 or less. The text is
// in `digits`.
std::string_view format_price(std::int64_t micros, std::array<char, 24>& digits);

}  // namespace pz::page
