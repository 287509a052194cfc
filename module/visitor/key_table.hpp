// KeyTable: numbers keys 0, 1, 2, ... in the order in which they are first seen.
//
// Open addressing, twice as many places as keys; clear() keeps the memory. For the few hundred
// items and values of one visitor this is several times faster than std::unordered_map, and free of
// allocations once it is warm. Thread rules: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pz::visitor {

class KeyTable {
  public:
    void clear();
    // The number of `key`; a new one gets size().
    std::size_t number(std::uint32_t key) {
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
    std::size_t size() const { return keys_.size(); }
    std::span<const std::uint32_t> keys() const { return keys_; }  // by number

  private:
    // 2^32 divided by the golden ratio: spreads consecutive keys (Knuth, TAOCP 3, 6.4).
    static constexpr std::uint32_t kSpread = 2654435769U;

    // The place where the key stands, or the free one where it belongs.
    std::uint32_t& place(std::uint32_t key) {
        std::size_t at = (key * kSpread) >> shift_;
        while (places_[at] != 0 && keys_[places_[at] - 1] != key) {
            at = (at + 1) & (places_.size() - 1);
        }
        return places_[at];
    }
    void grow();

    std::vector<std::uint32_t> keys_;
    std::vector<std::uint32_t> places_;  // 0: free; else number + 1. Size: a power of two.
    unsigned shift_ = 32;
};

}  // namespace pz::visitor
