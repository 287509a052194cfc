// LiveRecord: the live fields of an item as they lie in the file, where the one writer changes them
// while readers read. Every field by itself is old or new, never a mixture; what no writer of ours
// stores is read as unknown. Internal to the store.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>

#include "store/item.hpp"

namespace pz::store {

struct LiveRecord {
    std::int64_t price_micros;
    std::int64_t sale_price_micros;
    std::uint32_t stock;
    float popularity;
    std::uint32_t availability;
    std::uint32_t restocked;
};

// std::atomic_ref takes no const in C++20; a relaxed load writes nothing, also in a read-only
// mapping.
template <class T>
T load_relaxed(const T& place) {
    static_assert(std::atomic_ref<T>::is_always_lock_free);
    return std::atomic_ref<T>(const_cast<T&>(place)).load(std::memory_order_relaxed);
}

inline float sound_popularity(float value) {
    return value > 0 && value <= std::numeric_limits<float>::max() ? value : 0;
}

inline Availability sound_availability(std::uint32_t value) {
    return value <= static_cast<std::uint32_t>(Availability::backorder)
               ? static_cast<Availability>(value)
               : Availability::out_of_stock;
}

inline LiveFields load_live(const LiveRecord& record) {
    LiveFields live;
    live.price_micros = std::max<std::int64_t>(load_relaxed(record.price_micros), 0);
    live.sale_price_micros = std::max<std::int64_t>(load_relaxed(record.sale_price_micros), 0);
    live.stock = load_relaxed(record.stock);
    live.restocked = load_relaxed(record.restocked);
    live.popularity = sound_popularity(load_relaxed(record.popularity));
    live.availability = sound_availability(load_relaxed(record.availability));
    return live;
}

// load_live().available(), without the rest.
inline bool load_available(const LiveRecord& record) {
    return sound_availability(load_relaxed(record.availability)) != Availability::out_of_stock &&
           load_relaxed(record.stock) != 0;
}

void store_live(LiveRecord& record, const LiveFields& live);

}  // namespace pz::store
