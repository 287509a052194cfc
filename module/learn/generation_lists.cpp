// Generation: the ranked lists.
#include <algorithm>
#include <cmath>

#include "learn/found_segments.hpp"
#include "learn/generation.hpp"
#include "store/parse.hpp"

namespace pz::learn {

namespace {

using store::ItemIndex;
using store::ListKind;
using store::ScoredItem;

constexpr float kProven = 200;  // impressions at an ordinary place

// The share taken off, 0 when there is no sale.
float discount_of(const store::ItemInput& input) {
    std::int64_t price = 0;
    std::int64_t sale = 0;
    std::string_view currency;
    const bool priced = store::parse_price(field_of(input, "price"), &price, &currency) &&
                        store::parse_price(field_of(input, "sale_price"), &sale, &currency);
    return priced && sale > 0 && sale < price
               ? 1 - static_cast<float>(sale) / static_cast<float>(price)
               : 0;
}

// Calls add(name) for the item's product type and each level that leads it.
template <class Add>
void for_categories(const Product& product, const Add& add) {
    const std::string_view type = field_of(product.input, "product_type");
    for (std::size_t at = type.find(" > "); at != std::string_view::npos;
         at = type.find(" > ", at + 3)) {
        add(type.substr(0, at));
    }
    if (!type.empty()) {
        add(type);
    }
}

}  // namespace

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

void Generation::add_popular() {
    std::vector<ScoredItem> all;
    Lists categories;
    Lists brands;
    for (const ItemIndex item : by_popularity_) {
        const ScoredItem scored{item, weight_[item] * worth_[item]};
        all.push_back(scored);
        for_categories(product(item),
                       [&](std::string_view name) { categories[name].push_back(scored); });
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
                items.push_back({item, static_cast<float>(now) * worth_[item]});
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
            for_categories(product(item),
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

}  // namespace pz::learn
