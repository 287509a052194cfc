#include "visitor/profile_builder.hpp"

#include <algorithm>
#include <utility>

#include "visitor/event_reader.hpp"

namespace pz::visitor {

namespace {

// Whether the event shows that the visitor turned to the item.
bool is_interest(EventType type) {
    return interest(type) > 0;
}

// Of two parameters with the same key the first counts.
struct Terms {
    std::int64_t price_micros = 0;
    std::uint32_t quantity = 0;
};

Terms terms_of(std::span<const EventReader::Parameter> parameters) {
    std::string_view price, quantity;
    for (const EventReader::Parameter& each : parameters) {
        if (each.key == "price" && price.data() == nullptr) {
            price = each.value;
        } else if (each.key == "qty" && quantity.data() == nullptr) {
            quantity = each.value;
        }
    }
    return {price.empty() ? 0 : price_of(price), quantity.empty() ? 1 : quantity_of(quantity)};
}

bool newer(const Touch& a, const Touch& b) {
    return a.time > b.time;
}

}  // namespace

void Profile::Builder::read_events(std::span<const std::string_view> events) {
    EventReader reader;
    profile_.touches_.reserve(events.size());
    for (const std::string_view text : events) {
        if (!reader.read(text)) {
            ++profile_.unreadable_;
            continue;
        }
        ++profile_.event_count_;
        add_touch(reader, text);
    }
    find_items();
    // Several writers, or events that came late, may have left the list out of order.
    if (!std::is_sorted(profile_.touches_.begin(), profile_.touches_.end(), newer)) {
        std::stable_sort(profile_.touches_.begin(), profile_.touches_.end(), newer);
    }
    number_items();
}

// An id that had to be decoded lives until the next event is read.
void Profile::Builder::add_touch(const EventReader& reader, std::string_view text) {
    std::string_view id = reader.item();
    store::ItemIndex item = store::kNoItem;
    if (!id.empty() && !EventReader::is_of(id, text)) {
        item = snapshot_.find(std::exchange(id, {}));
        if (item == store::kNoItem) {
            return;
        }
    }
    profile_.ids_.push_back(id);
    const auto [price, quantity] = terms_of(reader.parameters());
    profile_.touches_.push_back(
        {item, event_type(reader.name()), std::min(reader.time(), now_), price, quantity});
}

// Touches of unknown items go; those without an item stay.
void Profile::Builder::find_items() {
    std::vector<Touch>& touches = profile_.touches_;
    profile_.found_.resize(profile_.ids_.size());
    snapshot_.find_all(profile_.ids_, profile_.found_);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < touches.size(); ++i) {
        const bool wanted = !profile_.ids_[i].empty();
        if (wanted && profile_.found_[i] == store::kNoItem) {
            continue;
        }
        touches[kept] = touches[i];
        touches[kept++].item = wanted ? profile_.found_[i] : touches[i].item;
    }
    touches.resize(kept);
}

void Profile::Builder::number_items() {
    for (const Touch& touch : profile_.touches_) {
        const bool about_item = touch.item != store::kNoItem;
        profile_.numbers_.push_back(
            about_item ? static_cast<std::uint32_t>(profile_.items_.number(touch.item)) : kNone);
    }
    profile_.facts_.resize(profile_.items_.size());
}

void Profile::Builder::find_session() {
    std::int64_t previous = now_;
    for (std::size_t i = 0; i < profile_.touches_.size(); ++i) {
        const Touch& touch = profile_.touches_[i];
        if (previous - touch.time > kSessionGap) {
            break;
        }
        previous = touch.time;
        const std::uint32_t number = profile_.numbers_[i];
        if (number != kNone && is_interest(touch.type) && profile_.first(number, kInSession)) {
            profile_.session_.push_back(touch.item);
        }
    }
    std::reverse(profile_.session_.begin(), profile_.session_.end());
}

// From the newest to the oldest, so that the first event of a kind decides.
void Profile::Builder::judge_touches() {
    bool all_bought = false;
    for (std::size_t i = 0; i < profile_.touches_.size(); ++i) {
        const Touch& touch = profile_.touches_[i];
        if (profile_.numbers_[i] != kNone) {
            judge(touch, profile_.numbers_[i], all_bought);
        } else if (touch.type == EventType::purchase) {
            all_bought = true;
        }
    }
}

void Profile::Builder::judge(const Touch& touch, std::uint32_t number, bool all_bought) {
    if (is_interest(touch.type) && profile_.first(number, kRecent)) {
        profile_.recent_.push_back(touch.item);
    }
    if (is_opinion(touch.type)) {
        judge_opinion(touch, number);
    } else {
        judge_cart(touch, number, all_bought);
    }
}

void Profile::Builder::judge_opinion(const Touch& touch, std::uint32_t number) {
    if (!profile_.first(number, kOpinionKnown)) {
        return;
    }
    if (touch.type == EventType::like) {
        profile_.liked_.push_back(touch.item);
    } else if (touch.type == EventType::dislike) {
        profile_.disliked_.push_back(touch.item);
    }
}

void Profile::Builder::judge_cart(const Touch& touch, std::uint32_t number, bool all_bought) {
    const bool added = touch.type == EventType::add_to_cart;
    const bool bought = touch.type == EventType::purchase;
    if (!added && !bought && touch.type != EventType::remove_from_cart) {
        return;
    }
    const bool undecided = profile_.first(number, kCartKnown);
    if (undecided && added && !all_bought) {
        profile_.cart_.push_back(touch.item);
    }
    const bool bought_later = undecided && added && all_bought;
    if ((bought || bought_later) && profile_.first(number, kPurchased)) {
        profile_.purchased_.push_back(touch.item);
    }
}

void Profile::Builder::drop_itemless() {
    if (std::erase(profile_.numbers_, kNone) > 0) {
        std::erase_if(profile_.touches_,
                      [](const Touch& touch) { return touch.item == store::kNoItem; });
    }
    profile_.ids_.clear();
}

}  // namespace pz::visitor
