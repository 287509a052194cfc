// sale: deepest discount first, by the prices of this moment.
#include <utility>
#include <vector>

#include "recommend/candidates.hpp"

namespace pz::recommend {

namespace {

SaleOrder::Item now(const store::Snapshot& snapshot, store::ItemIndex item) {
    const store::LiveFields live = snapshot.live(item);
    return {item, live.available(), live.price_micros, live.sale_price_micros};
}

// The share of its price that the item is cheaper; 0: it is not, or not to be had.
float discount(const SaleOrder::Item& item) {
    const bool on_sale = item.sale_price_micros > 0 && item.sale_price_micros < item.price_micros;
    return on_sale && item.available ? 1 - static_cast<float>(item.sale_price_micros) /
                                               static_cast<float>(item.price_micros)
                                     : 0;
}

// Looks at every item, for any may cost something else by now; true when one does.
bool update(const store::Snapshot& snapshot, std::span<const store::ScoredItem> list,
            std::vector<SaleOrder::Item>& items) {
    bool changed = items.size() != list.size();
    items.resize(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
        const SaleOrder::Item item = now(snapshot, list[i].item);
        if (item != items[i]) {
            items[i] = item;
            changed = true;
        }
    }
    return changed;
}

std::span<const store::ScoredItem> ordered(const store::Snapshot& snapshot, Scratch::State& state) {
    SaleOrder& sales = state.sales;
    if (update(snapshot, snapshot.ranked(store::ListKind::on_sale), sales.items)) {
        // Away until the order is whole: what throws halfway is done again.
        std::vector<SaleOrder::Item> items = std::exchange(sales.items, {});
        sales.order.clear();
        for (const SaleOrder::Item& item : items) {
            if (const float share = discount(item); share > 0) {
                sales.order.push_back({item.item, share});
            }
        }
        best_of(sales.order, sales.order.size(), state);
        sales.items = std::move(items);
    }
    return sales.order;
}

}  // namespace

void recommend_sale(const Query& query, Scratch& scratch, std::vector<Candidate>& out) {
    const std::size_t end = out.size() + query.wanted;
    for (const store::ScoredItem& scored : ordered(*query.snapshot, scratch.state())) {
        if (out.size() >= end) {
            return;
        }
        if (in_category(*query.snapshot, scored.item, query.category)) {
            Candidate& candidate = append_candidate(scored.item, Tier::pre, out);
            add_part(candidate, Signal::popularity, scored.score);
        }
    }
}

}  // namespace pz::recommend
