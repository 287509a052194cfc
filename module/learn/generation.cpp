// Trainer::write: lists, neighbours and sessions of one generation.
#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>

#include "learn/alike.hpp"
#include "learn/complements.hpp"
#include "learn/found_segments.hpp"
#include "learn/next_links.hpp"
#include "learn/pairs.hpp"
#include "learn/product.hpp"
#include "learn/trainer_state.hpp"

namespace pz::learn {

namespace {

using store::ItemIndex;
using store::ListKind;
using store::NeighbourKind;
using store::ScoredItem;
using store::SnapshotBuilder;

constexpr float kAlikeShare =
    0.25F;  // of attributes beside co-views, whose cosines are about as large

constexpr float kProven = 200;  // impressions at an ordinary place

// Adds attributes' share to the co-viewed, and the most alike of those never seen together.
void add_alike(Alike& alike, std::uint32_t group, const PairOptions& options,
               std::vector<Pair>& row) {
    for (Pair& pair : row) {
        pair.score += kAlikeShare * alike.cosine(group, pair.other);
    }
    const std::size_t co_viewed = row.size();
    for (const Pair& pair : alike.nearest(group, options.keep, options.behind)) {
        const auto same = [&pair](const Pair& other) { return other.other == pair.other; };
        const auto end = row.begin() + static_cast<std::ptrdiff_t>(co_viewed);
        if (std::none_of(row.begin(), end, same)) {
            row.push_back({pair.other, kAlikeShare * pair.score});
        }
    }
    keep_best(row, options.keep, options.behind);
}

class Generation {
  public:
    Generation(const Learned& learned, std::int64_t now)
        : learned_(learned), now_(now), builder_(std::make_unique<SnapshotBuilder>()) {}

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
    std::unique_ptr<SnapshotBuilder> take() { return std::move(builder_); }

  private:
    using Lists = std::map<std::string_view, std::vector<ScoredItem>>;

    const Product& product(ItemIndex item) const { return learned_.products[slot_of_[item]]; }
    std::size_t item_count() const { return slot_of_.size(); }
    void set_list(ListKind kind, std::string_view key, std::vector<ScoredItem> items);
    Status add_item(Slot slot);
    void add_signals();
    template <class Add>
    void for_categories(ItemIndex item, const Add& add) const;
    void rank_items();
    void group_items();
    // Rows by group, of groups.
    std::vector<std::vector<Pair>> pooled(const SessionLog& log, const PairOptions& options);
    std::size_t number_kinds();
    void set_neighbours(NeighbourKind kind, const std::vector<std::vector<Pair>>& rows);

    const Learned& learned_;
    std::int64_t now_;
    std::unique_ptr<SnapshotBuilder> builder_;
    std::vector<Slot> slot_of_;                   // by item
    std::vector<ItemIndex> item_of_;              // by slot; kNoItem: not listed
    std::vector<float> weight_;                   // popularity now, by item
    std::vector<bool> available_;                 // by item
    std::vector<std::int64_t> first_seen_;        // by item
    std::vector<Attention::Estimate> attention_;  // by item

    std::vector<ItemIndex> by_popularity_;
    std::vector<std::uint32_t> group_of_;       // by item
    std::vector<std::uint32_t> group_of_slot_;  // by slot; the last group takes what is not listed
    std::vector<std::uint32_t> kind_of_slot_;   // product type by slot
    std::vector<ItemIndex> best_of_;  // by group: its most popular item, an available one if any
    std::vector<std::uint8_t> sold_out_;  // by group, and for what is not listed
};

Status Generation::add_items() {
    item_of_.assign(learned_.products.size(), store::kNoItem);
    for (Slot slot = 0; slot < learned_.products.size(); ++slot) {
        if (learned_.products[slot].listed) {
            if (Status status = add_item(slot); !status) {
                return status;
            }
        }
    }
    add_signals();
    rank_items();
    group_items();
    return {};
}

Status Generation::add_item(Slot slot) {
    const Product& product = learned_.products[slot];
    store::ItemInput input = product.input;
    drop_columns(learned_.left_out, input);
    input.popularity =
        static_cast<float>(product.weight.at(now_, learned_.options.popularity_half_life));
    const auto item = builder_->add_item(input);
    if (!item) {
        return item.status();
    }
    const auto live = store::read_live_fields(input);
    item_of_[slot] = *item;
    slot_of_.push_back(slot);
    weight_.push_back(input.popularity);
    available_.push_back(live && live->available());
    first_seen_.push_back(first_seen(product));
    if (field_of(input, "date_added").empty() && product.first_event > 0) {
        builder_->set_first_seen(*item, product.first_event);
    }
    builder_->set_restocked(*item, product.restocked);
    return {};
}

void Generation::add_signals() {
    const auto by_slot = learned_.attention.estimate(learned_.products.size(), now_);
    for (ItemIndex item = 0; item < item_count(); ++item) {
        const Slot slot = slot_of_[item];
        attention_.push_back(by_slot[slot]);
        builder_->set_signals(
            item, {by_slot[slot].appeal, by_slot[slot].exposure, learned_.repeats.interval(slot)});
    }
}

void Generation::rank_items() {
    by_popularity_.resize(item_count());
    std::iota(by_popularity_.begin(), by_popularity_.end(), 0U);
    std::stable_sort(by_popularity_.begin(), by_popularity_.end(),
                     [this](ItemIndex a, ItemIndex b) { return weight_[a] > weight_[b]; });
}

void Generation::group_items() {
    std::unordered_map<std::string_view, std::uint32_t> groups;
    group_of_.resize(item_count());
    for (const ItemIndex item : by_popularity_) {
        const std::string_view name = field_of(product(item).input, "item_group_id");
        const auto next = static_cast<std::uint32_t>(best_of_.size());
        const std::uint32_t group =
            name.empty() ? next : groups.try_emplace(name, next).first->second;
        group_of_[item] = group;
        if (group == next) {
            best_of_.push_back(item);
            sold_out_.push_back(available_[item] ? 0 : 1);
        } else if (sold_out_[group] != 0 && available_[item]) {
            best_of_[group] = item;
            sold_out_[group] = 0;
        }
    }
    sold_out_.push_back(1);
    group_of_slot_.assign(item_of_.size(), static_cast<std::uint32_t>(best_of_.size()));
    for (ItemIndex item = 0; item < item_count(); ++item) {
        group_of_slot_[slot_of_[item]] = group_of_[item];
    }
}

// The best of what is available, and some that may be back before the next generation.
void Generation::set_list(ListKind kind, std::string_view key, std::vector<ScoredItem> items) {
    std::stable_sort(items.begin(), items.end(),
                     [](const ScoredItem& a, const ScoredItem& b) { return a.score > b.score; });
    const std::size_t length = learned_.options.list_length;
    std::size_t room[] = {spare(length), length};
    std::erase_if(items, [&](const ScoredItem& scored) {
        std::size_t& left = room[available_[scored.item] ? 1 : 0];
        if (left == 0) {
            return true;
        }
        --left;
        return false;
    });
    builder_->set_list(kind, key, std::move(items));
}

// Calls add(name) for the item's product type and each level that leads it.
template <class Add>
void Generation::for_categories(ItemIndex item, const Add& add) const {
    const std::string_view type = field_of(product(item).input, "product_type");
    for (std::size_t at = type.find(" > "); at != std::string_view::npos;
         at = type.find(" > ", at + 3)) {
        add(type.substr(0, at));
    }
    if (!type.empty()) {
        add(type);
    }
}

void Generation::add_popular() {
    std::vector<ScoredItem> all;
    Lists categories;
    Lists brands;
    for (const ItemIndex item : by_popularity_) {
        const ScoredItem scored{item, weight_[item] * attention_[item].appeal};
        all.push_back(scored);
        for_categories(item, [&](std::string_view name) { categories[name].push_back(scored); });
        brands[field_of(product(item).input, "brand")].push_back(scored);
    }
    brands.erase("");
    set_list(ListKind::popular, "", std::move(all));
    for (auto& [name, items] : categories) {
        set_list(ListKind::in_category, name, std::move(items));
    }
    for (auto& [name, items] : brands) {
        set_list(ListKind::in_brand, name, std::move(items));
    }
}

void Generation::add_segments() {
    for (const auto& [name, segment] : learned_.segments) {
        std::vector<ScoredItem> items;
        for (const auto& [slot, weight] : segment.items) {
            const double now = weight.at(now_, learned_.options.popularity_half_life);
            if (item_of_[slot] != store::kNoItem) {
                const ItemIndex item = item_of_[slot];
                items.push_back({item, static_cast<float>(now) * attention_[item].appeal});
            }
        }
        // The map's order is not ours: equal input must give an equal store.
        std::sort(items.begin(), items.end(),
                  [](const ScoredItem& a, const ScoredItem& b) { return a.item < b.item; });
        set_list(ListKind::in_segment, name, std::move(items));
    }
}

void Generation::add_found_segments() {
    std::vector<const store::ItemInput*> inputs;
    for (ItemIndex item = 0; item < item_count(); ++item) {
        inputs.push_back(&product(item).input);
    }
    const SessionLog& log = learned_.logs.sessions;
    const FoundSegments found = find_segments(inputs, item_of_, log, learned_.old_segments,
                                              learned_.options.found_segments);
    std::vector<std::vector<float>> weights(found.segments.size());
    for (std::size_t i = 0; i < found.segment_of.size(); ++i) {
        if (found.segment_of[i] == FoundSegments::kNone) {
            continue;
        }
        std::vector<float>& own = weights[found.segment_of[i]];
        own.resize(item_count());
        const auto age = static_cast<double>(std::max<std::int64_t>(now_ - log.time(i), 0));
        for (const Slot slot : log.items(i)) {
            if (const ItemIndex item = item_of_[slot]; item != store::kNoItem) {
                own[item] +=
                    static_cast<float>(std::exp2(-age / learned_.options.popularity_half_life));
            }
        }
    }
    for (std::size_t i = 0; i < weights.size(); ++i) {
        std::vector<ScoredItem> items;
        for (ItemIndex item = 0; item < weights[i].size(); ++item) {
            if (weights[i][item] > 0) {
                items.push_back({item, weights[i][item] * attention_[item].appeal});
            }
        }
        set_list(ListKind::in_segment, found.segments[i].name, std::move(items));
    }
    builder_->set_found_segments(found.segments);
}

// Of those shown as little, the newest first.
void Generation::add_unproven() {
    std::vector<ItemIndex> newest = by_popularity_;
    std::stable_sort(newest.begin(), newest.end(),
                     [this](ItemIndex a, ItemIndex b) { return first_seen_[a] > first_seen_[b]; });
    std::vector<ScoredItem> all;
    Lists categories;
    for (const ItemIndex item : newest) {
        if (attention_[item].exposure < kProven) {
            const ScoredItem scored{item, 1 / (1 + attention_[item].exposure)};
            all.push_back(scored);
            for_categories(item,
                           [&](std::string_view name) { categories[name].push_back(scored); });
        }
    }
    set_list(ListKind::unproven, "", std::move(all));
    for (auto& [name, items] : categories) {
        set_list(ListKind::unproven, name, std::move(items));
    }
}

void Generation::add_new_and_sale() {
    std::vector<ScoredItem> fresh;
    std::vector<ScoredItem> sale;
    for (const ItemIndex item : by_popularity_) {
        if (first_seen_[item] > 0) {
            fresh.push_back({item, static_cast<float>(first_seen_[item])});
        }
        const float discount = discount_of(product(item).input);
        if (discount > 0) {
            sale.push_back({item, discount});
        }
    }
    set_list(ListKind::new_items, "", std::move(fresh));
    set_list(ListKind::on_sale, "", std::move(sale));
}

void Generation::set_neighbours(NeighbourKind kind, const std::vector<std::vector<Pair>>& rows) {
    for (ItemIndex item = 0; item < item_count(); ++item) {
        std::vector<ScoredItem> items;
        for (const Pair& pair : rows[group_of_[item]]) {
            items.push_back({best_of_[pair.other], pair.score});
        }
        if (!items.empty()) {
            builder_->set_neighbours(kind, item, std::move(items));
        }
    }
}

std::vector<std::vector<Pair>> Generation::pooled(const SessionLog& log,
                                                  const PairOptions& options) {
    const std::size_t groups = best_of_.size();
    std::vector<std::vector<Pair>> rows(groups);
    for_each_row(log, group_of_slot_, groups + 1, options,
                 [&](std::uint32_t group, std::span<const Pair> row) {
                     if (group < groups) {
                         rows[group].assign(row.begin(), row.end());
                         std::erase_if(rows[group],
                                       [=](const Pair& p) { return p.other == groups; });
                     }
                 });
    return rows;
}

// Numbers the product types of the slots.
std::size_t Generation::number_kinds() {
    std::unordered_map<std::string_view, std::uint32_t> numbers;
    kind_of_slot_.assign(item_of_.size(), kNoKind);
    for (ItemIndex item = 0; item < item_count(); ++item) {
        const std::string_view type = field_of(product(item).input, "product_type");
        if (!type.empty()) {
            kind_of_slot_[slot_of_[item]] =
                numbers.try_emplace(type, static_cast<std::uint32_t>(numbers.size())).first->second;
        }
    }
    return numbers.size();
}

void Generation::add_cross_sell() {
    const TrainerOptions& options = learned_.options;
    auto rows = pooled(learned_.logs.baskets, {.half_life = options.basket_half_life,
                                               .given_power = 0.7,
                                               .other_power = 0.4,
                                               .keep = options.basket_neighbours,
                                               .behind = sold_out_});
    const std::size_t kinds = number_kinds();
    const std::vector<float> kept =
        kept_within_kinds(learned_.logs.baskets, group_of_slot_, kind_of_slot_, kinds);
    const auto kind = [this](std::uint32_t group) {
        return kind_of_slot_[slot_of_[best_of_[group]]];
    };
    for (std::uint32_t group = 0; group < rows.size(); ++group) {
        for (Pair& pair : rows[group]) {
            const bool same = kind(group) != kNoKind && kind(group) == kind(pair.other);
            pair.score *= same ? kept[kind(group)] : 1;
        }
    }
    set_neighbours(NeighbourKind::cross_sell, rows);
}

void Generation::add_similar() {
    const PairOptions options{.keep = learned_.options.neighbours_per_item, .behind = sold_out_};
    std::vector<std::vector<Pair>> rows = pooled(learned_.logs.browsed, options);
    std::vector<const store::ItemInput*> inputs;
    for (const ItemIndex item : best_of_) {  // groups are numbered by popularity
        inputs.push_back(&product(item).input);
    }
    Alike alike(inputs);
    for (std::uint32_t group = 0; group < rows.size(); ++group) {
        add_alike(alike, group, options, rows[group]);
    }
    set_neighbours(NeighbourKind::similar, rows);
}

void Generation::add_sessions() {
    const SessionLog& log = learned_.logs.sessions;
    for (std::size_t i = 0; i < log.size(); ++i) {
        std::vector<ItemIndex> items;
        for (const Slot slot : log.items(i)) {
            if (item_of_[slot] != store::kNoItem) {
                items.push_back(item_of_[slot]);
            }
        }
        if (items.size() >= 2) {
            builder_->add_session(static_cast<std::uint32_t>(log.time(i)), std::move(items));
        }
    }
}

void Generation::add_next() {
    for_each_next(learned_.logs.sessions, item_of_, item_count(), learned_.options.next_per_item,
                  [this](ItemIndex item, std::vector<ScoredItem> row) {
                      builder_->set_neighbours(NeighbourKind::next, item, std::move(row));
                  });
}

// Popularity as of these sessions: the items' own weights know what came after them.
void Generation::weigh_by_sessions() {
    const SessionLog& log = learned_.logs.sessions;
    std::vector<double> weight(item_count());
    for (std::size_t i = 0; i < log.size(); ++i) {
        const auto age = static_cast<double>(std::max<std::int64_t>(now_ - log.time(i), 0));
        const double share = std::exp2(-age / learned_.options.popularity_half_life);
        for (const Slot slot : log.items(i)) {
            if (const ItemIndex item = item_of_[slot]; item != store::kNoItem) {
                weight[item] += share;
            }
        }
    }
    for (ItemIndex item = 0; item < item_count(); ++item) {
        builder_->set_popularity(item, static_cast<float>(weight[item]));
    }
}

}  // namespace

Result<std::unique_ptr<SnapshotBuilder>> build_sessions(const Learned& learned, std::int64_t now) {
    Generation generation(learned, now);
    if (Status status = generation.add_items(); !status) {
        return status;
    }
    generation.add_sessions();
    generation.add_next();
    generation.weigh_by_sessions();
    return generation.take();
}

Result<std::unique_ptr<SnapshotBuilder>> build_generation(const Learned& learned,
                                                          std::int64_t now) {
    Generation generation(learned, now);
    if (Status status = generation.add_items(); !status) {
        return status;
    }
    generation.add_popular();
    generation.add_segments();
    generation.add_found_segments();
    generation.add_unproven();
    generation.add_new_and_sale();
    generation.add_cross_sell();
    generation.add_similar();
    generation.add_sessions();
    generation.add_next();
    generation.add_order_weights();
    return generation.take();
}

}  // namespace pz::learn
