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

#include "page/locale.hpp"
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
    // For a page in this locale and charset.
    void begin(const store::Snapshot& snapshot, const visitor::Profile& profile,
               const Locale& locale, rewrite::Charset charset);
    // Appends a tile for each item. The template fits the charset.
    void render(const rewrite::Template& tile, const TileContext& context,
                std::span<const recommend::Candidate> items, std::string& out,
                std::vector<rewrite::TilePart>* parts = nullptr);

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
        store::FieldId column = store::kNoField;
        std::string_view text = {};
        bool localized = false;  // as the locale writes it
        Locale::Buffer buffer;   // of what is written, which the value then points to
    };
    struct Bound {
        const rewrite::Template* tile;
        std::vector<Field> fields;
        std::vector<std::string_view> values;
    };
    struct Item;

    Bound& bind(const rewrite::Template& tile);
    Field resolve(std::string_view name) const;
    Field resolve_localized(std::string_view name) const;
    std::string_view value(Field& field, const TileContext& context, const Item& item) const;
    std::string_view price(std::int64_t micros, Field& field, const Item& item) const;
    std::string_view localize(std::string_view text, Field& field) const;

    const store::Snapshot* snapshot_ = nullptr;
    const visitor::Profile* profile_ = nullptr;
    const Locale* locale_ = nullptr;
    rewrite::Charset charset_ = rewrite::Charset::utf8;
    std::vector<Bound> bound_;
};

// "pre", "segment" or "individual".
std::string_view tier_name(recommend::Tier tier);
// "in_stock" and so on.
std::string_view availability_name(store::Availability availability);
// 19900000 -> "19.90"; more decimals only where they are needed; nothing for 0 or less. The text is
// in `digits`.
std::string_view format_price(std::int64_t micros, Locale::Buffer& digits);

}  // namespace pz::page
