// bundle: two or three items that make a set with the page's item, or else with the newest item of
// the cart.
//
// Of the items bought with it, the pair (a, b) with the largest
//   (s(a|item) * s(b|item) * t(a,b))^(1/3), t = the larger of s(a|b) and s(b|a),
// so that all three are bought with each other, times sense(a) sense(b) of cross_sell.hpp, so that
// what is dearer than the item comes into a set only for want of others; then the third that adds
// the most in the same way to both, if there is one. What the visitor bought and customers do not
// buy again makes no set. No two items of a set, the page's included, share a product type or an
// item group.
#include <array>
#include <cmath>

#include "recommend/candidates.hpp"
#include "recommend/cross_sell.hpp"

namespace pz::recommend {

namespace {

constexpr std::size_t kMembers = 24;  // the best neighbours that sets are made of
constexpr std::size_t kLargest = 3;

struct Members {
    std::array<store::ScoredItem, kMembers> list;
    std::array<float, kMembers> sense{};
    std::size_t count = 0;
    std::array<std::array<float, kMembers>, kMembers> together{};  // t; 0: never, or alike
};

bool alike(const store::Snapshot& snapshot, store::ItemIndex a, store::ItemIndex b) {
    const auto shared = [&](store::FieldId field) {
        const store::ValueId value = snapshot.value(a, field);
        return value != store::kNoValue && value == snapshot.value(b, field);
    };
    return shared(store::field::product_type) || shared(store::field::item_group_id);
}

bool in(std::span<const store::ItemIndex> items, store::ItemIndex item) {
    return std::find(items.begin(), items.end(), item) != items.end();
}

bool offered(const Query& query, store::ItemIndex item) {
    if (!available(*query.snapshot, item)) {
        return false;
    }
    const visitor::Profile& visitor = *query.visitor;
    return query.level != Tier::individual ||
           !(visitor.disliked(item) || in(visitor.cart(), item) ||
             (query.snapshot->signals(item).interval == 0 && in(visitor.purchased(), item)));
}

void find_members(const Query& query, store::ItemIndex item, Members& members) {
    const store::Snapshot& snapshot = *query.snapshot;
    const auto main_price = static_cast<float>(price_of(snapshot, item));
    for (const store::ScoredItem scored :
         snapshot.neighbours(store::NeighbourKind::cross_sell, item)) {
        if (members.count == kMembers) {
            return;
        }
        if (offered(query, scored.item) && !alike(snapshot, item, scored.item)) {
            members.sense[members.count] =
                price_sense(main_price, static_cast<float>(price_of(snapshot, scored.item)));
            members.list[members.count++] = scored;
        }
    }
}

// What the members' own lists say of each other.
void link_members(const store::Snapshot& snapshot, Sparse<std::uint8_t>& place, Members& members) {
    place.reset(snapshot.item_count());
    for (std::size_t i = 0; i < members.count; ++i) {
        place.at(members.list[i].item) = static_cast<std::uint8_t>(i + 1);
    }
    for (std::size_t i = 0; i < members.count; ++i) {
        for (const store::ScoredItem scored :
             snapshot.neighbours(store::NeighbourKind::cross_sell, members.list[i].item)) {
            const std::size_t j = place.get(scored.item);
            if (j > 0 && !alike(snapshot, members.list[i].item, scored.item)) {
                float& t = members.together[i][j - 1];
                t = std::max(t, scored.score);
                members.together[j - 1][i] = std::max(members.together[j - 1][i], t);
            }
        }
    }
}

// How well member i fits a set that member j is in.
float fit(const Members& members, std::size_t i, std::size_t j) {
    return std::cbrt(members.list[i].score * members.list[j].score * members.together[i][j]) *
           members.sense[i] * members.sense[j];
}

// Indices of the set, best first; empty: no coherent one.
std::size_t choose(const Members& members, std::array<std::size_t, kLargest>& set) {
    float best = 0;
    for (std::size_t i = 0; i < members.count; ++i) {
        for (std::size_t j = i + 1; j < members.count; ++j) {
            if (fit(members, i, j) > best) {
                best = fit(members, i, j);
                set = {i, j, 0};
            }
        }
    }
    if (best == 0) {
        return 0;
    }
    std::size_t size = 2;
    best = 0;
    for (std::size_t k = 0; k < members.count; ++k) {
        const float weakest = k == set[0] || k == set[1]
                                  ? 0
                                  : std::min(fit(members, k, set[0]), fit(members, k, set[1]));
        if (weakest > best) {
            best = weakest;
            set[2] = k;
            size = 3;
        }
    }
    return size;
}

}  // namespace

void recommend_bundle(const Query& query, Scratch& scratch, std::vector<Candidate>& out) {
    store::ItemIndex item = query.page_item;
    Tier tier = Tier::pre;
    if (item == store::kNoItem && personal(query) && !query.visitor->cart().empty()) {
        item = query.visitor->cart().front();
        tier = Tier::individual;
    }
    Members members;
    find_members(query, item, members);
    link_members(*query.snapshot, scratch.state().taken, members);
    std::array<std::size_t, kLargest> set{};
    const std::size_t size = choose(members, set);
    float score = 1;
    for (std::size_t i = 0; i < size; ++i) {
        const store::ScoredItem& member = members.list[set[i]];
        // The set stands in its order, each by how well it goes with the item.
        score = std::min(score, member.score / members.list[0].score);
        Candidate& candidate = append_candidate(member.item, tier, out);
        add_part(candidate, Signal::session, score);
    }
}

}  // namespace pz::recommend
