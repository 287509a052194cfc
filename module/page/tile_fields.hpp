// TileFields: what the names of one template stand for in one snapshot and locale. Internal to the
// room.
//
// Names are resolved once, not per tile. Reading allocates nothing. Lifetime: template, snapshot and
// locale outlive it. Thread rules: one thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "page/locale.hpp"
#include "recommend/rank.hpp"
#include "rewrite/template.hpp"
#include "visitor/profile.hpp"

namespace pz::page {

// Where a tile stands, and what is known of its item now.
struct TilePlace {
    std::string_view placement, recommender;
    std::string_view label;  // what a rule says of it
    const recommend::Candidate& candidate;
    std::size_t position;  // from 1
    store::LiveFields live;
};

class TileFields {
  public:
    // What values depend on, beside the item's columns, price and availability.
    struct Uses {
        bool stock = false, position = false, tier = false, placement = false, recommender = false;
        bool label = false, visitor = false;
    };

    TileFields(const rewrite::Template& tile, const store::Snapshot& snapshot,
               const Locale& locale);

    // Why a template's name stands for nothing, and which may be meant: "{{titl}} is no field and no
    // column of the catalog; did you mean {{title}}?" Empty: it stands for something.
    static std::string doubt(std::string_view name, const store::Snapshot& snapshot);

    const Uses& uses() const { return uses_; }
    // In the order of the template's names. Lifetime: until the next call.
    std::span<const std::string_view> read(const TilePlace& place, const visitor::Profile& profile);

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
        label,
        trait,
        nothing
    };
    struct Field {
        Source source;
        store::FieldId column = store::kNoField;
        std::string_view trait = {};
        bool localized = false;  // as the locale writes it
        Locale::Buffer buffer;   // of what is written, which the value then points to
    };

    using Named = std::pair<std::string_view, Source>;
    static const Named kNamed[];

    static Field resolve(std::string_view name, const store::Snapshot& snapshot);
    static Field resolve_localized(std::string_view name, const store::Snapshot& snapshot);
    void note(Source source);
    std::string_view value(Field& field, const TilePlace& place,
                           const visitor::Profile& profile) const;
    std::string_view price(std::int64_t micros, Field& field, const TilePlace& place) const;
    std::string_view localize(std::string_view text, Field& field) const;

    const store::Snapshot& snapshot_;
    const Locale& locale_;
    Uses uses_;
    std::vector<Field> fields_;
    std::vector<std::string_view> values_;
};

// "pre", "segment" or "individual".
std::string_view tier_name(recommend::Tier tier);
// "in_stock" and so on.
std::string_view availability_name(store::Availability availability);
// 19900000 -> "19.90"; more decimals only where they are needed; nothing for 0 or less. The text is
// in `digits`.
std::string_view format_price(std::int64_t micros, Locale::Buffer& digits);

}  // namespace pz::page
