#include "visitor/tastes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace pz::visitor {

namespace {

constexpr std::size_t kMaxLevels = 8;
constexpr std::size_t kLeastItems = 2;      // for a segment found by machine
constexpr std::size_t kValuesPerField = 8;  // the first say enough
constexpr float kMargin = 1.25F;            // over the second segment
constexpr float kHalfLife = 7 * 24 * 3600;  // seconds
constexpr std::string_view kLevelSeparator = " > ";

}  // namespace

float Profile::Tastes::decay(std::int64_t time) const {
    return std::exp2(-static_cast<float>(profile_.now_ - time) / kHalfLife);
}

// From the newest to the oldest; of an item's opinions only the newest counts.
void Profile::Tastes::weigh_items() {
    profile_.weights_.assign(profile_.items_.size(), 0);
    for (std::size_t i = 0; i < profile_.touches_.size(); ++i) {
        const Touch& touch = profile_.touches_[i];
        const std::uint32_t number = profile_.numbers_[i];
        const float weight = interest(touch.type);
        const bool counts = !is_opinion(touch.type) || profile_.first(number, kOpinionWeighed);
        if (counts && weight != 0) {
            profile_.weights_[number] += weight * decay(touch.time);
        }
    }
}

// Rows of a large catalog are mostly not in the processor's cache: all are fetched at the same time.
void Profile::Tastes::find_affinities() {
    for (const store::ItemIndex item : profile_.items_.keys()) {
        __builtin_prefetch(snapshot_.values(item).data());
    }
    weigh_items();
    for (const store::FieldId field : kAffinityFields) {
        profile_.values_.clear();
        const std::size_t begin = profile_.affinities_.size();
        for (std::size_t i = 0; i < profile_.weights_.size(); ++i) {
            const float weight = profile_.weights_[i];
            const store::ValueId value = snapshot_.value(profile_.items_.keys()[i], field);
            if (weight != 0 && value != store::kNoValue) {
                add(begin, field, value, weight);
            }
        }
        finish_field(begin);
    }
}

void Profile::Tastes::add(std::size_t begin, store::FieldId field, store::ValueId value,
                          float weight) {
    const std::size_t at = begin + profile_.values_.number(value);
    if (at == profile_.affinities_.size()) {
        profile_.affinities_.push_back({field, value, 0, 0});
    }
    profile_.affinities_[at].weight += weight;
}

// `share` still holds what the value has by itself, without what deeper levels gave it.
void Profile::Tastes::add_levels(std::size_t begin) {
    const std::size_t end = profile_.affinities_.size();
    for (std::size_t i = begin; i < end; ++i) {
        const Affinity full = profile_.affinities_[i];
        const std::string_view text = snapshot_.text(full.value);
        std::size_t at = text.find(kLevelSeparator);
        for (std::size_t level = 0; level < kMaxLevels && at != std::string_view::npos; ++level) {
            const store::ValueId value = snapshot_.find_value(text.substr(0, at));
            if (value != store::kNoValue) {
                add(begin, full.field, value, full.share);
            }
            at = text.find(kLevelSeparator, at + kLevelSeparator.size());
        }
    }
}

void Profile::Tastes::finish_field(std::size_t begin) {
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

std::string_view Profile::Tastes::find_segment() {
    const std::span<const store::ValueId> names = snapshot_.found_segments();
    if (names.empty() || profile_.recent_.size() < kLeastItems) {
        return {};
    }
    std::array<float, store::kMaxFoundSegments> sums{};
    store::FieldId field = store::kNoField;
    std::size_t left = 0;
    for (const Affinity& affinity : profile_.affinities()) {
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
    const bool clear = most > 0 && most >= kMargin * *std::max_element(sums.begin(), sums.end());
    return clear ? snapshot_.text(names[best]) : std::string_view();
}

}  // namespace pz::visitor
