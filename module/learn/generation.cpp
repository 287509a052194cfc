// Generation: items, neighbours and sessions.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <string_view>

#include "learn/cold_items.hpp"
#include "learn/complements.hpp"
#include "learn/generation.hpp"
#include "learn/next_links.hpp"
#include "store/parse.hpp"

namespace pz::learn {

namespace {

using store::ItemIndex;
using store::NeighbourKind;
using store::ScoredItem;
using store::SnapshotBuilder;

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

// Without the columns for which there is no room.
void drop_columns(const std::vector<std::string>& left_out, store::ItemInput& input) {
    std::erase_if(input.fields, [&left_out](const auto& field) {
        return std::binary_search(left_out.begin(), left_out.end(), field.first);
    });
}

// When the shop added it, or else of its first event; 0: unknown.
std::int64_t first_seen(const Product& product) {
    const std::string_view added = field_of(product.input, "date_added");
    std::int64_t seconds = product.first_event;
    return added.empty() || store::parse_date(added, &seconds) ? seconds : 0;
}

}  // namespace

std::string_view field_of(const store::ItemInput& input, std::string_view name) {
    for (const auto& [field, text] : input.fields) {
        if (field == name) {
            return text;
        }
    }
    return {};
}

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
    weigh_places();
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

// An item that stands first is clicked because it stands first: what followed an impression counts
// by 1 / looks, all of it together as much as before. No place counts for over ten ordinary ones.
void Generation::weigh_places() {
    constexpr double kLeastLooks = 0.1;
    const double half_life = learned_.options.popularity_half_life;
    std::vector<double> shown;
    double sum = 0;
    double by_place = 0;
    for (ItemIndex item = 0; item < item_count(); ++item) {
        const double part =
            std::min<double>(product(item).shown.at(now_, half_life), weight_[item]);
        shown.push_back(part);
        sum += part;
        by_place += part / std::max<double>(attention_[item].looks, kLeastLooks);
    }
    for (ItemIndex item = 0; item < item_count(); ++item) {
        double share = 1;
        if (shown[item] > 0) {
            const double looks = std::max<double>(attention_[item].looks, kLeastLooks);
            share += shown[item] / weight_[item] * (sum / by_place / looks - 1);
        }
        worth_.push_back(attention_[item].appeal * static_cast<float>(share));
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

// The newest first.
std::vector<std::uint32_t> Generation::cold_groups(
    const std::vector<std::vector<Pair>>& co_viewed) const {
    std::vector<std::uint32_t> cold;
    for (std::uint32_t group = 0; group < co_viewed.size(); ++group) {
        if (co_viewed[group].size() < kFewCoViewed && sold_out_[group] == 0) {
            cold.push_back(group);
        }
    }
    std::stable_sort(cold.begin(), cold.end(), [this](std::uint32_t a, std::uint32_t b) {
        return first_seen_[best_of_[a]] > first_seen_[best_of_[b]];
    });
    return cold;
}

void Generation::add_similar() {
    const PairOptions options{.keep = learned_.options.neighbours_per_item, .behind = sold_out_};
    std::vector<std::vector<Pair>> rows = pooled(learned_.logs.browsed, options);
    std::vector<const store::ItemInput*> inputs;
    for (const ItemIndex item : best_of_) {  // groups are numbered by popularity
        inputs.push_back(&product(item).input);
    }
    Alike alike(inputs);
    const std::vector<std::uint32_t> cold = cold_groups(rows);
    for (std::uint32_t group = 0; group < rows.size(); ++group) {
        add_alike(alike, group, options, rows[group]);
    }
    seat_cold(alike, cold, options, rows);
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
