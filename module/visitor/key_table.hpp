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
    std::size_t number(std::uint32_t key);
    std::size_t size() const { return keys_.size(); }
    std::span<const std::uint32_t> keys() const { return keys_; }  // by number

  private:
    std::uint32_t& place(std::uint32_t key);
    void grow();

    std::vector<std::uint32_t> keys_;
    std::vector<std::uint32_t> places_;  // 0: free; else number + 1. Size: a power of two.
    unsigned shift_ = 32;
};

}  // namespace pz::visitor
