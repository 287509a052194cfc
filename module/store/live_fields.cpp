#include <algorithm>
#include <atomic>
#include <cmath>

#include "store/layout.hpp"

namespace pz::store {

namespace {

// std::atomic_ref takes no const in C++20; a relaxed load writes nothing, also in a read-only
// mapping.
template <class T>
T load(const T& place) {
    static_assert(std::atomic_ref<T>::is_always_lock_free);
    return std::atomic_ref<T>(const_cast<T&>(place)).load(std::memory_order_relaxed);
}

template <class T>
void save(T& place, T value) {
    std::atomic_ref<T>(place).store(value, std::memory_order_relaxed);
}

float sound_popularity(float value) {
    return std::isfinite(value) && value > 0 ? value : 0;
}

}  // namespace

LiveFields load_live(const LiveRecord& record) {
    LiveFields live;
    live.price_micros = std::max<std::int64_t>(load(record.price_micros), 0);
    live.sale_price_micros = std::max<std::int64_t>(load(record.sale_price_micros), 0);
    live.stock = load(record.stock);
    live.restocked = load(record.restocked);
    live.popularity = sound_popularity(load(record.popularity));
    const std::uint32_t availability = load(record.availability);
    live.availability = availability <= static_cast<std::uint32_t>(Availability::backorder)
                            ? static_cast<Availability>(availability)
                            : Availability::out_of_stock;
    return live;
}

void store_live(LiveRecord& record, const LiveFields& live) {
    save(record.price_micros, std::max<std::int64_t>(live.price_micros, 0));
    save(record.sale_price_micros, std::max<std::int64_t>(live.sale_price_micros, 0));
    save(record.stock, live.stock);
    save(record.restocked, live.restocked);
    save(record.popularity, sound_popularity(live.popularity));
    save(record.availability, static_cast<std::uint32_t>(live.availability));
}

}  // namespace pz::store
