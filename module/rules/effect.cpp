#include "rules/effect.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace pz::rules {
namespace {

// In the rules of a candidate.
std::uint64_t sign_of(std::size_t number) {
    return number < 64 ? std::uint64_t{1} << number : 0;
}

bool visible(const Candidate& candidate) {
    return candidate.hidden == 0 && candidate.item != store::kNoItem;
}

// Its product with any score is finite.
double bounded(double factor) {
    constexpr double kMostFactor = 1e75;
    return std::min(std::max(factor, 1 / kMostFactor), kMostFactor);
}

// A larger factor is always better, also for a score below 0.
void scale(Candidate& candidate, double factor, std::uint64_t sign) {
    constexpr double kMost = std::numeric_limits<float>::max();
    const double score = candidate.score;
    const double scaled = score * (score < 0 ? 1 / factor : factor);
    candidate.score = static_cast<float>(std::min(std::max(scaled, -kMost), kMost));
    candidate.rules |= sign;
}

void scale_all(const Rule& rule, std::size_t number, const Marks& marks,
               std::span<const double> amounts, std::span<Candidate> candidates) {
    const std::uint64_t sign = sign_of(number);
    const bool bury = rule.verb == Verb::bury;
    if (amounts.empty()) {
        const double factor = bounded(bury ? 1 / rule.amount : rule.amount);
        const std::uint64_t own = factor != 1 ? sign : 0;
        return marks.each([&](std::size_t i) { scale(candidates[i], factor, own); });
    }
    marks.each([&](std::size_t i) {
        const double factor = bounded(bury ? 1 / amounts[i] : amounts[i]);
        scale(candidates[i], factor, factor != 1 ? sign : 0);
    });
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

void pin(double position, std::size_t number, const Marks& marks, std::span<Candidate> candidates) {
    Candidate* best = nullptr;
    marks.each([&](std::size_t i) {
        if (candidates[i].pin == kNoPin && (best == nullptr || candidates[i].score > best->score)) {
            best = &candidates[i];
        }
    });
    if (best != nullptr) {
        best->pin = free_place(candidates, static_cast<std::int16_t>(position - 1));
        sign(*best, number);
    }
}

}  // namespace

void sign(Candidate& candidate, std::size_t number) {
    candidate.rules |= sign_of(number);
}

void commit(const Rule& rule, std::size_t number, const Marks& marks,
            std::span<const double> amounts, std::span<Candidate> candidates) {
    if (rule.verb == Verb::pin) {
        return pin(rule.amount, number, marks, candidates);
    }
    if (rule.verb == Verb::boost || rule.verb == Verb::bury) {
        return scale_all(rule, number, marks, amounts, candidates);
    }
    marks.each([&](std::size_t i) { hide(candidates[i], number); });
}

void prefer_variants(const store::Snapshot& snapshot, std::size_t number, const Marks& marks,
                     std::span<Candidate> candidates) {
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
            if (chosen == members.size() && marks.has(members[end].candidate)) {
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
