#include "visitor/key_table.hpp"

#include <algorithm>
#include <bit>

namespace pz::visitor {

namespace {

constexpr std::size_t kFirstPlaces = 64;
// 2^32 divided by the golden ratio: spreads consecutive keys (Knuth, TAOCP 3, 6.4).
constexpr std::uint32_t kSpread = 2654435769U;

}  // namespace

void KeyTable::clear() {
    keys_.clear();
    std::fill(places_.begin(), places_.end(), 0);
}

// The place where the key stands, or the free one where it belongs.
std::uint32_t& KeyTable::place(std::uint32_t key) {
    std::size_t at = (key * kSpread) >> shift_;
    while (places_[at] != 0 && keys_[places_[at] - 1] != key) {
        at = (at + 1) & (places_.size() - 1);
    }
    return places_[at];
}

void KeyTable::grow() {
    const std::size_t size = std::max(kFirstPlaces, places_.size() * 2);
    places_.assign(size, 0);
    shift_ = 32 - static_cast<unsigned>(std::countr_zero(size));
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        place(keys_[i]) = static_cast<std::uint32_t>(i + 1);
    }
}

std::size_t KeyTable::number(std::uint32_t key) {
    if (keys_.size() * 2 >= places_.size()) {
        grow();
    }
    std::uint32_t& found = place(key);
    if (found == 0) {
        keys_.push_back(key);
        found = static_cast<std::uint32_t>(keys_.size());
    }
    return found - 1;
}

}  // namespace pz::visitor
