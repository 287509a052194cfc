// replenish: what the visitor bought and is due to need again, by the interval that the item's
// customers keep.
#include <cmath>

#include "recommend/candidates.hpp"

namespace pz::recommend {

namespace {

using visitor::EventType;
using visitor::Touch;

// Of the interval: earlier nobody needs it, later it is bought elsewhere.
constexpr float kEarliest = 0.75F;
constexpr float kLatest = 3;

// The visitor's last purchase of each item, as a place in touches, from 1. What was bought as a
// whole cart has its adding instead.
void find_purchases(std::span<const Touch> touches, Sparse<float>& last) {
    for (std::size_t i = 0; i < touches.size(); ++i) {
        float& place = last.at(touches[i].item);
        const bool bought = touches[i].type == EventType::purchase;
        const bool found =
            place > 0 && touches[static_cast<std::size_t>(place) - 1].type == EventType::purchase;
        if (!found && (bought || (place == 0 && touches[i].type == EventType::add_to_cart))) {
            place = static_cast<float>(i + 1);
        }
    }
}

}  // namespace

void recommend_replenish(const Query& query, Scratch& scratch, std::vector<Candidate>& out) {
    if (!personal(query)) {
        return;
    }
    Sparse<float>& last = scratch.state().own;
    last.reset(query.snapshot->item_count());
    const std::span<const Touch> touches = query.visitor->touches();
    find_purchases(touches, last);
    const std::size_t begin = out.size();
    for (const store::ItemIndex item : query.visitor->purchased()) {
        const std::uint32_t interval = query.snapshot->signals(item).interval;
        const float place = last.get(item);
        if (interval == 0 || place == 0 || !available(*query.snapshot, item) ||
            !in_category(*query.snapshot, item, query.category)) {
            continue;
        }
        const std::int64_t age = query.now - touches[static_cast<std::size_t>(place) - 1].time;
        const float due = static_cast<float>(age) / static_cast<float>(interval);
        if (due >= kEarliest && due <= kLatest) {
            Candidate& candidate = append_candidate(item, Tier::individual, out);
            add_part(candidate, Signal::reminder, 1 / (1 + std::abs(std::log2(due))));
        }
    }
    sort_by_score(std::span(out).subspan(begin), scratch.state());
}

}  // namespace pz::recommend
