#include "learn/tastes.hpp"

#include <algorithm>
#include <cmath>

#include "visitor/profile.hpp"

namespace pz::learn {

namespace {

constexpr std::string_view kLevelSeparator = " > ";
constexpr double kLeastShare = 0.005;  // of the sessions
constexpr double kMostShare = 0.6;

// What a field says about taste.
float weight_of(store::FieldId field) {
    switch (field) {
        case store::field::product_type:
            return 1;
        case store::field::brand:
            return 0.7F;
        case store::field::color:
        case store::field::gender:
            return 0.5F;
        default:
            return 0.3F;
    }
}

bool tells_taste(store::FieldId field) {
    const auto& fields = visitor::kAffinityFields;
    return std::find(std::begin(fields), std::end(fields), field) != std::end(fields);
}

}  // namespace

Tastes::Tastes(std::span<const store::ItemInput* const> items)
    : of_field_(store::field::fixed_count) {
    for (const store::ItemInput* item : items) {
        add_item(*item);
        item_begin_.push_back(item_features_.size());
    }
    sessions_with_.resize(features_.size());
    place_.resize(features_.size());
}

void Tastes::add_item(const store::ItemInput& item) {
    for (const auto& [name, text] : item.fields) {
        const auto& names = store::kFixedFieldNames;
        const auto field = static_cast<store::FieldId>(
            std::find(std::begin(names), std::end(names), name) - std::begin(names));
        if (text.empty() || !tells_taste(field)) {
            continue;
        }
        add_feature(field, text);
        if (field == store::field::product_type) {
            for (std::size_t at = text.find(kLevelSeparator); at != std::string::npos;
                 at = text.find(kLevelSeparator, at + kLevelSeparator.size())) {
                add_feature(field, std::string_view(text).substr(0, at));
            }
        }
    }
}

void Tastes::add_feature(store::FieldId field, std::string_view text) {
    const auto [found, is_new] =
        numbers_.try_emplace({field, text}, static_cast<std::uint32_t>(features_.size()));
    if (is_new) {
        features_.push_back({field, text, 0});
    }
    item_features_.push_back(found->second);
}

std::size_t Tastes::find(store::FieldId field, std::string_view text) const {
    const auto found = numbers_.find({field, text});
    return found == numbers_.end() ? features_.size() : found->second;
}

void Tastes::gather(std::span<const store::ItemIndex> session) {
    entries_.clear();
    std::fill(of_field_.begin(), of_field_.end(), 0.0F);
    for (const store::ItemIndex item : session) {
        if (item == store::kNoItem) {
            continue;
        }
        std::uint32_t fields = 0;  // that this item has; the bits
        for (std::size_t i = item_begin_[item]; i < item_begin_[item + 1]; ++i) {
            const std::uint32_t feature = item_features_[i];
            if (place_[feature] == 0) {
                entries_.push_back({feature, 0});
                place_[feature] = static_cast<std::uint32_t>(entries_.size());
            }
            entries_[place_[feature] - 1].weight += 1;
            const std::uint32_t bit = 1U << features_[feature].field;
            of_field_[features_[feature].field] += (fields & bit) == 0 ? 1.0F : 0.0F;
            fields |= bit;
        }
    }
    for (const Vectors::Entry& entry : entries_) {
        place_[entry.feature] = 0;
    }
}

void Tastes::count(std::span<const store::ItemIndex> session) {
    gather(session);
    sessions_ += entries_.empty() ? 0 : 1;
    for (const Vectors::Entry& entry : entries_) {
        sessions_with_[entry.feature]++;
    }
}

void Tastes::weigh() {
    const auto all = static_cast<double>(sessions_);
    for (std::size_t i = 0; i < features_.size(); ++i) {
        const double with = sessions_with_[i];
        const bool telling = with >= kLeastShare * all && with <= kMostShare * all && with > 1;
        features_[i].scale = telling ? weight_of(features_[i].field) *
                                           static_cast<float>(std::sqrt(std::log(1 + all / with)))
                                     : 0;
    }
}

std::span<const Vectors::Entry> Tastes::vector(std::span<const store::ItemIndex> session) {
    gather(session);
    for (Vectors::Entry& entry : entries_) {
        const Feature& feature = features_[entry.feature];
        entry.weight *= feature.scale / of_field_[feature.field];
    }
    std::erase_if(entries_, [](const Vectors::Entry& entry) { return entry.weight == 0; });
    return entries_;
}

}  // namespace pz::learn
