// Reads all that an open snapshot can give, and mends the checksum of a file that was changed on
// purpose. For tests and the fuzzer: under sanitizers, every read outside the file is an error.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <span>
#include <string>
#include <string_view>

#include "store/format.hpp"
#include "store/snapshot.hpp"

namespace pz::store::test {

inline std::uint64_t sum(std::string_view text) {
    return std::accumulate(text.begin(), text.end(), std::uint64_t{0});
}

inline std::uint64_t sum(std::span<const std::uint32_t> values) {
    return std::accumulate(values.begin(), values.end(), std::uint64_t{0});
}

template <class List>
std::uint64_t sum_scored(const List& items) {
    std::uint64_t total = 0;
    for (const ScoredItem scored : items) {
        total += scored.item + (scored.score > 0 ? 1 : 0);
    }
    return total;
}

inline std::uint64_t walk_item(const Snapshot& snapshot, ItemIndex item) {
    const LiveFields live = snapshot.live(item);
    std::uint64_t total = live.stock + static_cast<std::uint64_t>(live.availability) +
                          static_cast<std::uint64_t>(live.current_price_micros()) +
                          (live.popularity >= 0 ? 1 : 0) +
                          static_cast<std::uint64_t>(snapshot.first_seen(item)) +
                          snapshot.sessions().frequency(item) + sum(snapshot.sessions_of(item));
    for (FieldId field = 0; field < snapshot.field_count() + 2; ++field) {
        total += sum(snapshot.text(item, field)) + sum(snapshot.field_name(field));
    }
    for (const auto kind : {NeighbourKind::cross_sell, NeighbourKind::similar, NeighbourKind::next,
                            NeighbourKind::count}) {
        total += sum_scored(snapshot.neighbours(kind, item));
    }
    const ItemSignals signals = snapshot.signals(item);
    total += signals.interval + live.restocked + (signals.appeal > 0 ? 1 : 0) +
             (signals.exposure >= 0 ? 1 : 0);
    return total + snapshot.find(snapshot.id(item)) +
           snapshot.find_link(snapshot.text(item, field::link));
}

template <class Number, class Visit>
void visit_and_beyond(std::size_t count, const Visit& visit) {
    for (std::size_t i = 0; i < count + 2; ++i) {
        visit(static_cast<Number>(i));
    }
    visit(static_cast<Number>(-1));
}

// Calls every accessor with every argument in range and some beyond, and reads what it gives. The
// sum keeps the compiler from leaving the reads out.
inline std::uint64_t walk(const Snapshot& snapshot) {
    std::uint64_t total =
        snapshot.generation() + snapshot.bytes() + static_cast<std::uint64_t>(snapshot.created());
    visit_and_beyond<ItemIndex>(snapshot.item_count(),
                                [&](ItemIndex item) { total += walk_item(snapshot, item); });
    visit_and_beyond<std::uint32_t>(snapshot.sessions().size(), [&](std::uint32_t session) {
        total += sum(snapshot.sessions().items_of(session)) + snapshot.sessions().time(session);
    });
    for (const Attribute& attribute : snapshot.found_attributes()) {
        const auto weights = snapshot.weights_of(attribute);
        total += sum(snapshot.text(attribute.value));
        total += static_cast<std::uint64_t>(std::count(weights.begin(), weights.end(), 0.0F));
    }
    total += snapshot.weights_of({static_cast<std::uint32_t>(-1), kNoValue}).size() +
             sum(snapshot.found_segments());
    visit_and_beyond<ValueId>(snapshot.value_count(), [&](ValueId value) {
        const std::string_view text = snapshot.text(value);
        total += sum(text) + snapshot.find_value(text) + snapshot.find(text) +
                 snapshot.find_field(text) + snapshot.find_link(text);
        for (unsigned kind = 0; kind <= static_cast<unsigned>(ListKind::count); ++kind) {
            total += sum_scored(snapshot.ranked(static_cast<ListKind>(kind), value));
        }
    });
    if (const Mixture* mixture = snapshot.mixture(); mixture != nullptr) {
        total += mixture->shares[0][0] >= 0 ? 1 : 0;
    }
    for (const float weight : snapshot.order_weights()) {
        total += weight > 0 ? 1 : 0;
    }
    return total;
}

// False when the header does not say where the checksum ends.
inline bool mend_checksum(std::string& bytes) {
    Header header{};
    if (bytes.size() < sizeof header) {
        return false;
    }
    std::memcpy(&header, bytes.data(), sizeof header);
    const std::uint64_t end = header.sections[static_cast<std::size_t>(Section::live)].offset;
    if (end < sizeof header || end > bytes.size()) {
        return false;
    }
    header.checksum = 0;
    Checksum sum;
    sum.add(&header, sizeof header);
    sum.add(bytes.data() + sizeof header, end - sizeof header);
    header.checksum = sum.value();
    std::memcpy(bytes.data(), &header, sizeof header);
    return true;
}

}  // namespace pz::store::test
