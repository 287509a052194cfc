#include "learn/repeats.hpp"

#include <algorithm>
#include <functional>

namespace pz::learn {

namespace {

constexpr std::int64_t kLeastGap = 86400;  // seconds
constexpr std::size_t kMaxPairs = 2'000'000;
constexpr std::size_t kMaxGaps = 64;
constexpr std::uint8_t kGapsOfOne = 4;
constexpr std::size_t kLeastGaps = 5;
constexpr std::uint32_t kReturnOneIn = 10;

std::uint64_t pair_key(std::string_view visitor, Slot item) {
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15U;
    return std::hash<std::string_view>()(visitor) ^ ((item + 1) * kOdd);
}

}  // namespace

void Repeats::forget_oldest() {
    std::vector<std::int64_t> times;
    times.reserve(last_.size());
    for (const auto& [key, last] : last_) {
        times.push_back(last.time);
    }
    const auto middle = times.begin() + std::ssize(times) / 2;
    std::nth_element(times.begin(), middle, times.end());
    std::erase_if(last_, [&](const auto& entry) { return entry.second.time <= *middle; });
}

void Repeats::buy(std::string_view visitor, Slot slot, std::int64_t time) {
    if (last_.size() >= kMaxPairs) {
        forget_oldest();
    }
    const auto [entry, is_new] = last_.try_emplace(pair_key(visitor, slot), Last{time, 0});
    Last& last = entry->second;
    Item& item = items_[slot];
    item.buyers += is_new ? 1 : 0;
    const std::int64_t gap = time - last.time;
    if (gap < 0) {
        return;
    }
    last.time = time;
    if (gap < kLeastGap || last.gaps == kGapsOfOne || gap > UINT32_MAX) {
        return;
    }
    item.returned += last.gaps++ == 0 ? 1 : 0;
    if (item.gaps.size() < kMaxGaps) {
        item.gaps.push_back(static_cast<std::uint32_t>(gap));
    } else {
        item.gaps[item.next++ % kMaxGaps] = static_cast<std::uint32_t>(gap);
    }
}

std::uint32_t Repeats::interval(Slot slot) const {
    const auto found = items_.find(slot);
    if (found == items_.end()) {
        return 0;
    }
    const Item& item = found->second;
    if (item.gaps.size() < kLeastGaps || item.returned * kReturnOneIn < item.buyers) {
        return 0;
    }
    std::vector<std::uint32_t> gaps = item.gaps;
    const auto middle = gaps.begin() + std::ssize(gaps) / 2;
    std::nth_element(gaps.begin(), middle, gaps.end());
    return *middle;
}

}  // namespace pz::learn
