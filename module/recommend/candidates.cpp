#include "recommend/candidates.hpp"

#include <algorithm>

#include "recommend/best.hpp"

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

static_assert(std::size(kFieldWeights) == std::size(visitor::kAffinityFields));

float field_weight(store::FieldId field) {
    static constexpr auto kWeights = [] {
        std::array<float, store::field::fixed_count> weights{};
        for (const FieldWeight& each : kFieldWeights) {
            weights[each.field] = each.weight;
        }
        return weights;
    }();
    return kWeights[field];
}

}  // namespace

void sort_by_score(std::span<Candidate> candidates, Scratch::State& state) {
    std::vector<SortKey>& keys = state.sort_keys;
    keys.clear();
    for (std::uint32_t i = 0; i < candidates.size(); ++i) {
        keys.push_back({key_of(candidates[i].score, candidates[i].item), i});
    }
    if (std::is_sorted(keys.begin(), keys.end())) {
        return;
    }
    std::sort(keys.begin(), keys.end());
    state.unsorted.assign(candidates.begin(), candidates.end());
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        candidates[i] = state.unsorted[keys[i].index];
    }
}

std::span<const store::ScoredItem> best_of(std::span<store::ScoredItem> items, std::size_t count,
                                           Scratch::State& state) {
    std::vector<std::uint64_t>& keys = state.keys;
    keys.clear();
    for (const store::ScoredItem& scored : items) {
        keys.push_back(key_of(scored.score, scored.item));
    }
    keep_smallest(count, keys);
    std::sort(keys.begin(), keys.end());
    std::transform(keys.begin(), keys.end(), items.begin(), [](std::uint64_t key) {
        return store::ScoredItem{index_of(key), score_of(key)};
    });
    return items.first(keys.size());
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
                    float scale, std::size_t end, const Sparse<std::uint8_t>& taken,
                    std::vector<Candidate>& out) {
    const float largest = list.empty() ? 0 : list.front().score;
    for (const store::ScoredItem& scored : list) {
        if (out.size() >= end) {
            return;
        }
        if (taken.get(scored.item) != 0 || !available(snapshot, scored.item)) {
            continue;
        }
        Candidate& candidate = append_candidate(scored.item, Tier::pre, out);
        // A shop without events yet has popular items too: all equal, in the catalog's order.
        add_part(candidate, Signal::popularity,
                 largest > 0 ? scale * std::max(scored.score, 0.0F) / largest : 0);
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
    const float largest = list.empty() ? 0 : list.front().score;
    per_weight_ = largest > 0 ? 1 / largest : 0;
}

// Fields go into `of` in the order of their weights, whatever the visitor's order is.
AffinityScale::AffinityScale(const Query& query, Scratch::State& scratch)
    : snapshot_(*query.snapshot), weights_(scratch.affinities) {
    const auto all =
        personal(query) ? query.visitor->affinities() : std::span<const visitor::Affinity>();
    scratch.affinities.reset(all.size());
    std::array<float, store::field::fixed_count> most{};
    for (const visitor::Affinity& affinity : all) {
        const float weight = field_weight(affinity.field) * affinity.share;
        scratch.affinities.at({affinity.field, affinity.value}) = weight;
        most[affinity.field] = std::max(most[affinity.field], weight);
    }
    for (const FieldWeight& field : kFieldWeights) {
        if (most[field.field] > 0) {
            fields_[field_count_++] = field.field;
            most_ += most[field.field];
        }
    }
}

}  // namespace pz::recommend
