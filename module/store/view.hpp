// View: the sections of a snapshot file as typed spans, all checked. Internal to the store.
// Lifetime: the spans point into the bytes given. Thread rules: immutable, but for the live
// records.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "store/format.hpp"
#include "store/status.hpp"

namespace pz::store {

struct View {
    const Header* header = nullptr;
    std::span<const ValueId> field_names;
    std::span<const std::uint32_t> text_offsets;
    std::span<const char> texts;
    std::span<const Slot> value_slots;
    std::span<const ValueId> rows;
    std::span<const std::int64_t> first_seen;
    std::span<const Slot> link_slots;
    std::span<const ListKey> list_keys;
    std::span<const std::uint32_t> list_offsets;
    std::span<const ScoredItem> list_items;
    std::span<const std::uint32_t> neighbour_offsets;
    std::span<const std::uint32_t> neighbour_items;
    std::span<const SessionHead> session_heads;
    std::span<const ItemIndex> session_items;
    std::span<const std::uint32_t> item_session_offsets;
    std::span<const std::uint32_t> item_sessions;
    std::span<const std::uint32_t> session_frequency;
    std::span<const float> order_weights;
    std::span<const Mixture> mixture;
    std::span<const ItemSignals> item_signals;
    std::span<const ValueId> found_segments;
    std::span<const Attribute> found_attributes;
    std::span<const float> found_weights;
    std::span<const LiveRecord> live;

    std::string_view text(ValueId value) const {
        const std::uint32_t begin = text_offsets[value];
        return {texts.data() + begin, text_offsets[value + 1] - begin};
    }
};

// `file` must be 8-byte aligned. After success every id, index and offset in the view is in range,
// all scores are finite, and every hash table has a free slot. The error does not name the file.
Result<View> check_file(std::span<const std::byte> file);

}  // namespace pz::store
