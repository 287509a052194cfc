// RecentWrites: which keys were written just now, so that they are read where they were written.
//
// A table of times by hash of the key, shared by all workers of an edge. Two keys with one hash cost
// a read of the primary that need not have been. Thread and process rules: any; a read that begins
// after the write was marked sees it.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string_view>

#include "redis/breaker.hpp"

namespace pz::redis {

class RecentWrites {
  public:
    // Cells of the table: a power of two. Zeroes, to begin with.
    using Cell = std::atomic<std::uint32_t>;
    static constexpr std::size_t kCells = std::size_t{1} << 18;

    explicit RecentWrites(std::span<Cell> cells) : cells_(cells) {}

    void mark(std::string_view key, Millis now) {
        cell(key).store(static_cast<std::uint32_t>(now) | 1U, std::memory_order_release);
    }
    // Whether it was marked less than `window` ago.
    bool holds(std::string_view key, Millis now, Millis window) const {
        const std::uint32_t then = cell(key).load(std::memory_order_acquire);
        return then != 0 && static_cast<std::uint32_t>(now) - then + 1 <= window;
    }

  private:
    Cell& cell(std::string_view key) const {
        std::uint32_t hash = 2166136261U;  // FNV-1a
        for (const char c : key) {
            hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
        }
        return cells_[(hash ^ (hash >> 16)) & (cells_.size() - 1)];
    }

    std::span<Cell> cells_;
};

}  // namespace pz::redis
