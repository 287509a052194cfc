// sale: deepest discount first, by the prices of this moment for what is named, and of this second
// for all others: a page costs what it names, not what the shop has on sale.
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

void look_at_all(const Query& query, Scratch::State& state) {
    const store::Snapshot& snapshot = *query.snapshot;
    const auto list = snapshot.ranked(store::ListKind::on_sale);
    SaleOrder& sales = state.sales;
    if (update(snapshot, list, sales.items)) {
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
    sales.list = list.data();
    sales.generation = snapshot.generation();
    sales.created = query.snapshot->created();
    sales.looked = query.now;
}

bool looked_at(const Query& query, const SaleOrder& sales) {
    return sales.looked == query.now && sales.generation == query.snapshot->generation() &&
           sales.created == query.snapshot->created() &&
           sales.list == query.snapshot->ranked(store::ListKind::on_sale).data();
}

// False: one of those in turn is no longer as it was, and the order is not `sure`.
bool append(const Query& query, const SaleOrder& sales, bool sure, std::vector<Candidate>& out) {
    const std::size_t end = out.size() + query.wanted;
    for (const store::ScoredItem& scored : sales.order) {
        if (out.size() >= end) {
            return true;
        }
        if (!in_category(*query.snapshot, scored.item, query.category)) {
            continue;
        }
        if (!sure && discount(now(*query.snapshot, scored.item)) != scored.score) {
            return false;
        }
        Candidate& candidate = append_candidate(scored.item, Tier::pre, out);
        add_part(candidate, Signal::popularity, scored.score);
    }
    return true;
}

}  // namespace

void recommend_sale(const Query& query, Scratch& scratch, std::vector<Candidate>& out) {
    Scratch::State& state = scratch.state();
    const std::size_t begin = out.size();
    bool sure = !looked_at(query, state.sales);
    if (sure) {
        look_at_all(query, state);
    }
    if (!append(query, state.sales, sure, out)) {
        out.resize(begin);
        look_at_all(query, state);
        append(query, state.sales, true, out);
    }
}

}  // namespace pz::recommend
