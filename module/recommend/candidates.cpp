#include "recommend/candidates.hpp"

namespace pz::recommend {

namespace {

// What each attribute says about taste. Sums to 1.
struct FieldWeight {
    store::FieldId field;
    float weight;
};
constexpr FieldWeight kFieldWeights[] = {
    {store::field::product_type, 0.35F}, {store::field::brand, 0.25F},
    {store::field::color, 0.10F},        {store::field::size, 0.10F},
    {store::field::gender, 0.08F},       {store::field::age_group, 0.04F},
    {store::field::material, 0.04F},     {store::field::pattern, 0.04F}};

std::uint64_t affinity_key(store::FieldId field, store::ValueId value) {
    return (std::uint64_t{field} << 32) | value;
}

const FieldWeight* weight_of(store::FieldId field) {
    return std::find_if(std::begin(kFieldWeights), std::end(kFieldWeights),
                        [field](const FieldWeight& w) { return w.field == field; });
}

}  // namespace

std::span<const store::ScoredItem> best_of(std::span<store::ScoredItem> items, std::size_t count) {
    const auto better = [](const store::ScoredItem& a, const store::ScoredItem& b) {
        return a.score != b.score ? a.score > b.score : a.item < b.item;
    };
    count = std::min(count, items.size());
    const auto end = items.begin() + static_cast<std::ptrdiff_t>(count);
    std::partial_sort(items.begin(), end, items.end(), better);
    return items.first(count);
}

bool in_category(const store::Snapshot& snapshot, store::ItemIndex item, store::ValueId category) {
    if (category == store::kNoValue) {
        return true;
    }
    const store::ValueId type = snapshot.value(item, store::field::product_type);
    if (type == category) {
        return true;
    }
    const std::string_view text = snapshot.text(type);
    const std::string_view prefix = snapshot.text(category);
    return text.starts_with(prefix) && text.substr(prefix.size()).starts_with(" > ");
}

void append_popular(const store::Snapshot& snapshot, std::span<const store::ScoredItem> list,
                    float scale, std::size_t end, Sparse<std::uint8_t>& taken,
                    std::vector<Candidate>& out) {
    const float largest = list.empty() ? 0 : list.front().score;
    for (const store::ScoredItem& scored : list) {
        if (out.size() >= end) {
            return;
        }
        if (taken.get(scored.item) != 0 || !available(snapshot, scored.item)) {
            continue;
        }
        taken.at(scored.item) = 1;
        Candidate candidate = make_candidate(scored.item, Tier::pre);
        // A shop without events yet has popular items too: all equal, in the catalog's order.
        add_part(candidate, Signal::popularity,
                 largest > 0 ? scale * std::max(scored.score, 0.0F) / largest : 0);
        out.push_back(candidate);
    }
}

void segment_scores(const Query& query, Sparse<float>& scores) {
    const store::Snapshot& snapshot = *query.snapshot;
    scores.reset(snapshot.item_count());
    if (!segmented(query)) {
        return;
    }
    for (const std::string& segment : query.visitor->segments()) {
        const store::ValueId key = snapshot.find_value(segment);
        if (key == store::kNoValue) {
            continue;
        }
        const auto list = snapshot.ranked(store::ListKind::in_segment, key);
        for (const store::ScoredItem& scored : list) {
            if (scored.score > 0) {
                float& best = scores.at(scored.item);
                best = std::max(best, scored.score / list.front().score);
            }
        }
    }
}

PopularityScale::PopularityScale(const store::Snapshot& snapshot) : snapshot_(snapshot) {
    const auto list = snapshot.ranked(store::ListKind::popular);
    largest_ = list.empty() ? 0 : list.front().score;
}

float PopularityScale::of(store::ItemIndex item) const {
    const float weight = snapshot_.live(item).popularity * snapshot_.signals(item).appeal;
    return largest_ > 0 ? std::clamp(weight / largest_, 0.0F, 1.0F) : 0;
}

AffinityScale::AffinityScale(const Query& query, Scratch::State& scratch)
    : snapshot_(*query.snapshot) {
    scratch.affinities.clear();
    if (personal(query)) {
        for (const visitor::Affinity& affinity : query.visitor->affinities()) {
            const FieldWeight* weight = weight_of(affinity.field);
            if (weight != std::end(kFieldWeights)) {
                scratch.affinities.push_back({affinity_key(affinity.field, affinity.value),
                                              weight->weight * affinity.share});
            }
        }
    }
    std::sort(scratch.affinities.begin(), scratch.affinities.end(),
              [](const AffinityEntry& a, const AffinityEntry& b) { return a.key < b.key; });
    entries_ = scratch.affinities;
}

float AffinityScale::of(store::ItemIndex item) const {
    if (empty()) {
        return 0;
    }
    float sum = 0;
    for (const FieldWeight& field : kFieldWeights) {
        const std::uint64_t key = affinity_key(field.field, snapshot_.value(item, field.field));
        const auto found = std::lower_bound(
            entries_.begin(), entries_.end(), key,
            [](const AffinityEntry& entry, std::uint64_t wanted) { return entry.key < wanted; });
        if (found != entries_.end() && found->key == key) {
            sum += found->weight;
        }
    }
    return sum;
}

}  // namespace pz::recommend
