#include "visitor/profile_builder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "visitor/event_reader.hpp"

namespace pz::visitor {

namespace {

constexpr float kHalfLife = 7 * 24 * 3600;  // seconds
constexpr std::size_t kMaxLevels = 8;
constexpr std::size_t kLeastItems = 2;      // for a segment found by machine
constexpr std::size_t kValuesPerField = 8;  // the first say enough
constexpr float kMargin = 1.25F;            // over the second segment
constexpr std::string_view kLevelSeparator = " > ";

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
        store::ItemIndex item = store::kNoItem;
        if (!reader.item().empty()) {
            item = snapshot_.find(reader.item());
            if (item == store::kNoItem) {
                continue;
            }
        }
        profile_.touches_.push_back({item, event_type(reader.name()), std::min(reader.time(), now_),
                                     price_of(reader.parameter("price")),
                                     quantity_of(reader.parameter("qty"))});
    }
    // Several writers, or events that came late, may have left the list out of order.
    if (!std::is_sorted(profile_.touches_.begin(), profile_.touches_.end(), newer)) {
        std::stable_sort(profile_.touches_.begin(), profile_.touches_.end(), newer);
    }
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

void Profile::Builder::find_affinities() {
    for (const store::FieldId field : kAffinityFields) {
        profile_.values_.clear();
        const std::size_t begin = profile_.affinities_.size();
        for (std::size_t i = 0; i < profile_.standings_.size(); ++i) {
            const float weight = profile_.standings_[i].weight;
            const store::ValueId value = snapshot_.value(profile_.items_.keys()[i], field);
            if (weight != 0 && value != store::kNoValue) {
                add_affinity(begin, field, value, weight);
            }
        }
        finish_field(begin);
    }
}

void Profile::Builder::add_affinity(std::size_t begin, store::FieldId field, store::ValueId value,
                                    float weight) {
    const std::size_t at = begin + profile_.values_.number(value);
    if (at == profile_.affinities_.size()) {
        profile_.affinities_.push_back({field, value, 0, 0});
    }
    profile_.affinities_[at].weight += weight;
}

// `share` still holds what the value has by itself, without what deeper levels gave it.
void Profile::Builder::add_levels(std::size_t begin) {
    const std::size_t end = profile_.affinities_.size();
    for (std::size_t i = begin; i < end; ++i) {
        const Affinity full = profile_.affinities_[i];
        const std::string_view text = snapshot_.text(full.value);
        std::size_t at = text.find(kLevelSeparator);
        for (std::size_t level = 0; level < kMaxLevels && at != std::string_view::npos; ++level) {
            const store::ValueId value = snapshot_.find_value(text.substr(0, at));
            if (value != store::kNoValue) {
                add_affinity(begin, full.field, value, full.share);
            }
            at = text.find(kLevelSeparator, at + kLevelSeparator.size());
        }
    }
}

void Profile::Builder::finish_field(std::size_t begin) {
    std::vector<Affinity>& all = profile_.affinities_;
    float total = 0;
    for (std::size_t i = begin; i < all.size(); ++i) {
        all[i].share = all[i].weight;
        total += std::max(all[i].weight, 0.0F);
    }
    if (begin < all.size() && all[begin].field == store::field::product_type) {
        add_levels(begin);
    }
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(begin);
    all.erase(std::remove_if(first, all.end(), [](const Affinity& a) { return a.weight <= 0; }),
              all.end());
    for (auto affinity = first; affinity != all.end(); ++affinity) {
        affinity->share = std::min(affinity->weight / total, 1.0F);
    }
    std::sort(first, all.end(), [](const Affinity& a, const Affinity& b) {
        return a.weight != b.weight ? a.weight > b.weight : a.value < b.value;
    });
}

// The segment found by machine whose attributes the visitor's share most; none when two are about
// as near, or when there is one item only.
void Profile::Builder::find_segment() {
    const std::span<const store::ValueId> names = snapshot_.found_segments();
    if (names.empty() || profile_.recent_.size() < kLeastItems) {
        return;
    }
    std::array<float, store::kMaxFoundSegments> sums{};
    store::FieldId field = store::kNoField;
    std::size_t left = 0;
    for (const Affinity& affinity : profile_.affinities_) {
        left = affinity.field == field ? left : kValuesPerField;
        field = affinity.field;
        if (left == 0) {
            continue;
        }
        --left;
        const auto weights = snapshot_.weights_of({affinity.field, affinity.value});
        for (std::size_t i = 0; i < weights.size(); ++i) {
            sums[i] += affinity.share * weights[i];
        }
    }
    const std::size_t best =
        static_cast<std::size_t>(std::max_element(sums.begin(), sums.end()) - sums.begin());
    const float most = std::exchange(sums[best], 0.0F);
    if (most > 0 && most >= kMargin * *std::max_element(sums.begin(), sums.end())) {
        profile_.add_segment(snapshot_.text(names[best]));
    }
}

}  // namespace pz::visitor
