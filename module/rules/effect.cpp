#include "rules/effect.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace pz::rules {
namespace {

void sign(Candidate& candidate, std::size_t number) {
    if (number < 64) {
        candidate.rules |= std::uint64_t{1} << number;
    }
}

bool visible(const Candidate& candidate) {
    return candidate.hidden == 0 && candidate.item != store::kNoItem;
}

// A larger factor is always better, also for a score below 0.
void scale(Candidate& candidate, double factor, std::size_t number) {
    if (factor == 1) {
        return;
    }
    const double score = candidate.score;
    const double scaled = score >= 0 ? score * factor : score / factor;
    constexpr double kMost = std::numeric_limits<float>::max();
    if (std::isfinite(scaled)) {
        candidate.score = static_cast<float>(std::clamp(scaled, -kMost, kMost));
    } else if (std::isfinite(score)) {
        candidate.score = static_cast<float>(score >= 0 ? kMost : -kMost);
    }
    sign(candidate, number);
}

void hide(Candidate& candidate, std::size_t number) {
    candidate.hidden = 1;
    sign(candidate, number);
}

std::int16_t free_place(std::span<const Candidate> candidates, std::int16_t place) {
    const auto taken = [&](const Candidate& candidate) {
        return candidate.hidden == 0 && candidate.pin == place;
    };
    while (std::any_of(candidates.begin(), candidates.end(), taken)) {
        ++place;
    }
    return place;
}

void pin(double position, std::size_t number, std::span<const std::uint8_t> marks,
         std::span<Candidate> candidates) {
    Candidate* best = nullptr;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (marks[i] != 0 && candidates[i].pin == kNoPin &&
            (best == nullptr || candidates[i].score > best->score)) {
            best = &candidates[i];
        }
    }
    if (best != nullptr) {
        best->pin = free_place(candidates, static_cast<std::int16_t>(position - 1));
        sign(*best, number);
    }
}

}  // namespace

void commit(const Rule& rule, std::size_t number, std::span<const std::uint8_t> marks,
            std::span<const double> amounts, std::span<Candidate> candidates) {
    if (rule.verb == Verb::pin) {
        return pin(rule.amount, number, marks, candidates);
    }
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const bool selected = marks[i] != 0;
        const double amount = amounts.empty() ? rule.amount : amounts[i];
        if (rule.verb == Verb::only) {
            if (!selected && visible(candidates[i])) {
                hide(candidates[i], number);
            }
        } else if (selected && (rule.verb == Verb::hide || rule.verb == Verb::require)) {
            hide(candidates[i], number);
        } else if (selected) {
            scale(candidates[i], rule.verb == Verb::bury ? 1 / amount : amount, number);
        }
    }
}

void prefer_variants(const store::Snapshot& snapshot, std::size_t number,
                     std::span<const std::uint8_t> marks, std::span<Candidate> candidates) {
    struct Member {
        store::ValueId group;
        std::size_t candidate;
    };
    std::vector<Member> members;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const auto group = snapshot.value(candidates[i].item, store::field::item_group_id);
        if (group != store::kNoValue && visible(candidates[i])) {
            members.push_back({group, i});
        }
    }
    std::sort(members.begin(), members.end(), [&](const Member& a, const Member& b) {
        return a.group != b.group ? a.group < b.group
                                  : candidates[a.candidate].score > candidates[b.candidate].score;
    });
    for (std::size_t first = 0; first < members.size();) {
        std::size_t end = first;
        std::size_t chosen = members.size();
        for (; end < members.size() && members[end].group == members[first].group; ++end) {
            if (chosen == members.size() && marks[members[end].candidate] != 0) {
                chosen = end;
            }
        }
        if (chosen < end && chosen != first) {
            Candidate& better = candidates[members[chosen].candidate];
            std::swap(better.score, candidates[members[first].candidate].score);
            sign(better, number);
        }
        first = end;
    }
}

}  // namespace pz::rules
