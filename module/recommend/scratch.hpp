// The memory of a Scratch. Internal to recommend.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "recommend/price_shelves.hpp"
#include "recommend/tile_signals.hpp"
#include "rules/rules.hpp"

namespace pz::recommend {

// An array over all items of a snapshot that is emptied in no time: values of older epochs are 0.
template <class T>
class Sparse {
  public:
    void reset(std::size_t size) {
        if (values_.size() < size) {
            values_.resize(size);
        }
        touched_.clear();
        if (++epoch_ == 0) {  // once in 4 billion resets old stamps could look new
            values_.assign(values_.size(), {});
            epoch_ = 1;
        }
    }
    // 0 at first. `index` is below the size of reset().
    T& at(std::uint32_t index) {
        Cell& cell = values_[index];
        if (cell.epoch != epoch_) {
            cell = {T{}, epoch_};
            touched_.push_back(index);
        }
        return cell.value;
    }
    T get(std::uint32_t index) const {
        const Cell& cell = values_[index];
        return cell.epoch == epoch_ ? cell.value : T{};
    }
    std::span<const std::uint32_t> touched() const { return touched_; }

  private:
    struct Cell {
        T value{};
        std::uint32_t epoch = 0;
    };
    std::vector<Cell> values_;
    std::vector<std::uint32_t> touched_;
    std::uint32_t epoch_ = 0;
};

// What each of a few attributes weighs, with linear probing: at most an eighth full, so that the
// first look nearly always tells.
class AttributeWeights {
  public:
    // Empties it and makes room for so many.
    void reset(std::size_t count) {
        const std::size_t size = std::bit_ceil(8 * count + 2);
        slots_.assign(size, {});
        shift_ = 64 - std::countr_zero(size);
    }
    // 0 at first. The value is not kNoValue; at most as many as reset() says.
    float& at(store::Attribute attribute) {
        Slot& slot = slots_[place(attribute)];
        slot.attribute = attribute;
        return slot.weight;
    }
    float of(store::Attribute attribute) const { return slots_[place(attribute)].weight; }

  private:
    struct Slot {
        store::Attribute attribute{};
        float weight = 0;
    };
    // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4).
    std::size_t home(store::Attribute attribute) const {
        const std::uint64_t key = std::uint64_t{attribute.field} << 32U | attribute.value;
        return (key * 0x9e3779b97f4a7c15U) >> shift_;
    }
    // Where it is, or else would be.
    std::size_t place(store::Attribute attribute) const {
        std::size_t at = home(attribute);
        while (!usable(slots_[at], attribute)) {
            at = (at + 1) & (slots_.size() - 1);
        }
        return at;
    }
    // Free, or the attribute's; which of them is not to be foreseen, and no branch is taken on it.
    static bool usable(const Slot& slot, store::Attribute attribute) {
        return (static_cast<unsigned>(slot.attribute.value == store::kNoValue) |
                (static_cast<unsigned>(slot.attribute.value == attribute.value) &
                 static_cast<unsigned>(slot.attribute.field == attribute.field))) != 0;
    }

    std::vector<Slot> slots_ = std::vector<Slot>(2);
    int shift_ = 63;
};

// What a few numbers' parts add up to, each number once, in the order of their first parts.
class Sums {
  public:
    struct Sum {
        std::uint32_t number;
        float value;
    };
    static constexpr std::size_t kMost = 1024;  // numbers

    void clear() {
        count_ = 0;
        places_.fill(0);
    }
    // Adds to the number's sum; true when it is the first time. At most kMost numbers. Known or new
    // is not to be foreseen: no branch is taken on it.
    bool add(std::uint32_t number, float value) {
        // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4), linear probing.
        std::size_t at = (number * 2654435769U) >> kShift;
        while (!usable(places_[at], number)) {
            at = (at + 1) % places_.size();
        }
        const std::uint32_t place = places_[at];
        const bool first = place == 0;
        all_[0] = {};  // what a new one has so far
        const float sum = all_[place].value + value;
        count_ += first ? 1 : 0;
        const std::uint32_t to = place | (count_ & (0U - static_cast<std::uint32_t>(first)));
        all_[to] = {number, sum};
        places_[at] = static_cast<std::uint16_t>(to);
        return first;
    }
    std::span<const Sum> all() const { return {all_.data() + 1, count_}; }

  private:
    static constexpr int kShift = 32 - 12;

    // Free, or the number's.
    bool usable(std::uint32_t place, std::uint32_t number) const {
        return (static_cast<unsigned>(place == 0) |
                static_cast<unsigned>(all_[place].number == number)) != 0;
    }

    std::vector<Sum> all_ = std::vector<Sum>(kMost + 1);  // from 1
    std::array<std::uint16_t, 4 * kMost> places_{};       // in all_; 0: free
    std::uint32_t count_ = 0;
};

// What speaks for an item that may come next, by the first sources of store::Mixture; not
// normalised.
struct Clue {
    store::ItemIndex item = 0;
    // In the visitor's session, from its end: 1 is the latest; 0: not in it.
    std::uint16_t place = 0;
    std::uint8_t wanted = 0, known = 0;  // for_you's: to be a candidate; not to be one
    float near = 0, wide = 0, link = 0, second_link = 0;
    float score = 0;  // the result
    float alike = 0;  // for_you's: to the items looked at last, 0..1; then the part of tastes
};
static_assert(sizeof(Clue) == 32, "two in a cache line");

// What is known of a few items, back to back, so that all that is computed of them stays in the
// nearest cache. An Entry has its item.
//
// A sparse set (Briggs and Torczon, An efficient representation for sparse sets, 1993): an item's
// cell is right if the entry that it names is the item's, so nothing need be cleared but the
// entries. New items and known ones come in no order that a processor could foresee, which is why
// there is no branch on it.
template <class Entry>
class Dense {
  public:
    void reset(std::size_t items) {
        if (cells_.size() < items) {
            cells_.resize(items);
        }
        std::fill_n(entries_.begin(), count_ + 1, Entry());
        count_ = 0;
    }
    // index() and at() for a loop over at most so many items.
    class Writer {
      public:
        Writer(Dense& all, std::size_t items) : all_(all), count_(all.count_) {
            if (all.entries_.size() <= count_ + items) {
                all.entries_.resize(std::max(count_ + items + 1, 2 * all.entries_.size()));
            }
            cells_ = all.cells_.data();
            entries_ = all.entries_.data();
        }
        ~Writer() { finish(); }
        Writer(const Writer&) = delete;
        Writer& operator=(const Writer&) = delete;

        // Where the item's entry is in all(); a new one at first. `item` is below the items of
        // reset().
        std::uint32_t index(store::ItemIndex item) {
            const std::uint32_t cell = cells_[item];
            const std::uint32_t other = static_cast<std::uint32_t>(cell >= count_) |
                                        static_cast<std::uint32_t>(entries_[cell].item != item);
            const std::uint32_t index = cell ^ ((cell ^ count_) & (0U - other));
            entries_[count_].item = item;  // the new one, or nobody's yet
            cells_[item] = index;
            count_ += other;
            return index;
        }
        Entry& operator[](std::uint32_t index) { return entries_[index]; }
        Entry& at(store::ItemIndex item) { return entries_[index(item)]; }
        // all() has the new ones from now on.
        void finish() { all_.count_ = count_; }

      private:
        Dense& all_;
        std::uint32_t* cells_;
        Entry* entries_;
        std::uint32_t count_;
    };

    Entry& operator[](std::uint32_t index) { return entries_[index]; }
    Entry& at(store::ItemIndex item) { return entries_[Writer(*this, 1).index(item)]; }
    // Null: there is none.
    Entry* find(store::ItemIndex item) {
        const std::uint32_t cell = cells_[item];
        return cell < count_ && entries_[cell].item == item ? &entries_[cell] : nullptr;
    }
    std::span<Entry> all() { return {entries_.data(), count_}; }
    // Starts to bring into the cache what at() will read.
    void expect(store::ItemIndex item) const { __builtin_prefetch(cells_.data() + item); }

  private:
    static constexpr std::size_t kFirst = 256;

    std::vector<std::uint32_t> cells_;  // by item: where its entry is or any other's
    // The first count_ are in use; of the others none has more than an item. Never fewer than before.
    std::vector<Entry> entries_ = std::vector<Entry>(kFirst);
    std::uint32_t count_ = 0;
};

using Clues = Dense<Clue>;

// Says of most items that they are not among a few, without a look at memory that is far away.
class Few {
  public:
    void clear() { bits_.fill(0); }
    void add(store::ItemIndex item) { bits_[word(item)] |= std::uint64_t{1} << item % 64; }
    // Always true of one that was added.
    bool may_have(store::ItemIndex item) const {
        return (bits_[word(item)] >> item % 64 & 1U) != 0;
    }

  private:
    static std::size_t word(store::ItemIndex item) { return item / 64 % 64; }

    std::array<std::uint64_t, 64> bits_{};
};

// The items of the nearest sessions, all in one row, so that no loop is over the few of one session.
struct Crowd {
    std::vector<store::ItemIndex> items;
    std::vector<std::uint8_t> owners;   // of items: the session that has it
    std::vector<std::uint32_t> places;  // of items: in the clues; or places of items here
};

// What goes together with the items given, see cross_sell.hpp.
struct Together {
    store::ItemIndex item = 0;
    float page = 0, own = 0;         // sums over the items given: the page's; the visitor's
    float bought = 0, recently = 0;  // purchases of it, all and decayed
    float factor = 1;                // of its score, for those better of the same type
};

// Something the visitor turned to; see wishes.hpp.
struct Wish {
    store::ItemIndex item;
    std::int64_t time;          // of the last look
    std::int64_t price_micros;  // when they last saw one; 0: unknown
    float interest;             // the most that an event shows
    bool closed;                // bought or disliked before this
};

// The items of the store's sale list as they were when they were put in order, and that order.
// While they are as they were, so is the order. They are looked at once a second.
struct SaleOrder {
    struct Item {
        store::ItemIndex item;
        bool available;
        std::int64_t price_micros, sale_price_micros;
        bool operator==(const Item&) const = default;
    };
    const store::ScoredItem* list = nullptr;  // of which store, and which of its generations
    std::uint64_t generation = 0;
    std::int64_t created = 0;
    std::int64_t looked = 0;  // unix seconds
    std::vector<Item> items;
    std::vector<store::ScoredItem> order;  // deepest discount first
};

// What candidates are sorted by, and which it is.
struct SortKey {
    std::uint64_t key;
    std::uint32_t index;
    bool operator<(const SortKey& other) const { return key < other.key; }
};

struct Scratch::State {
    // session_scores()
    Clues clues;
    Sums neighbours;  // similarities of sessions
    Sums steps;       // what the session's items lead to, and how surely
    Crowd crowd;
    Few few;  // those that have a clue, where no other is to get one

    // AffinityScale
    AttributeWeights affinities;

    // A recommender's own
    std::vector<std::uint32_t> wanted;  // for_you's candidates, as places in clues
    Sparse<float> pool;
    Sparse<float> own;
    Sparse<float> bought;
    Sparse<float> recency;
    Sparse<std::uint8_t> taken;
    Dense<Together> together;
    SaleOrder sales;
    PriceShelves shelves;
    std::vector<store::ScoredItem> best;
    std::vector<std::uint64_t> keys;  // best_of()'s, keep_nearest()'s
    std::vector<SortKey> sort_keys;   // sort_by_score()'s
    std::vector<Candidate> unsorted;
    AttributeWeights types;  // how many of each
    std::vector<Candidate> found;
    std::vector<Wish> wishes;

    // rank
    Sparse<std::uint8_t> excluded;  // by item
    std::vector<Candidate> candidates;
    std::vector<float> given;       // scores of those that recommenders named, before rules
    std::vector<Candidate> scored;  // tiles
    std::vector<store::ItemIndex> listed;
    std::vector<TileValues> tiles;
    std::vector<Tier> tiers;
    std::vector<std::uint32_t> rest;
    std::vector<rules::Nomination> nominations;  // that matter
    std::vector<const Recommender*> chosen;      // in the widget's place, by a rule
    std::vector<std::uint32_t> sources;          // where each recommender's candidates end
    std::vector<std::uint32_t> order;
    std::vector<std::uint32_t> places;
    std::vector<std::uint32_t> slots;
    std::vector<std::uint32_t> explored;   // places of the widget
    std::vector<std::uint32_t> exploring;  // candidates for them
    std::vector<store::ValueId> groups;
    std::vector<std::uint8_t> placed;
};

}  // namespace pz::recommend
