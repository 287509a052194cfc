// TileIndex: numbers by hash, for lookups that miss the processor's cache as seldom as can be: a
// slot is 8 bytes, and what will be read can be asked for ahead. Internal to the room.
//
// Whoever looks compares what the numbers stand for. Thread rules: one thread. Errors: none, but
// for std::bad_alloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace pz::page {

class TileIndex {
  public:
    static constexpr std::uint32_t kNone = 0xffffffffU;

    TileIndex() { clear(); }

    // The first number of this hash for which same(number) holds, or kNone.
    template <class Same>
    std::uint32_t find(std::uint32_t hash, const Same& same) const {
        for (std::size_t at = hash & mask_; slots_[at].number != kNone; at = (at + 1) & mask_) {
            if (slots_[at].hash == hash && same(slots_[at].number)) {
                return slots_[at].number;
            }
        }
        return kNone;
    }
    // The number must not be there.
    void add(std::uint32_t hash, std::uint32_t number) {
        if (2 * (count_ + 1) > slots_.size()) {
            grow();
        }
        place({hash, number});
        count_++;
    }
    // The number must be there. What stands behind it moves up.
    void remove(std::uint32_t hash, std::uint32_t number) {
        std::size_t hole = hash & mask_;
        while (slots_[hole].number != number) {
            hole = (hole + 1) & mask_;
        }
        for (std::size_t at = (hole + 1) & mask_; slots_[at].number != kNone;
             at = (at + 1) & mask_) {
            const std::size_t home = slots_[at].hash & mask_;
            if (((at - home) & mask_) >= ((at - hole) & mask_)) {
                slots_[hole] = slots_[at];
                hole = at;
            }
        }
        slots_[hole].number = kNone;
        count_--;
    }
    void clear() {
        slots_.assign(kLeast, {});
        mask_ = kLeast - 1;
        count_ = 0;
    }

    void expect(std::uint32_t hash) const { __builtin_prefetch(&slots_[hash & mask_]); }
    std::size_t bytes() const { return slots_.capacity() * sizeof(Slot); }

  private:
    static constexpr std::size_t kLeast = 16;
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t number = kNone;
    };

    void place(Slot slot) {
        std::size_t at = slot.hash & mask_;
        while (slots_[at].number != kNone) {
            at = (at + 1) & mask_;
        }
        slots_[at] = slot;
    }
    void grow() {
        const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(2 * slots_.size()));
        mask_ = slots_.size() - 1;
        for (const Slot& slot : old) {
            if (slot.number != kNone) {
                place(slot);
            }
        }
    }

    std::vector<Slot> slots_;
    std::size_t mask_ = 0;
    std::size_t count_ = 0;
};

}  // namespace pz::page
