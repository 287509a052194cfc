#include "visitor/profile.hpp"

#include <algorithm>
#include <utility>

#include "visitor/profile_builder.hpp"
#include "visitor/tastes.hpp"

namespace pz::visitor {

namespace {

constexpr std::string_view kSegmentTrait = "segment";

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool contains(std::span<const store::ItemIndex> items, store::ItemIndex item) {
    return std::find(items.begin(), items.end(), item) != items.end();
}

}  // namespace

void Profile::clear() {
    touches_.clear();
    recent_.clear();
    session_.clear();
    cart_.clear();
    purchased_.clear();
    liked_.clear();
    disliked_.clear();
    affinities_.clear();
    traits_.clear();
    segments_.clear();
    event_count_ = 0;
    unreadable_ = 0;
    items_.clear();
    numbers_.clear();
    facts_.clear();
    ids_.clear();
    snapshot_ = nullptr;
    has_affinities_ = has_segment_ = false;
}

void Profile::build(const store::Snapshot& snapshot, std::span<const std::string_view> events,
                    std::span<const std::pair<std::string_view, std::string_view>> traits,
                    std::int64_t now) {
    clear();
    Builder builder(*this, snapshot, now);
    builder.read_events(events);
    builder.find_session();
    builder.judge_touches();
    builder.drop_itemless();
    read_traits(traits);
    now_ = now;
    snapshot_ = &snapshot;
}

void Profile::read_traits(std::span<const std::pair<std::string_view, std::string_view>> traits) {
    for (const auto& [name, value] : traits) {
        if (traits_.size() < kMaxTraits && name.size() <= kMaxTraitLength &&
            value.size() <= kMaxTraitLength) {
            traits_.emplace_back(name, value);
        }
    }
    std::string_view rest = trait(kSegmentTrait);
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        append_segment(rest.substr(0, comma));
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
}

bool Profile::disliked(store::ItemIndex item) const {
    return contains(disliked_, item);
}

bool Profile::liked(store::ItemIndex item) const {
    return contains(liked_, item);
}

float Profile::share(store::FieldId field, store::ValueId value) const {
    for (const Affinity& affinity : affinities()) {
        if (affinity.field == field && affinity.value == value) {
            return affinity.share;
        }
    }
    return 0;
}

std::string_view Profile::trait(std::string_view name) const {
    for (const auto& [key, value] : traits_) {
        if (key == name) {
            return value;
        }
    }
    return {};
}

std::span<const Affinity> Profile::affinities() const {
    if (snapshot_ != nullptr && !std::exchange(has_affinities_, true)) {
        Tastes(*this).find_affinities();
    }
    return affinities_;
}

void Profile::find_segment() const {
    if (snapshot_ != nullptr && !std::exchange(has_segment_, true)) {
        append_segment(Tastes(*this).find_segment());
    }
}

std::span<const std::string> Profile::segments() const {
    find_segment();
    return segments_;
}

void Profile::append_segment(std::string_view name) const {
    const std::string_view text = trimmed(name);
    if (!text.empty() && text.size() <= kMaxSegmentLength && segments_.size() < kMaxSegments &&
        std::find(segments_.begin(), segments_.end(), text) == segments_.end()) {
        segments_.emplace_back(text);
    }
}

void Profile::add_segment(std::string_view name) {
    find_segment();
    append_segment(name);
}

bool Profile::in_segment(std::string_view name) const {
    const auto all = segments();
    return std::find(all.begin(), all.end(), name) != all.end();
}

}  // namespace pz::visitor
