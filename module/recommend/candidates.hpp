// What recommenders share: candidates, levels, categories. Internal to recommend.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "recommend/scratch.hpp"

namespace pz::recommend {

inline bool personal(const Query& query) {
    return query.level == Tier::individual && !query.visitor->empty();
}

// The visitor said so: nothing speaks for it.
inline bool unwanted(const Query& query, store::ItemIndex item) {
    return personal(query) && query.visitor->disliked(item);
}

inline bool segmented(const Query& query) {
    return query.level >= Tier::segment && !query.visitor->segments().empty();
}

// One without a score, made where it stays: it is too large to be copied.
inline Candidate& append_candidate(store::ItemIndex item, Tier tier, std::vector<Candidate>& out) {
    Candidate& candidate = out.emplace_back();
    candidate.item = item;
    candidate.pin = rules::kNoPin;
    candidate.tier = tier;
    return candidate;
}

inline float& part(Candidate& candidate, Signal signal) {
    return candidate.parts[static_cast<int>(signal)];
}

inline float part(const Candidate& candidate, Signal signal) {
    return candidate.parts[static_cast<int>(signal)];
}

inline void add_part(Candidate& candidate, Signal signal, float value) {
    part(candidate, signal) += value;
    candidate.score += value;
}

// Higher scores first; equal ones in the order of their items, which is the catalog's.
void sort_by_score(std::span<Candidate> candidates, Scratch::State& state);

// Brings the best `count` of the items to the front, in that order; behind them stands anything.
std::span<const store::ScoredItem> best_of(std::span<store::ScoredItem> items, std::size_t count,
                                           Scratch::State& state);

inline store::ValueId group_of(const Query& query, store::ItemIndex item) {
    return query.snapshot->value(item, store::field::item_group_id);
}

inline bool available(const store::Snapshot& snapshot, store::ItemIndex item) {
    return snapshot.available(item);
}

// True when there is no category, or the item's product type is the category or below it.
bool in_category(const store::Snapshot& snapshot, store::ItemIndex item, store::ValueId category);

// Appends available items of a list that counts everybody's events and that are not `taken`, until
// `out` has `end` candidates; the list's best scores `scale`.
void append_popular(const store::Snapshot& snapshot, std::span<const store::ScoredItem> list,
                    float scale, std::size_t end, const Sparse<std::uint8_t>& taken,
                    std::vector<Candidate>& out);

// The best share, 0..1, that any of the visitor's segments gives each item; nothing below
// Tier::segment.
void segment_scores(const Query& query, Sparse<float>& scores);

// The item's weight among everybody, 0..1. Without its appeal, by which rank orders what is equal:
// that lies elsewhere in memory.
class PopularityScale {
  public:
    explicit PopularityScale(const store::Snapshot& snapshot);
    float of(store::ItemIndex item) const {
        return std::min(snapshot_.popularity(item) * per_weight_, 1.0F);
    }

  private:
    const store::Snapshot& snapshot_;
    float per_weight_;  // 1 / the best's
};

// How well an item's attributes fit the visitor's, 0..1.
class AffinityScale {
  public:
    // Empty below Tier::individual. The scratch's affinities are in use as long as the scale.
    AffinityScale(const Query& query, Scratch::State& scratch);
    bool empty() const { return field_count_ == 0; }
    // No item has more.
    float most() const { return most_; }
    // Starts to bring into the cache what of() will read.
    void expect(store::ItemIndex item) const {
        __builtin_prefetch(snapshot_.values(item).data() + store::field::brand);
    }
    float of(store::ItemIndex item) const {
        float sum = 0;
        for (std::size_t i = 0; i < field_count_; ++i) {
            const store::ValueId value = snapshot_.value(item, fields_[i]);
            if (value != store::kNoValue) {
                sum += weights_.of({fields_[i], value});
            }
        }
        return sum;
    }

  private:
    const store::Snapshot& snapshot_;
    const AttributeWeights& weights_;
    std::array<store::FieldId, std::size(visitor::kAffinityFields)> fields_{};  // that have any
    std::size_t field_count_ = 0;
    float most_ = 0;
};

void recommend_popular(const Query& query, Scratch& scratch, std::vector<Candidate>& out);
void recommend_new(const Query& query, Scratch& scratch, std::vector<Candidate>& out);
void recommend_sale(const Query& query, Scratch& scratch, std::vector<Candidate>& out);
void recommend_recent(const Query& query, Scratch& scratch, std::vector<Candidate>& out);
void recommend_for_you(const Query& query, Scratch& scratch, std::vector<Candidate>& out);
void recommend_cross_sell(const Query& query, Scratch& scratch, std::vector<Candidate>& out);
void recommend_free_shipping(const Query& query, Scratch& scratch, std::vector<Candidate>& out);
void recommend_bundle(const Query& query, Scratch& scratch, std::vector<Candidate>& out);
void recommend_replenish(const Query& query, Scratch& scratch, std::vector<Candidate>& out);
void recommend_back_in_stock(const Query& query, Scratch& scratch, std::vector<Candidate>& out);
void recommend_price_drop(const Query& query, Scratch& scratch, std::vector<Candidate>& out);
void recommend_similar(const Query& query, Scratch& scratch, std::vector<Candidate>& out);

}  // namespace pz::recommend
