#include "store/snapshot.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>

#include "store/layout.hpp"
#include "store/link.hpp"

namespace pz::store {

Result<std::unique_ptr<Snapshot::Layout>> Snapshot::Layout::load(const FileHandle& file,
                                                                 const std::string& path) {
    Result<Mapping> mapping = Mapping::read_only(file, path);
    if (!mapping) {
        return mapping.status();
    }
    auto layout = std::make_unique<Layout>();
    layout->mapping = std::move(*mapping);
    Result<View> view = check_file(layout->mapping.bytes());
    if (!view) {
        return Status::error(path + ": " + view.message());
    }
    layout->view = *view;
    return layout;
}

Snapshot::Tables Snapshot::Layout::tables() const {
    return {.width = view.field_names.size(),
            .rows = view.rows,
            .text_offsets = view.text_offsets,
            .texts = view.texts.data(),
            .first_seen = view.first_seen,
            .live = view.live,
            .signals = view.item_signals,
            .code = NeighbourCode(view.first_seen.size()),
            .neighbour_offsets = view.neighbour_offsets,
            .neighbour_items = view.neighbour_items,
            .sessions = {view.session_heads, view.session_items, view.session_frequency},
            .session_offsets = view.item_session_offsets,
            .session_lists = view.item_sessions};
}

Snapshot::Snapshot(std::unique_ptr<Layout> layout)
    : layout_(std::move(layout)), tables_(layout_->tables()) {}
Snapshot::~Snapshot() = default;

Result<std::unique_ptr<const Snapshot>> Snapshot::open(const std::string& path) {
    // O_NONBLOCK: a FIFO of that name must not stop us.
    const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.valid()) {
        return system_error(path, "cannot open");
    }
    Result<std::unique_ptr<Layout>> layout = Layout::load(file, path);
    if (!layout) {
        return layout.status();
    }
    return std::unique_ptr<const Snapshot>(new Snapshot(std::move(*layout)));
}

std::uint64_t Snapshot::generation() const {
    return layout_->view.header->generation;
}
std::int64_t Snapshot::created() const {
    return layout_->view.header->created;
}
std::size_t Snapshot::bytes() const {
    return layout_->mapping.bytes().size();
}
std::size_t Snapshot::field_count() const {
    return layout_->view.field_names.size();
}
ItemIndex Snapshot::find(std::string_view id) const {
    const ValueId value = find_value(id);
    return value == kNoValue || value > item_count() ? kNoItem : value - 1;
}

// Slot, offset and text of an id lie far apart, and mostly not in the processor's cache: a step for
// each of them asks for a block's memory before the next step needs it.
void Snapshot::find_all(std::span<const std::string_view> ids, std::span<ItemIndex> items) const {
    constexpr std::size_t kBlock = 32;
    const View& view = layout_->view;
    std::array<std::uint32_t, kBlock> hashes, entries;
    for (std::size_t begin = 0; begin < ids.size(); begin += kBlock) {
        const auto block = ids.subspan(begin, std::min(kBlock, ids.size() - begin));
        for (std::size_t i = 0; i < block.size(); ++i) {
            hashes[i] = hash_text(block[i]);
            __builtin_prefetch(&view.value_slots[home_slot(hashes[i], view.value_slots.size())]);
        }
        for (std::size_t i = 0; i < block.size(); ++i) {
            entries[i] = probe(view.value_slots, hashes[i], [](std::uint32_t) { return true; });
            __builtin_prefetch(&view.text_offsets[entries[i]]);
        }
        for (std::size_t i = 0; i < block.size(); ++i) {
            __builtin_prefetch(view.text(entries[i]).data());
        }
        for (std::size_t i = 0; i < block.size(); ++i) {
            const ValueId value =
                view.text(entries[i]) == block[i] ? entries[i] : find_value(block[i]);
            items[begin + i] = value == kNoValue || value > item_count() ? kNoItem : value - 1;
        }
    }
}

ItemIndex Snapshot::find_link(std::string_view text) const {
    const Link link = split_link(text);
    const auto same = [this, &link](std::uint32_t entry) {
        return compare_links(split_link(this->text(entry - 1, field::link)), link) == 0;
    };
    const auto same_path = [this, &link](std::uint32_t entry) {
        return split_link(this->text(entry - 1, field::link)).path == link.path;
    };
    std::uint32_t entry = 0;
    if (link.rooted && has_arguments(link)) {
        entry = probe(layout_->view.link_slots, hash_link(link), same);
    }
    if (entry == 0 && !link.path.empty()) {
        entry = probe(layout_->view.link_slots, hash_link({link.path, {}, true}), same_path);
    }
    return entry == 0 ? kNoItem : entry - 1;
}

FieldId Snapshot::find_field(std::string_view name) const {
    const ValueId value = find_value(name);
    const std::span<const ValueId> names = layout_->view.field_names;
    const auto found = std::find(names.begin(), names.end(), value);
    return value == kNoValue || found == names.end() ? kNoField
                                                     : static_cast<FieldId>(found - names.begin());
}

std::string_view Snapshot::field_name(FieldId field) const {
    const View& view = layout_->view;
    return field < view.field_names.size() ? view.text(view.field_names[field])
                                           : std::string_view();
}

ValueId Snapshot::find_value(std::string_view text) const {
    const View& view = layout_->view;
    const auto same = [&view, text](std::uint32_t entry) { return view.text(entry) == text; };
    return probe(view.value_slots, hash_text(text), same);
}

std::span<const float> Snapshot::order_weights() const {
    return layout_->view.order_weights;
}

std::span<const ValueId> Snapshot::found_segments() const {
    return layout_->view.found_segments;
}

std::span<const Attribute> Snapshot::found_attributes() const {
    return layout_->view.found_attributes;
}

std::span<const float> Snapshot::weights_of(Attribute attribute) const {
    const View& view = layout_->view;
    const auto all = view.found_attributes;
    const auto found = std::lower_bound(all.begin(), all.end(), attribute);
    if (found == all.end() || *found != attribute) {
        return {};
    }
    const std::size_t width = view.found_segments.size();
    return view.found_weights.subspan(static_cast<std::size_t>(found - all.begin()) * width, width);
}

std::span<const ScoredItem> Snapshot::ranked(ListKind kind, ValueId key) const {
    const View& view = layout_->view;
    const ListKey wanted{static_cast<std::uint32_t>(kind), key};
    const auto found = std::lower_bound(view.list_keys.begin(), view.list_keys.end(), wanted);
    if (found == view.list_keys.end() || *found != wanted) {
        return {};
    }
    const auto index = static_cast<std::size_t>(found - view.list_keys.begin());
    return view.list_items.subspan(view.list_offsets[index],
                                   view.list_offsets[index + 1] - view.list_offsets[index]);
}

const Mixture* Snapshot::mixture() const {
    return layout_->view.mixture.empty() ? nullptr : layout_->view.mixture.data();
}

}  // namespace pz::store
