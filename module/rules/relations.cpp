#include "rules/relations.hpp"

#include <algorithm>
#include <bitset>

namespace pz::rules {
namespace {

bool is_view(const visitor::Touch& touch) {
    return touch.type == visitor::EventType::view_item ||
           touch.type == visitor::EventType::select_item;
}

bool contains(std::span<const store::ItemIndex> items, store::ItemIndex item) {
    return std::find(items.begin(), items.end(), item) != items.end();
}

bool viewed(const visitor::Profile& profile, store::ItemIndex item) {
    const auto touches = profile.touches();
    return std::any_of(touches.begin(), touches.end(), [item](const visitor::Touch& touch) {
        return touch.item == item && is_view(touch);
    });
}

// Where in a small set of bits an item has its own (Knuth, The Art of Computer Programming 3, 6.4).
constexpr std::size_t kBits = 1024;
std::size_t bit_of(store::ItemIndex item) {
    return (item * 0x9e3779b1U) >> 22U;
}

}  // namespace

bool related(const visitor::Profile& profile, Relation relation, store::ItemIndex item) {
    switch (relation) {
        case Relation::viewed:
            return viewed(profile, item);
        case Relation::bought:
            return contains(profile.purchased(), item);
        case Relation::in_cart:
            return contains(profile.cart(), item);
        case Relation::liked:
            return profile.liked(item);
        default:
            return false;
    }
}

void Relations::begin(const visitor::Profile& profile, std::span<const store::ItemIndex> items) {
    profile_ = &profile;
    items_ = items;
    for (std::vector<std::uint8_t>& each : known_) {
        each.clear();
    }
}

// Every relation is with an item that was touched, and most candidates never were.
void Relations::find(Relation relation, std::vector<std::uint8_t>& out) const {
    std::bitset<kBits> touched;
    for (const visitor::Touch& touch : profile_->touches()) {
        touched.set(bit_of(touch.item));
    }
    out.resize(items_.size());
    for (std::size_t i = 0; i < items_.size(); ++i) {
        out[i] = touched[bit_of(items_[i])] && related(*profile_, relation, items_[i]) ? 1 : 0;
    }
}

std::span<const std::uint8_t> Relations::of(Relation relation) {
    std::vector<std::uint8_t>& known = known_[static_cast<std::size_t>(relation)];
    if (known.empty()) {
        find(relation, known);
    }
    return known;
}

}  // namespace pz::rules
