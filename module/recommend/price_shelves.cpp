#include "recommend/price_shelves.hpp"

#include <algorithm>
#include <bit>

namespace pz::recommend {

namespace {

constexpr std::size_t kAtATime = 8192;  // items

}  // namespace

// Prices up to 3 micros share shelves with others, which does no harm.
std::size_t PriceShelves::number(std::int64_t price) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(price, 4));
    const auto octave = static_cast<std::size_t>(std::bit_width(value)) - 1;
    return 4 * octave + ((value >> (octave - 2)) & 3U);
}

void PriceShelves::put(store::ScoredItem scored, Shelf& shelf) {
    const auto end = shelf.items.begin() + static_cast<std::ptrdiff_t>(shelf.count);
    const auto place = std::find_if(shelf.items.begin(), end,
                                    [&](const auto& each) { return each.score < scored.score; });
    if (place == shelf.items.end()) {
        return;
    }
    shelf.count = std::min(shelf.count + 1, kDeep);
    std::shift_right(place, shelf.items.begin() + static_cast<std::ptrdiff_t>(shelf.count), 1);
    *place = scored;
}

void PriceShelves::fill(const store::Snapshot& snapshot) {
    if (snapshot_ != &snapshot || generation_ != snapshot.generation() ||
        created_ != snapshot.created()) {
        snapshot_ = &snapshot;
        generation_ = snapshot.generation();
        created_ = snapshot.created();
        next_ = 0;
        shelves_.assign(kShelves, {});
    }
    const std::size_t end = std::min(next_ + kAtATime, snapshot.item_count());
    for (; next_ < end; ++next_) {
        const auto item = static_cast<store::ItemIndex>(next_);
        const store::LiveFields live = snapshot.live(item);
        const std::int64_t price = live.current_price_micros();
        if (price > 0 && live.available()) {
            put({item, live.popularity * snapshot.signals(item).appeal}, shelves_[number(price)]);
        }
    }
}

}  // namespace pz::recommend
