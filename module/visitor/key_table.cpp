#include "visitor/key_table.hpp"

#include <algorithm>
#include <bit>

namespace pz::visitor {

namespace {

constexpr std::size_t kFirstPlaces = 64;

}  // namespace

void KeyTable::clear() {
    keys_.clear();
    std::fill(places_.begin(), places_.end(), 0);
}

void KeyTable::grow() {
    const std::size_t size = std::max(kFirstPlaces, places_.size() * 2);
    places_.assign(size, 0);
    shift_ = 32 - static_cast<unsigned>(std::countr_zero(size));
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        place(keys_[i]) = static_cast<std::uint32_t>(i + 1);
    }
}

}  // namespace pz::visitor
