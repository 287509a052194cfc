#include "store/live_record.hpp"

namespace pz::store {

namespace {

template <class T>
void save(T& place, T value) {
    std::atomic_ref<T>(place).store(value, std::memory_order_relaxed);
}

}  // namespace

void store_live(LiveRecord& record, const LiveFields& live) {
    save(record.price_micros, std::max<std::int64_t>(live.price_micros, 0));
    save(record.sale_price_micros, std::max<std::int64_t>(live.sale_price_micros, 0));
    save(record.stock, live.stock);
    save(record.restocked, live.restocked);
    save(record.popularity, sound_popularity(live.popularity));
    save(record.availability, static_cast<std::uint32_t>(live.availability));
}

}  // namespace pz::store
