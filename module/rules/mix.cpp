#include "rules/mix.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pz::rules {
namespace {

constexpr std::uint32_t kNone = 0xffffffffU;

}  // namespace

// Those that can be mixed, best first; of equal ones the item of more appeal, as when tiles are
// chosen. Pinned ones by place.
void Mixer::rank(const store::Snapshot& snapshot, const Marks& marks,
                 std::span<const Candidate> candidates) {
    left_.clear();
    mixed_.clear();
    scores_.clear();
    pinned_.assign(kMixed, kNone);
    for (std::uint32_t i = 0; i < candidates.size(); ++i) {
        const auto pin = static_cast<std::size_t>(candidates[i].pin);
        if (candidates[i].hidden == 0 && candidates[i].pin >= 0 && pin < kMixed) {
            pinned_[pin] = i;
        } else if (marks.has(i)) {
            left_.push_back(i);
        }
    }
    std::sort(left_.begin(), left_.end(), [&](std::uint32_t a, std::uint32_t b) {
        if (candidates[a].score != candidates[b].score) {
            return candidates[a].score > candidates[b].score;
        }
        const float left = snapshot.signals(candidates[a].item).appeal;
        const float right = snapshot.signals(candidates[b].item).appeal;
        return left != right ? left > right : a < b;
    });
    for (const std::uint32_t candidate : left_) {
        scores_.push_back(candidates[candidate].score);
    }
}

bool Mixer::held_back(std::span<const MixLimit> limits, std::uint32_t candidate) const {
    for (std::size_t i = 0; i < limits.size(); ++i) {
        const store::ValueId value = values_[candidate * limits.size() + i];
        if (value == store::kNoValue) {
            continue;
        }
        if (limits[i].most == 0) {
            if (value == seen_[i].last) {
                return true;
            }
            continue;
        }
        for (const Count& each : seen_[i].counts) {
            if (each.value == value && each.count >= limits[i].most) {
                return true;
            }
        }
    }
    return false;
}

void Mixer::note(std::span<const MixLimit> limits, std::uint32_t candidate) {
    for (std::size_t i = 0; i < limits.size(); ++i) {
        const store::ValueId value = values_[candidate * limits.size() + i];
        Seen& seen = seen_[i];
        seen.last = value;
        if (value == store::kNoValue || limits[i].most == 0) {
            continue;
        }
        const auto known = std::find_if(seen.counts.begin(), seen.counts.end(),
                                        [value](const Count& each) { return each.value == value; });
        if (known != seen.counts.end()) {
            ++known->count;
        } else {
            seen.counts.push_back({value, 1});
        }
    }
}

// An index into left_; its size when all are held back.
std::size_t Mixer::next_allowed(std::span<const MixLimit> limits) const {
    std::size_t at = 0;
    while (at < left_.size() && held_back(limits, left_[at])) {
        ++at;
    }
    return at;
}

// The k-th best score to the k-th of the new order; always a little less than before it, so that
// nothing else decides between equal ones.
void Mixer::hand_out(std::size_t number, std::span<Candidate> candidates) const {
    float before = std::numeric_limits<float>::infinity();
    for (std::size_t i = 0; i < mixed_.size(); ++i) {
        Candidate& candidate = candidates[mixed_[i]];
        const float score =
            std::min(scores_[i], std::nextafter(before, -std::numeric_limits<float>::infinity()));
        if (score < candidate.score && number < 64) {
            candidate.rules |= std::uint64_t{1} << number;
        }
        candidate.score = score;
        before = score;
    }
}

void Mixer::mix(const store::Snapshot& snapshot, const Rule& rule, std::size_t number,
                const Marks& marks, std::span<Candidate> candidates) {
    const std::span<const MixLimit> limits = rule.mix;
    rank(snapshot, marks, candidates);
    values_.resize(candidates.size() * limits.size());
    for (std::size_t c = 0; c < candidates.size(); ++c) {
        for (std::size_t i = 0; i < limits.size(); ++i) {
            values_[c * limits.size() + i] =
                snapshot.value(candidates[c].item, limits[i].column_id);
        }
    }
    seen_.assign(limits.size(), {{}, store::kNoValue});
    for (std::size_t place = 0; place < kMixed && !left_.empty(); ++place) {
        if (pinned_[place] != kNone) {
            note(limits, pinned_[place]);
            continue;
        }
        std::size_t at = next_allowed(limits);
        if (at == left_.size()) {
            at = 0;
        }
        note(limits, left_[at]);
        mixed_.push_back(left_[at]);
        left_.erase(left_.begin() + static_cast<std::ptrdiff_t>(at));
    }
    mixed_.insert(mixed_.end(), left_.begin(), left_.end());
    hand_out(number, candidates);
}

}  // namespace pz::rules
