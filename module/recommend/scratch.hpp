// The memory of a Scratch. Internal to recommend.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

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

// An affinity by field and value, for binary search.
struct AffinityEntry {
    std::uint64_t key;
    float weight;
};

struct Neighbour {
    std::uint32_t session;
    float similarity;
};

// What speaks for an item that may come next, by the first sources of store::Mixture; not
// normalised.
struct Clue {
    store::ItemIndex item = 0;
    std::uint32_t place =
        0;  // in the visitor's session, from its end: 1 is the latest; 0: not in it
    float near = 0, wide = 0, link = 0, second_link = 0;
    float score = 0;  // the result
};

// The items with clues, back to back: they are few, and all that is computed of them stays in the
// nearest cache.
class Clues {
  public:
    void reset(std::size_t items) {
        if (cells_.size() < items) {
            cells_.resize(items);
        }
        clues_.clear();
        if (++epoch_ == 0) {  // once in 4 billion resets old stamps could look new
            cells_.assign(cells_.size(), {});
            epoch_ = 1;
        }
    }
    // Where the item's clue is in all(); a new one at first. `item` is below the items of reset().
    std::uint32_t index(store::ItemIndex item) {
        Cell& cell = cells_[item];
        if (cell.epoch != epoch_) {
            cell = {epoch_, static_cast<std::uint32_t>(clues_.size())};
            clues_.emplace_back().item = item;
        }
        return cell.index;
    }
    Clue& operator[](std::uint32_t index) { return clues_[index]; }
    Clue& at(store::ItemIndex item) { return clues_[index(item)]; }
    // Null: there is none.
    const Clue* find(store::ItemIndex item) const {
        return cells_[item].epoch == epoch_ ? &clues_[cells_[item].index] : nullptr;
    }
    std::span<Clue> all() { return clues_; }
    // Starts to bring into the cache what index() will read.
    void expect(store::ItemIndex item) const { __builtin_prefetch(cells_.data() + item); }

  private:
    struct Cell {
        std::uint32_t epoch = 0;
        std::uint32_t index = 0;
    };
    std::vector<Cell> cells_;
    std::vector<Clue> clues_;
    std::uint32_t epoch_ = 0;
};

// Something the visitor turned to; see wishes.hpp.
struct Wish {
    store::ItemIndex item;
    std::int64_t time;          // of the last look
    std::int64_t price_micros;  // when they last saw one; 0: unknown
    float interest;             // the most that an event shows
    bool closed;                // bought or disliked before this
};

struct Scratch::State {
    // session_scores()
    Clues clues;
    std::vector<Neighbour> neighbours;
    std::vector<std::uint32_t> met;  // one neighbour's items, as places in clues

    // AffinityScale
    std::vector<AffinityEntry> affinities;

    // A recommender's own
    Sparse<float> pool;
    Sparse<float> own;
    Sparse<float> bought;
    Sparse<float> recency;
    Sparse<std::uint8_t> taken;
    std::vector<store::ScoredItem> best;
    std::vector<store::ValueId> types;
    std::vector<Candidate> found;
    std::vector<Wish> wishes;

    // rank
    Sparse<std::uint8_t> excluded;  // by item
    std::vector<Candidate> candidates;
    std::vector<Candidate> scored;
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
