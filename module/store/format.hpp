// The snapshot file: a header, then the sections in the order of Section, each 8-byte aligned and
// right behind the one before. Little-endian. Only store/*.cpp includes this.
//
// Everything before the live section is immutable and under the checksum; the live section is last.
// Value ids 1..item_count are the items' ids in the items' order, so the table of texts finds items
// too.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "store/checksum.hpp"
#include "store/item.hpp"
#include "store/live_record.hpp"
#include "store/mixture.hpp"

namespace pz::store {

static_assert(std::endian::native == std::endian::little, "the file is mapped as it is");

inline constexpr std::array<char, 8> kMagic = {'P', 'Z', 'S', 'T', 'O', 'R', 'E', '\n'};
inline constexpr std::uint32_t kFormatVersion = 4;

enum class Section : std::uint32_t {
    field_names,           // u32 value id, per field
    text_offsets,          // u32, value_count + 1
    texts,                 // bytes
    value_slots,           // Slot: value id by text
    rows,                  // u32 value id, item_count x field_count
    first_seen,            // i64 unix seconds, per item
    link_slots,            // Slot: item + 1 by its link's path, and by path and arguments; only
                           // those that one item has
    list_keys,             // ListKey, ascending
    list_offsets,          // u32, lists + 1
    list_items,            // ScoredItem
    neighbour_offsets,     // u32, NeighbourKind::count x item_count + 1, kind by kind
    neighbour_items,       // u32, as NeighbourCode says
    session_heads,         // SessionHead, sessions + 1, by time, ascending; the last has time 0
    session_items,         // u32 item
    item_session_offsets,  // u32, item_count + 1
    item_sessions,         // u32 session, newest first
    session_frequency,     // u32, per item
    order_weights,         // f32, at most kMaxOrderWeights
    mixture,               // Mixture, one or none
    item_signals,          // ItemSignals, per item
    found_segments,        // u32 value id of the name, per segment
    found_attributes,      // Attribute, ascending
    found_weights,         // f32, found_attributes x found_segments
    live,                  // LiveRecord, per item
    count
};
inline constexpr std::size_t kSectionCount = static_cast<std::size_t>(Section::count);

struct SectionPlace {
    std::uint64_t offset;
    std::uint64_t bytes;
};

struct Header {
    std::array<char, 8> magic;
    std::uint32_t version;
    std::uint32_t section_count;
    std::uint64_t checksum;  // of all bytes before the live section, with this field as 0
    std::uint64_t generation;
    std::int64_t created;
    std::uint64_t file_size;
    std::uint32_t item_count;
    std::uint32_t field_count;
    std::uint32_t value_count;
    std::uint32_t session_count;
    std::array<SectionPlace, kSectionCount> sections;
};
static_assert(sizeof(Header) == 64 + kSectionCount * sizeof(SectionPlace));

// One place of an open-addressing table with linear probing. entry 0: free.
struct Slot {
    std::uint32_t hash;
    std::uint32_t entry;
};

struct ListKey {
    std::uint32_t kind;
    ValueId key;
    bool operator==(const ListKey&) const = default;
    bool operator<(const ListKey& other) const {
        return kind != other.kind ? kind < other.kind : key < other.key;
    }
};

static_assert(kSources == 7 && kMixtureContexts == 36, "part of the format");
static_assert(sizeof(LiveRecord) == 32 && sizeof(ScoredItem) == 8 && sizeof(Slot) == 8 &&
              sizeof(SessionHead) == 8);
static_assert(sizeof(ItemSignals) == 12 && sizeof(Attribute) == 8);

inline constexpr std::size_t kNeighbourKinds = static_cast<std::size_t>(NeighbourKind::count);
inline constexpr std::size_t kMaxOrderWeights = 64;
// What recommenders may square, add up and multiply without leaving a float.
inline constexpr float kMaxScore = 1e12F;
inline constexpr float kMaxWeight = 1e6F;
// More than any shop has; leaves a neighbour's score 8 bits.
inline constexpr std::size_t kMaxItems = std::size_t{1} << 24;

constexpr std::uint64_t aligned(std::uint64_t offset) {
    return (offset + 7) / 8 * 8;
}

// Table size for so many entries: at most 5/8 full, and never without a free slot.
constexpr std::size_t slots_for(std::size_t entries) {
    return entries + entries * 3 / 5 + 2;
}

constexpr std::size_t home_slot(std::uint32_t hash, std::size_t slots) {
    return static_cast<std::size_t>((std::uint64_t{hash} * slots) >> 32);
}

// The entry whose hash is `hash` and for which `same(entry)`; 0: none. Ends because open() made
// sure that every table has a free slot.
template <class Same>
std::uint32_t probe(std::span<const Slot> slots, std::uint32_t hash, const Same& same) {
    if (slots.empty()) {
        return 0;
    }
    for (std::size_t at = home_slot(hash, slots.size()); slots[at].entry != 0;) {
        if (slots[at].hash == hash && same(slots[at].entry)) {
            return slots[at].entry;
        }
        at = at + 1 == slots.size() ? 0 : at + 1;
    }
    return 0;
}

inline void put_slot(std::span<Slot> slots, Slot slot) {
    std::size_t at = home_slot(slot.hash, slots.size());
    while (slots[at].entry != 0) {
        at = at + 1 == slots.size() ? 0 : at + 1;
    }
    slots[at] = slot;
}

// XXH3, folded to 32 bits.
std::uint32_t hash_text(std::string_view text);

// The levels that lead a product type: "A > B > C" has "A" and "A > B". Calls level(text) for each.
template <class Level>
void for_leading_levels(std::string_view product_type, const Level& level) {
    constexpr std::string_view kSeparator = " > ";
    for (std::size_t at = product_type.find(kSeparator); at != std::string_view::npos;
         at = product_type.find(kSeparator, at + kSeparator.size())) {
        level(product_type.substr(0, at));
    }
}

}  // namespace pz::store
