#include "visitor/profile_builder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "visitor/event_reader.hpp"

namespace pz::visitor {

namespace {

constexpr float kHalfLife = 7 * 24 * 3600;  // seconds

// Whether the event shows that the visitor turned to the item.
bool is_interest(EventType type) {
    return interest(type) > 0;
}

bool is_opinion(EventType type) {
    return type == EventType::like || type == EventType::unlike || type == EventType::dislike;
}

bool newer(const Touch& a, const Touch& b) {
    return a.time > b.time;
}

}  // namespace

bool Profile::Builder::first(Standing& standing, Fact fact) {
    if ((standing.facts & fact) != 0) {
        return false;
    }
    standing.facts |= fact;
    return true;
}

Profile::Standing& Profile::Builder::standing(store::ItemIndex item) {
    const std::size_t number = profile_.items_.number(item);
    if (number == profile_.standings_.size()) {
        profile_.standings_.emplace_back();
    }
    return profile_.standings_[number];
}

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
    profile_.touches_.push_back({item, event_type(reader.name()), std::min(reader.time(), now_),
                                 price_of(reader.parameter("price")),
                                 quantity_of(reader.parameter("qty"))});
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

void Profile::Builder::find_session() {
    std::int64_t previous = now_;
    for (const Touch& touch : profile_.touches_) {
        if (previous - touch.time > kSessionGap) {
            break;
        }
        previous = touch.time;
        if (touch.item != store::kNoItem && is_interest(touch.type) &&
            first(standing(touch.item), kInSession)) {
            profile_.session_.push_back(touch.item);
        }
    }
    std::reverse(profile_.session_.begin(), profile_.session_.end());
}

float Profile::Builder::decay(std::int64_t time) const {
    return std::exp2(-static_cast<float>(now_ - time) / kHalfLife);
}

// From the newest to the oldest, so that the first event of a kind decides.
void Profile::Builder::judge_touches() {
    bool all_bought = false;
    for (const Touch& touch : profile_.touches_) {
        if (touch.item != store::kNoItem) {
            judge(touch, standing(touch.item), all_bought);
        } else if (touch.type == EventType::purchase) {
            all_bought = true;
        }
    }
}

void Profile::Builder::judge(const Touch& touch, Standing& standing, bool all_bought) {
    if (is_interest(touch.type) && first(standing, kRecent)) {
        profile_.recent_.push_back(touch.item);
    }
    if (is_opinion(touch.type)) {
        judge_opinion(touch, standing);
    } else if (const float weight = interest(touch.type); weight != 0) {
        standing.weight += weight * decay(touch.time);
    }
    judge_cart(touch, standing, all_bought);
}

void Profile::Builder::judge_opinion(const Touch& touch, Standing& standing) {
    if (!first(standing, kOpinionKnown)) {
        return;
    }
    standing.weight += interest(touch.type) * decay(touch.time);
    if (touch.type == EventType::like) {
        profile_.liked_.push_back(touch.item);
    } else if (touch.type == EventType::dislike) {
        profile_.disliked_.push_back(touch.item);
    }
}

void Profile::Builder::judge_cart(const Touch& touch, Standing& standing, bool all_bought) {
    const bool added = touch.type == EventType::add_to_cart;
    const bool bought = touch.type == EventType::purchase;
    if (!added && !bought && touch.type != EventType::remove_from_cart) {
        return;
    }
    const bool undecided = first(standing, kCartKnown);
    if (undecided && added && !all_bought) {
        profile_.cart_.push_back(touch.item);
    }
    const bool bought_later = undecided && added && all_bought;
    if ((bought || bought_later) && first(standing, kPurchased)) {
        profile_.purchased_.push_back(touch.item);
    }
}

void Profile::Builder::drop_itemless() {
    std::erase_if(profile_.touches_,
                  [](const Touch& touch) { return touch.item == store::kNoItem; });
}

}  // namespace pz::visitor
