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

// What speaks for an item that may come next: the first sources of store::Mixture.
struct Evidence {
    float near = 0, wide = 0, link = 0, second_link = 0;
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
    std::vector<Neighbour> neighbours;
    Sparse<std::uint8_t> place;  // of the evolving session's items: 1 is the latest
    Sparse<Evidence> evidence;   // not normalised
    Sparse<float> session;       // the result

    // score_affinity()
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
    std::vector<std::uint32_t> sources;  // where each recommender's candidates end
    std::vector<std::uint32_t> order;
    std::vector<std::uint32_t> places;
    std::vector<std::uint32_t> slots;
    std::vector<std::uint32_t> explored;   // places of the widget
    std::vector<std::uint32_t> exploring;  // candidates for them
    std::vector<store::ValueId> groups;
    std::vector<std::uint8_t> placed;
};

}  // namespace pz::recommend
