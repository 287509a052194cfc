// Repeats: after what time an item is bought again. Internal to learn.
//
// The interval is the median gap between two purchases of the item by one visitor, over all
// visitors; gaps under a day are one purchase. It is known from 5 gaps on, if at least one in ten
// who bought the item came back for it: a gift that two people happened to buy twice has none. Of a
// visitor the first 4 gaps of an item count, of an item the last 64.
// Memory: at most 2,000,000 pairs of visitor and item; those bought longest ago make room. Thread
// rules: one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "learn/record_file.hpp"
#include "learn/session_log.hpp"

namespace pz::learn {

class Repeats {
  public:
    // Purchases of one visitor come in order of time; what is older than the last counts for
    // nothing.
    void buy(std::string_view visitor, Slot item, std::int64_t time);
    std::uint32_t interval(Slot item) const;  // seconds; 0: unknown

    // Of a checkpoint, which names no visitors: only a hash of each. Items are written as `numbers`
    // has them by slot, and are below `slots`.
    void mark(std::vector<Slot>& numbers) const;  // 0: an item of this
    void save(RecordWriter& to, std::span<const Slot> numbers) const;
    void restore(RecordReader& from, std::size_t slots);

  private:
    struct Last {
        std::int64_t time;
        Slot item;
        std::uint8_t gaps;
    };
    struct Item {
        std::uint32_t buyers = 0;
        std::uint32_t returned = 0;       // of the buyers
        std::uint32_t next = 0;           // of the gaps, to be overwritten
        std::vector<std::uint32_t> gaps;  // seconds
    };
    void forget_oldest();

    std::unordered_map<std::uint64_t, Last> last_;  // by visitor and item, hashed
    std::unordered_map<Slot, Item> items_;
};

}  // namespace pz::learn
