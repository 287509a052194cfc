#include "nginx/stats.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

namespace pz::ngx {

void Renders::add(std::string_view name, std::size_t tier) {
    name = name.substr(0, kMaxName);
    const std::uint64_t hash = std::hash<std::string_view>()(name) | 1U;
    if (name.empty() || tier >= kTiers) {
        return;
    }
    for (std::size_t i = 0; i < kPlaces; i++) {
        Place& place = places_[(hash + i) % kPlaces];
        std::uint64_t known = place.hash.load(std::memory_order_relaxed);
        if (known == 0 && place.hash.compare_exchange_strong(known, hash)) {
            std::memcpy(place.name, name.data(), name.size());
            place.size.store(static_cast<std::uint32_t>(name.size()), std::memory_order_release);
            known = hash;
        }
        if (known == hash) {
            place.shown[tier].add();
            return;
        }
    }
}

}  // namespace pz::ngx
