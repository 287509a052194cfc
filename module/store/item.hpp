// What the store knows of an item. Names are those of the Google Merchant feed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pz::store {

// An item's place in one snapshot, 0 .. item_count()-1. Means nothing in another generation.
using ItemIndex = std::uint32_t;
inline constexpr ItemIndex kNoItem = 0xffffffffU;

// An interned text of one snapshot. Equal texts have equal ids. 0: absent or empty.
using ValueId = std::uint32_t;
inline constexpr ValueId kNoValue = 0;

// A column of the catalog. The first ones are fixed; further feed columns follow, found by name.
using FieldId = std::uint16_t;
inline constexpr FieldId kNoField = 0xffffU;
inline constexpr std::size_t kMaxFields = 256;  // columns of one store, the fixed ones included
namespace field {
enum : FieldId {
    id,
    title,
    description,
    link,
    image_link,
    brand,
    product_type,  // "Kitchen > Mugs": levels parted by " > "
    item_group_id,
    color,
    size,
    gender,
    age_group,
    material,
    pattern,
    currency,  // ISO 4217, taken from the price
    fixed_count
};
}  // namespace field

// The names of the fixed columns, in the order of the ids above.
inline constexpr std::string_view kFixedFieldNames[field::fixed_count] = {
    "id",     "title",        "description",   "link",    "image_link",
    "brand",  "product_type", "item_group_id", "color",   "size",
    "gender", "age_group",    "material",      "pattern", "currency"};

// Further columns that are read into LiveFields and first_seen.
inline constexpr std::string_view kLiveFieldNames[] = {"price", "sale_price", "availability",
                                                       "stock", "quantity",   "date_added"};

enum class Availability : std::uint8_t { in_stock, out_of_stock, preorder, backorder };

// Stock when the shop does not say.
inline constexpr std::uint32_t kUnknownStock = 0xffffffffU;

// What changes every minute. Updated in place in the mapped file by the one writer.
// Money is in micros (1e-6) of the item's currency, as in Google's Merchant API.
struct LiveFields {
    std::int64_t price_micros = 0;       // 0: unknown
    std::int64_t sale_price_micros = 0;  // 0: no sale
    std::uint32_t stock = kUnknownStock;
    float popularity = 0;  // time-decayed weight of everybody's events, >= 0
    Availability availability = Availability::in_stock;
    std::uint32_t restocked = 0;  // unix seconds; when it last became available again. 0: never

    bool available() const { return availability != Availability::out_of_stock && stock != 0; }
    bool on_sale() const { return sale_price_micros > 0 && sale_price_micros < price_micros; }
    std::int64_t current_price_micros() const {
        return on_sale() ? sale_price_micros : price_micros;
    }
};

struct ScoredItem {
    ItemIndex item;
    float score;
};

// What the learner found out about an item beside its popularity.
struct ItemSignals {
    // Clicks on it in our placements over those expected of its places: 1 is as others, or unknown.
    float appeal = 1;            // kLeastAppeal .. kMostAppeal
    float exposure = 0;          // impressions that were looked at, decayed; >= 0
    std::uint32_t interval = 0;  // seconds from one purchase to the next; 0: not bought again
};
inline constexpr float kLeastAppeal = 0.25F;
inline constexpr float kMostAppeal = 4;

// A value of a column: "color" "red".
struct Attribute {
    std::uint32_t field;  // FieldId
    ValueId value;
    bool operator==(const Attribute&) const = default;
    bool operator<(const Attribute& other) const {
        return field != other.field ? field < other.field : value < other.value;
    }
};

// Segments that the learner found, at most so many.
inline constexpr std::size_t kMaxFoundSegments = 8;

// Where a session's items begin in the list of all, and when it ended.
struct SessionHead {
    std::uint32_t begin;
    std::uint32_t time;  // unix seconds
};

// Lists kept best first. The key is the interned text of the category, brand or segment.
enum class ListKind : std::uint8_t {
    popular,      // key kNoValue: the whole shop
    in_category,  // key: a product_type or one of its leading levels
    in_brand,     // key: a brand
    in_segment,   // key: a segment's name
    new_items,    // key kNoValue; newest first, score is first_seen
    on_sale,      // key kNoValue; deepest discount first, score is the share taken off
    unproven,     // key kNoValue, or as in_category; least shown first, score is 1 / (1 + exposure)
    count
};

// Lists kept for every item, best first.
enum class NeighbourKind : std::uint8_t {
    cross_sell,  // bought together
    similar,     // alternatives: viewed together, or alike in their attributes
    next,        // viewed next, with probabilities
    count
};

}  // namespace pz::store
