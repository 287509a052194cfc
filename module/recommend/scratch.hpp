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

// What each of a few attributes weighs, at most a quarter full, with linear probing.
class AttributeWeights {
  public:
    // Empties it and makes room for so many.
    void reset(std::size_t count) {
        const std::size_t size = std::bit_ceil(4 * count + 2);
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
        while (slots_[at].attribute.value != store::kNoValue &&
               !(slots_[at].attribute == attribute)) {
            at = (at + 1) & (slots_.size() - 1);
        }
        return at;
    }

    std::vector<Slot> slots_ = std::vector<Slot>(2);
    int shift_ = 63;
};

// Sessions that have any of the visitor's items, each once.
class Neighbours {
  public:
    struct Neighbour {
        std::uint32_t session;
        float similarity;
    };
    static constexpr std::size_t kMost = 1024;

    void clear() {
        all_.clear();
        places_.fill(0);
    }
    // Adds to the similarity of a session; true when it is the first time. At most kMost sessions.
    bool add(std::uint32_t session, float similarity) {
        // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4), linear probing.
        std::size_t at = (session * 2654435769U) >> kShift;
        for (; places_[at] != 0; at = (at + 1) % places_.size()) {
            if (Neighbour& known = all_[places_[at] - 1U]; known.session == session) {
                known.similarity += similarity;
                return false;
            }
        }
        all_.push_back({session, similarity});
        places_[at] = static_cast<std::uint16_t>(all_.size());
        return true;
    }
    std::span<const Neighbour> all() const { return all_; }

  private:
    static constexpr int kShift = 32 - 11;
    std::vector<Neighbour> all_;
    std::array<std::uint16_t, 2 * kMost> places_{};  // place in all_ + 1; 0: free
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
    float alike = 0;  // for_you's: to the items looked at last, 0..1
};
static_assert(sizeof(Clue) == 32, "two in a cache line");

// What is known of a few items, back to back, so that all that is computed of them stays in the
// nearest cache. An Entry has its item.
template <class Entry>
class Dense {
  public:
    void reset(std::size_t items) {
        if (cells_.size() < items) {
            cells_.resize(items);
        }
        count_ = 0;
        if (++epoch_ == 0) {  // once in 4 billion resets old stamps could look new
            cells_.assign(cells_.size(), {});
            epoch_ = 1;
        }
    }
    // Where the item's entry is in all(); a new one at first. `item` is below the items of reset().
    std::uint32_t index(store::ItemIndex item) {
        Cell& cell = cells_[item];
        if (cell.epoch != epoch_) {
            if (count_ == entries_.size()) {
                entries_.resize(std::max(kFirst, 2 * count_));
            }
            cell = {epoch_, static_cast<std::uint32_t>(count_)};
            entries_[count_] = Entry();
            entries_[count_++].item = item;
        }
        return cell.index;
    }
    Entry& operator[](std::uint32_t index) { return entries_[index]; }
    Entry& at(store::ItemIndex item) { return entries_[index(item)]; }
    // Null: there is none.
    Entry* find(store::ItemIndex item) {
        return cells_[item].epoch == epoch_ ? &entries_[cells_[item].index] : nullptr;
    }
    std::span<Entry> all() { return {entries_.data(), count_}; }
    // Starts to bring into the cache what index() will read.
    void expect(store::ItemIndex item) const { __builtin_prefetch(cells_.data() + item); }

  private:
    static constexpr std::size_t kFirst = 256;

    struct Cell {
        std::uint32_t epoch = 0;
        std::uint32_t index = 0;
    };
    std::vector<Cell> cells_;
    std::vector<Entry> entries_;  // the first count_ are in use
    std::size_t count_ = 0;
    std::uint32_t epoch_ = 0;
};

using Clues = Dense<Clue>;

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
    Neighbours neighbours;
    std::vector<std::uint32_t> met;  // one neighbour's items, as places in clues

    // AffinityScale
    AttributeWeights affinities;

    // A recommender's own
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
    std::vector<const Recommender*> chosen;  // in the widget's place, by a rule
    std::vector<std::uint32_t> sources;      // where each recommender's candidates end
    std::vector<std::uint32_t> order;
    std::vector<std::uint32_t> places;
    std::vector<std::uint32_t> slots;
    std::vector<std::uint32_t> explored;   // places of the widget
    std::vector<std::uint32_t> exploring;  // candidates for them
    std::vector<store::ValueId> groups;
    std::vector<std::uint8_t> placed;
};

}  // namespace pz::recommend
