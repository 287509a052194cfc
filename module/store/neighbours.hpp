// Neighbours: an item's list of others, best first, as it lies in the file: four bytes each, the
// number of the item above, its score below. The item takes as many bits as the store's items need,
// the score those that are left: a small float of 5 bits of exponent (2^-24 to 2^8) and the rest of
// mantissa, so that scores are right to 0.4 % among a million items and to 6 % among 16 million.
// Lifetime: the words belong to the snapshot.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>

#include "store/item.hpp"

namespace pz::store {

// How a neighbour is written in a store of so many items, at most 2^24.
class NeighbourCode {
  public:
    explicit NeighbourCode(std::size_t items)
        : score_bits_(kWordBits - std::max(kLeastItemBits, item_bits(items))) {}

    ItemIndex item(std::uint32_t word) const { return word >> score_bits_; }
    float score(std::uint32_t word) const {
        return std::bit_cast<float>(kBase + ((word & mask()) << shift()));
    }
    ScoredItem decode(std::uint32_t word) const { return {item(word), score(word)}; }
    // The score is over 0; one that is out of range becomes the nearest that is not.
    std::uint32_t encode(ScoredItem scored) const {
        const std::uint32_t bits = std::max(std::bit_cast<std::uint32_t>(scored.score), kBase);
        const std::uint32_t code = ((bits - kBase) + (1U << shift() >> 1)) >> shift();
        return scored.item << score_bits_ | std::min(code, mask());
    }

  private:
    static int item_bits(std::size_t items) {
        return static_cast<int>(std::bit_width(std::max<std::size_t>(items, 1) - 1));
    }

    static constexpr int kWordBits = 32;
    static constexpr int kLeastItemBits = 9;
    static constexpr int kExponentBits = 5;
    static constexpr int kMantissaBits = 23;                   // of a float
    static constexpr std::uint32_t kBase = (127U - 24) << 23;  // 2^-24 as a float

    std::uint32_t mask() const { return (1U << score_bits_) - 1; }
    int shift() const { return kMantissaBits - (score_bits_ - kExponentBits); }

    int score_bits_;
};

class Neighbours {
  public:
    class Iterator {
      public:
        using iterator_category = std::input_iterator_tag;
        using value_type = ScoredItem;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = ScoredItem;

        Iterator(const std::uint32_t* word, NeighbourCode code) : word_(word), code_(code) {}
        ScoredItem operator*() const { return code_.decode(*word_); }
        Iterator& operator++() {
            ++word_;
            return *this;
        }
        bool operator==(const Iterator& other) const { return word_ == other.word_; }

      private:
        const std::uint32_t* word_;
        NeighbourCode code_;
    };

    Neighbours(std::span<const std::uint32_t> words, NeighbourCode code)
        : words_(words), code_(code) {}

    std::size_t size() const { return words_.size(); }
    bool empty() const { return words_.empty(); }
    ScoredItem operator[](std::size_t i) const { return code_.decode(words_[i]); }
    ScoredItem front() const { return (*this)[0]; }
    Neighbours first(std::size_t count) const {  // or all, if there are fewer
        return {words_.first(std::min(count, words_.size())), code_};
    }
    Iterator begin() const { return {words_.data(), code_}; }
    Iterator end() const { return {words_.data() + words_.size(), code_}; }
    // Starts to bring the first of them, as many as there are of `count`, into the cache.
    void expect(std::size_t count) const {
        constexpr std::size_t kLine = 64 / sizeof(std::uint32_t);
        const std::size_t end = std::min(count, words_.size());
        for (std::size_t i = 0; i < end; i += kLine) {
            __builtin_prefetch(words_.data() + i);
        }
        __builtin_prefetch(words_.data() + end - (end > 0 ? 1 : 0));
    }

  private:
    std::span<const std::uint32_t> words_;
    NeighbourCode code_;
};

}  // namespace pz::store
