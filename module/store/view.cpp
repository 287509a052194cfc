#include "store/view.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "store/neighbours.hpp"

namespace pz::store {

namespace {

const char* const kRemedy = "; write it again with `personalize learn`";

Status broken(const std::string& what) {
    return Status::error(what + kRemedy);
}

Status check_header(const Header& header, std::size_t size) {
    if (header.magic != kMagic) {
        return broken("not a store file");
    }
    if (header.version != kFormatVersion || header.section_count != kSectionCount) {
        return broken("a store of format " + std::to_string(header.version) + ", not " +
                      std::to_string(kFormatVersion));
    }
    if (header.file_size != size) {
        return broken("cut short or grown: " + std::to_string(size) + " bytes, not " +
                      std::to_string(header.file_size));
    }
    if (header.item_count > kMaxItems || header.field_count < field::fixed_count ||
        header.field_count > kMaxFields || header.value_count <= header.item_count) {
        return broken("counts out of range");
    }
    return {};
}

// Sections stand back to back, so none can overlap another or leave the file.
bool places_ok(const Header& header) {
    std::uint64_t at = sizeof(Header);
    for (const SectionPlace& place : header.sections) {
        if (place.offset != at || place.bytes > header.file_size - at) {
            return false;
        }
        at = aligned(at + place.bytes);
        if (at > header.file_size) {
            return false;
        }
    }
    return at == header.file_size;
}

bool checksum_ok(std::span<const std::byte> file, const Header& header) {
    Header blank = header;
    blank.checksum = 0;
    const std::uint64_t end = header.sections[static_cast<std::size_t>(Section::live)].offset;
    Checksum sum;
    sum.add(&blank, sizeof blank);
    sum.add(file.data() + sizeof(Header), end - sizeof(Header));
    return sum.value() == header.checksum;
}

template <class T>
bool take(std::span<const std::byte> file, const Header& header, Section section,
          std::span<const T>& out) {
    const SectionPlace& place = header.sections[static_cast<std::size_t>(section)];
    if (place.bytes % sizeof(T) != 0) {
        return false;
    }
    out = {reinterpret_cast<const T*>(file.data() + place.offset), place.bytes / sizeof(T)};
    return true;
}

bool take_all(std::span<const std::byte> f, const Header& h, View& v) {
    return take(f, h, Section::field_names, v.field_names) &&
           take(f, h, Section::text_offsets, v.text_offsets) &&
           take(f, h, Section::texts, v.texts) && take(f, h, Section::value_slots, v.value_slots) &&
           take(f, h, Section::rows, v.rows) && take(f, h, Section::first_seen, v.first_seen) &&
           take(f, h, Section::link_slots, v.link_slots) &&
           take(f, h, Section::list_keys, v.list_keys) &&
           take(f, h, Section::list_offsets, v.list_offsets) &&
           take(f, h, Section::list_items, v.list_items) &&
           take(f, h, Section::neighbour_offsets, v.neighbour_offsets) &&
           take(f, h, Section::neighbour_items, v.neighbour_items) &&
           take(f, h, Section::session_heads, v.session_heads) &&
           take(f, h, Section::session_items, v.session_items) &&
           take(f, h, Section::item_session_offsets, v.item_session_offsets) &&
           take(f, h, Section::item_sessions, v.item_sessions) &&
           take(f, h, Section::session_frequency, v.session_frequency) &&
           take(f, h, Section::order_weights, v.order_weights) &&
           take(f, h, Section::mixture, v.mixture) &&
           take(f, h, Section::item_signals, v.item_signals) &&
           take(f, h, Section::found_segments, v.found_segments) &&
           take(f, h, Section::found_attributes, v.found_attributes) &&
           take(f, h, Section::found_weights, v.found_weights) && take(f, h, Section::live, v.live);
}

bool sizes_ok(const View& v) {
    const Header& h = *v.header;
    const std::uint64_t items = h.item_count;
    return v.field_names.size() == h.field_count &&
           v.text_offsets.size() == std::uint64_t{h.value_count} + 1 &&
           v.rows.size() == items * h.field_count && v.first_seen.size() == items &&
           v.list_offsets.size() == v.list_keys.size() + 1 &&
           v.neighbour_offsets.size() == kNeighbourKinds * items + 1 &&
           v.session_heads.size() == std::uint64_t{h.session_count} + 1 &&
           v.item_session_offsets.size() == items + 1 && v.session_frequency.size() == items &&
           v.item_signals.size() == items && v.found_segments.size() <= kMaxFoundSegments &&
           v.found_weights.size() == v.found_attributes.size() * v.found_segments.size() &&
           v.order_weights.size() <= kMaxOrderWeights && v.mixture.size() <= 1 &&
           v.live.size() == items;
}

bool all_below(std::span<const std::uint32_t> values, std::uint64_t limit) {
    return std::all_of(values.begin(), values.end(),
                       [limit](std::uint32_t value) { return value < limit; });
}

// Row starts: from 0, never falling, to the number of elements.
bool offsets_ok(std::span<const std::uint32_t> offsets, std::size_t elements) {
    return !offsets.empty() && offsets.front() == 0 && offsets.back() == elements &&
           std::is_sorted(offsets.begin(), offsets.end());
}

bool slots_ok(std::span<const Slot> slots, std::uint64_t limit) {
    bool free = false;
    for (const Slot& slot : slots) {
        if (slot.entry >= limit) {
            return false;
        }
        free = free || slot.entry == 0;
    }
    return free;
}

bool scored_ok(std::span<const ScoredItem> items, std::uint64_t limit) {
    return std::all_of(items.begin(), items.end(), [limit](const ScoredItem& scored) {
        return scored.item < limit && std::abs(scored.score) <= kMaxScore;
    });
}

// Every code of a score is one.
bool neighbours_ok(const View& v) {
    const std::uint32_t items = v.header->item_count;
    const NeighbourCode code(items);
    return std::all_of(v.neighbour_items.begin(), v.neighbour_items.end(),
                       [=](std::uint32_t word) { return code.item(word) < items; });
}

// Value 0 is the empty text.
bool texts_ok(const View& v) {
    return offsets_ok(v.text_offsets, v.texts.size()) && v.text_offsets[1] == 0 &&
           slots_ok(v.value_slots, v.header->value_count);
}

bool fields_ok(const View& v) {
    if (!all_below(v.field_names, v.header->value_count)) {
        return false;
    }
    for (std::size_t i = 0; i < field::fixed_count; ++i) {
        if (v.text(v.field_names[i]) != kFixedFieldNames[i]) {
            return false;
        }
    }
    return true;
}

bool rows_ok(const View& v) {
    const std::size_t width = v.header->field_count;
    for (std::size_t item = 0; item < v.header->item_count; ++item) {
        if (v.rows[item * width + field::id] != item + 1) {
            return false;
        }
    }
    return all_below(v.rows, v.header->value_count) &&
           slots_ok(v.link_slots, std::uint64_t{v.header->item_count} + 1);
}

bool lists_ok(const View& v) {
    const auto key_ok = [&v](const ListKey& key) {
        return key.kind < static_cast<std::uint32_t>(ListKind::count) &&
               key.key < v.header->value_count;
    };
    const auto not_rising = [](const ListKey& a, const ListKey& b) { return !(a < b); };
    return std::all_of(v.list_keys.begin(), v.list_keys.end(), key_ok) &&
           std::adjacent_find(v.list_keys.begin(), v.list_keys.end(), not_rising) ==
               v.list_keys.end() &&
           offsets_ok(v.list_offsets, v.list_items.size()) &&
           scored_ok(v.list_items, v.header->item_count) &&
           offsets_ok(v.neighbour_offsets, v.neighbour_items.size()) && neighbours_ok(v);
}

bool newest_first(const View& v, std::size_t item) {
    for (std::size_t i = v.item_session_offsets[item] + std::size_t{1};
         i < v.item_session_offsets[item + 1]; ++i) {
        if (v.item_sessions[i - 1] <= v.item_sessions[i]) {
            return false;
        }
    }
    return true;
}

// As offsets_ok(); times never fall.
bool heads_ok(std::span<const SessionHead> heads, std::size_t items) {
    const auto begins_rise = [](const SessionHead& a, const SessionHead& b) {
        return a.begin < b.begin;
    };
    const auto times_rise = [](const SessionHead& a, const SessionHead& b) {
        return a.time < b.time;
    };
    return !heads.empty() && heads.front().begin == 0 && heads.back().begin == items &&
           std::is_sorted(heads.begin(), heads.end(), begins_rise) &&
           std::is_sorted(heads.begin(), heads.end() - 1, times_rise);
}

bool sessions_ok(const View& v) {
    if (!heads_ok(v.session_heads, v.session_items.size()) ||
        !all_below(v.session_items, v.header->item_count) ||
        !offsets_ok(v.item_session_offsets, v.item_sessions.size()) ||
        !all_below(v.item_sessions, v.header->session_count)) {
        return false;
    }
    for (std::size_t item = 0; item < v.header->item_count; ++item) {
        if (!newest_first(v, item)) {
            return false;
        }
    }
    return true;
}

bool order_ok(const View& v) {
    const auto sound = [](float value) { return std::abs(value) <= kMaxWeight; };
    return std::all_of(v.order_weights.begin(), v.order_weights.end(), sound);
}

bool signals_ok(const View& v) {
    return std::all_of(v.item_signals.begin(), v.item_signals.end(), [](const ItemSignals& s) {
        return s.appeal >= kLeastAppeal && s.appeal <= kMostAppeal && s.exposure >= 0 &&
               std::isfinite(s.exposure);
    });
}

bool segments_ok(const View& v) {
    const auto attribute_ok = [&v](const Attribute& attribute) {
        return attribute.field < v.header->field_count && attribute.value < v.header->value_count;
    };
    const auto not_rising = [](const Attribute& a, const Attribute& b) { return !(a < b); };
    return all_below(v.found_segments, v.header->value_count) &&
           std::all_of(v.found_attributes.begin(), v.found_attributes.end(), attribute_ok) &&
           std::adjacent_find(v.found_attributes.begin(), v.found_attributes.end(), not_rising) ==
               v.found_attributes.end() &&
           std::all_of(v.found_weights.begin(), v.found_weights.end(),
                       [](float weight) { return std::isfinite(weight); });
}

bool mixture_ok(const View& v) {
    return std::all_of(v.mixture.begin(), v.mixture.end(), valid);
}

}  // namespace

Result<View> check_file(std::span<const std::byte> file) {
    if (file.size() < sizeof(Header)) {
        return broken("too short for a store file");
    }
    View view;
    view.header = reinterpret_cast<const Header*>(file.data());
    if (Status status = check_header(*view.header, file.size()); !status) {
        return status;
    }
    if (!places_ok(*view.header)) {
        return broken("sections out of place");
    }
    if (!checksum_ok(file, *view.header)) {
        return broken("wrong checksum");
    }
    // The checksum finds accidents. What follows holds against files made to harm.
    if (!take_all(file, *view.header, view) || !sizes_ok(view)) {
        return broken("sections of wrong size");
    }
    if (!texts_ok(view) || !fields_ok(view) || !rows_ok(view)) {
        return broken("items out of range");
    }
    if (!lists_ok(view) || !sessions_ok(view) || !order_ok(view)) {
        return broken("lists out of range");
    }
    if (!mixture_ok(view)) {
        return broken("shares out of range");
    }
    if (!signals_ok(view) || !segments_ok(view)) {
        return broken("signals out of range");
    }
    return view;
}

}  // namespace pz::store
