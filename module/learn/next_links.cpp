#include "learn/next_links.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "learn/trainer_state.hpp"

namespace pz::learn {

namespace {

using store::ItemIndex;
using store::ScoredItem;

constexpr double kHalfLife = 42 * 86400.0;  // seconds
constexpr double kDistanceDecay = 3;        // items
constexpr float kBackwards = 0.5F;

// The sessions in terms of items, and where each item is.
struct Places {
    std::vector<float> weight;              // per session
    std::vector<std::size_t> begin = {0};   // per session + 1, into items
    std::vector<ItemIndex> items;           // each once per session
    std::vector<std::size_t> first;         // per item + 1, into places
    std::vector<std::uint32_t> session_of;  // of each place
    std::vector<std::size_t> places;        // into items
};

std::int64_t newest(const SessionLog& log) {
    std::int64_t time = 0;
    for (std::size_t i = 0; i < log.size(); ++i) {
        time = std::max(time, log.time(i));
    }
    return time;
}

void add_sessions(const SessionLog& log, std::span<const ItemIndex> item_of, Places& index) {
    const std::int64_t now = newest(log);
    for (std::size_t i = 0; i < log.size(); ++i) {
        for (const Slot slot : log.items(i)) {
            if (item_of[slot] != store::kNoItem) {
                index.items.push_back(item_of[slot]);
            }
        }
        index.begin.push_back(index.items.size());
        const auto age = static_cast<double>(now - log.time(i));
        index.weight.push_back(static_cast<float>(std::exp2(-age / kHalfLife)));
    }
}

void invert(std::size_t items, Places& index) {
    index.first.assign(items + 1, 0);
    for (const ItemIndex item : index.items) {
        ++index.first[item + 1];
    }
    for (std::size_t item = 0; item < items; ++item) {
        index.first[item + 1] += index.first[item];
    }
    index.places.resize(index.items.size());
    index.session_of.resize(index.items.size());
    std::vector<std::size_t> next(index.first.begin(), index.first.end() - 1);
    for (std::uint32_t session = 0; session < index.weight.size(); ++session) {
        for (std::size_t i = index.begin[session]; i < index.begin[session + 1]; ++i) {
            const std::size_t at = next[index.items[i]]++;
            index.places[at] = i;
            index.session_of[at] = session;
        }
    }
}

std::array<float, kMaxSessionItems + 1> distance_weights() {
    std::array<float, kMaxSessionItems + 1> weights{};
    for (std::size_t d = 1; d < weights.size(); ++d) {
        weights[d] = static_cast<float>(std::exp(-static_cast<double>(d - 1) / kDistanceDecay));
    }
    return weights;
}

// One item's row in a dense array: memory for one row only.
class Row {
  public:
    explicit Row(std::size_t items) : sum_(items, 0.0F), distance_(distance_weights()) {}

    void collect(const Places& index, ItemIndex item) {
        for (std::size_t i = index.first[item]; i < index.first[item + 1]; ++i) {
            const std::uint32_t session = index.session_of[i];
            const std::size_t own = index.places[i];
            for (std::size_t j = index.begin[session]; j < index.begin[session + 1]; ++j) {
                if (j != own) {
                    const float weight =
                        index.weight[session] * distance_[j > own ? j - own : own - j];
                    add(index.items[j], j > own ? weight : kBackwards * weight);
                }
            }
        }
    }
    // The best of it as probabilities; empties it.
    std::vector<ScoredItem> take(std::size_t keep) {
        double total = 0;
        std::vector<ScoredItem> row;
        for (const ItemIndex item : touched_) {
            total += sum_[item];
            row.push_back({item, std::exchange(sum_[item], 0.0F)});
        }
        touched_.clear();
        const auto better = [](const ScoredItem& a, const ScoredItem& b) {
            return a.score != b.score ? a.score > b.score : a.item < b.item;
        };
        const std::size_t kept = std::min(keep, row.size());
        std::partial_sort(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(kept), row.end(),
                          better);
        row.resize(kept);
        for (ScoredItem& scored : row) {
            scored.score = static_cast<float>(scored.score / total);
        }
        return row;
    }

  private:
    void add(ItemIndex item, float weight) {
        // A session of long ago may weigh less than a float can say.
        if (sum_[item] == 0 && weight > 0) {
            touched_.push_back(item);
        }
        sum_[item] += weight;
    }

    std::vector<float> sum_;
    std::vector<ItemIndex> touched_;
    std::array<float, kMaxSessionItems + 1> distance_;
};

}  // namespace

void for_each_next(const SessionLog& log, std::span<const ItemIndex> item_of, std::size_t items,
                   std::size_t keep,
                   const std::function<void(ItemIndex, std::vector<ScoredItem>)>& row) {
    Places index;
    add_sessions(log, item_of, index);
    invert(items, index);
    Row sums(items);
    for (ItemIndex item = 0; item < items; ++item) {
        sums.collect(index, item);
        std::vector<ScoredItem> found = sums.take(keep);
        if (!found.empty()) {
            row(item, std::move(found));
        }
    }
}

}  // namespace pz::learn
