// Draft: what a SnapshotBuilder has collected so far, with value ids of its own dictionary. Image:
// the sections of the file made from it. Internal to the store's writer.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "store/dictionary.hpp"
#include "store/format.hpp"
#include "store/status.hpp"

namespace pz::store {

struct Draft {
    struct Item {
        ValueId id = kNoValue;
        std::vector<ValueId> row;  // as many columns as were known when it was added
        LiveFields live;
        std::int64_t first_seen = 0;
        ItemSignals signals;
    };

    Dictionary dictionary;
    std::vector<ValueId> field_names;
    std::vector<Item> items;
    std::unordered_map<ValueId, ItemIndex> item_of;
    std::map<ListKey, std::vector<ScoredItem>> lists;
    std::array<std::vector<std::vector<ScoredItem>>, kNeighbourKinds> neighbours;  // by item

    std::vector<ValueId> found_segments;
    std::map<Attribute, std::vector<float>> found_weights;  // by segment

    // Sessions in the order of their coming.
    std::vector<std::uint32_t> session_times;
    std::vector<std::uint32_t> session_offsets = {0};
    std::vector<ItemIndex> session_items;
    std::size_t sessions_per_item = 5000;

    std::vector<float> order_weights;
    std::vector<Mixture> mixture;  // one or none

    // The first wrong argument of a call that returns nothing; write() reports it.
    std::string misuse;
};

struct Image {
    std::vector<ValueId> field_names;
    std::vector<std::uint32_t> text_offsets;
    std::string texts;
    std::vector<Slot> value_slots;
    std::vector<ValueId> rows;
    std::vector<std::int64_t> first_seen;
    std::vector<Slot> link_slots;
    std::vector<ListKey> list_keys;
    std::vector<std::uint32_t> list_offsets;
    std::vector<ScoredItem> list_items;
    std::vector<std::uint32_t> neighbour_offsets;
    std::vector<std::uint32_t> neighbour_items;
    std::vector<SessionHead> session_heads;
    std::vector<ItemIndex> session_items;
    std::vector<std::uint32_t> item_session_offsets;
    std::vector<std::uint32_t> item_sessions;
    std::vector<std::uint32_t> session_frequency;
    std::vector<float> order_weights;
    std::vector<Mixture> mixture;
    std::vector<ItemSignals> item_signals;
    std::vector<ValueId> found_segments;
    std::vector<Attribute> found_attributes;
    std::vector<float> found_weights;
    std::vector<LiveRecord> live;

    using Sections = std::array<std::span<const std::byte>, kSectionCount>;
    Sections sections() const;
};

// Fails when something does not fit the format.
Result<Image> assemble(const Draft& draft);

// The header that belongs to the image.
Header make_header(const Image& image, std::uint64_t generation, std::int64_t created);

}  // namespace pz::store
