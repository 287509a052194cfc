// Marks: one bit for each candidate, set when a rule selects it. Most rules select few of many.
//
// Thread rules: a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "rules/lanes.hpp"

namespace pz::rules {

class Marks {
  public:
    // Afterwards there are `count`, set where `holds(place)`.
    template <class Holds>
    void assign(std::size_t count, Holds holds) {
        count_ = count;
        words_.resize((count + kLanes - 1) / kLanes);
        for (std::size_t w = 0; w < words_.size(); ++w) {
            const std::size_t first = w * kLanes;
            words_[w] = where_each(in_word(w), [&](std::size_t i) { return holds(first + i); });
        }
    }

    std::size_t size() const { return count_; }
    bool has(std::size_t place) const {
        return (words_[place / kLanes] >> place % kLanes & 1U) != 0;
    }
    bool any() const {
        std::uint64_t all = 0;
        for (const std::uint64_t word : words_) {
            all |= word;
        }
        return all != 0;
    }

    // Calls `use` with the place of each mark, in order.
    template <class Use>
    void each(Use use) const {
        for (std::size_t w = 0; w < words_.size(); ++w) {
            each_bit(words_[w], [&](std::size_t i) { use(w * kLanes + i); });
        }
    }

    // Takes away those for which `holds(place)` is not true; it is not asked about all others alone.
    template <class Holds>
    void keep(Holds holds) {
        for (std::size_t w = 0; w < words_.size(); ++w) {
            const std::size_t first = w * kLanes;
            if (words_[w] != 0) {
                words_[w] &=
                    where_each(in_word(w), [&](std::size_t i) { return holds(first + i); });
            }
        }
    }
    // The same, for a word at once: `where(first)` has the bits of the 64 places from `first` on.
    template <class Where>
    void keep_words(Where where) {
        for (std::size_t w = 0; w < words_.size(); ++w) {
            if (words_[w] != 0) {
                words_[w] &= where(w * kLanes);
            }
        }
    }
    void clear() { words_.assign(words_.size(), 0); }
    // Takes away those that `others`, of as many candidates, has.
    void remove(const Marks& others) {
        for (std::size_t w = 0; w < words_.size(); ++w) {
            words_[w] &= ~others.words_[w];
        }
    }

    // Word after word, for loops of their own: 64 marks each, the last one what is left.
    std::span<std::uint64_t> words() { return words_; }
    std::size_t in_word(std::size_t word) const {
        const std::size_t left = count_ - word * kLanes;
        return left < kLanes ? left : kLanes;
    }

  private:
    std::size_t count_ = 0;
    std::vector<std::uint64_t> words_;  // bits behind the last mark are 0
};

}  // namespace pz::rules
