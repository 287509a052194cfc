// Generation: the making of one snapshot from what was learned, a step for each kind of thing in it.
// Internal to learn.
// Thread rules: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "learn/alike.hpp"
#include "learn/pairs.hpp"
#include "learn/trainer_state.hpp"

namespace pz::learn {

// The text of a column; empty: it has none.
std::string_view field_of(const store::ItemInput& input, std::string_view name);

// add_items() comes first; of the others those that are wanted, in any order.
class Generation {
  public:
    Generation(const Learned& learned, std::int64_t now)
        : learned_(learned), now_(now), builder_(std::make_unique<store::SnapshotBuilder>()) {}

    Status add_items();
    void add_popular();
    void add_segments();
    void add_found_segments();
    void add_unproven();
    void add_new_and_sale();
    void add_cross_sell();
    void add_similar();
    void add_sessions();
    void add_next();
    void weigh_by_sessions();
    void add_order_weights() { builder_->set_order_weights(learned_.order_weights); }
    std::unique_ptr<store::SnapshotBuilder> take() { return std::move(builder_); }

  private:
    using Lists = std::map<std::string_view, std::vector<store::ScoredItem>>;

    const Product& product(store::ItemIndex item) const {
        return learned_.products[slot_of_[item]];
    }
    std::size_t item_count() const { return slot_of_.size(); }
    void set_list(store::ListKind kind, std::string_view key, std::vector<store::ScoredItem> items);
    Status add_item(Slot slot);
    void add_signals();
    void weigh_places();
    void rank_items();
    void group_items();
    // Rows by group, of groups.
    std::vector<std::vector<Pair>> pooled(const SessionLog& log, const PairOptions& options);
    std::size_t number_kinds();
    // Groups that hardly anybody has looked at together with others; available ones.
    std::vector<std::uint32_t> cold_groups(const std::vector<std::vector<Pair>>& co_viewed) const;
    void set_neighbours(store::NeighbourKind kind, const std::vector<std::vector<Pair>>& rows);

    const Learned& learned_;
    std::int64_t now_;
    std::unique_ptr<store::SnapshotBuilder> builder_;
    std::vector<Slot> slot_of_;                   // by item
    std::vector<store::ItemIndex> item_of_;       // by slot; kNoItem: not listed
    std::vector<float> weight_;                   // popularity now, by item
    std::vector<bool> available_;                 // by item
    std::vector<std::int64_t> first_seen_;        // by item
    std::vector<Attention::Estimate> attention_;  // by item
    std::vector<float> worth_;  // of an event of the item, in lists that count events

    std::vector<store::ItemIndex> by_popularity_;
    std::vector<std::uint32_t> group_of_;       // by item
    std::vector<std::uint32_t> group_of_slot_;  // by slot; the last group takes what is not listed
    std::vector<std::uint32_t> kind_of_slot_;   // product type by slot
    // By group: its most popular item, an available one if any.
    std::vector<store::ItemIndex> best_of_;
    std::vector<std::uint8_t> sold_out_;  // by group, and for what is not listed
};

}  // namespace pz::learn
