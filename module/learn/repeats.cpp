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

// Its own inverse: of a key and its item it is the visitor.
std::uint64_t pair_key(std::uint64_t visitor, Slot item) {
    constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15U;
    return visitor ^ ((item + 1) * kOdd);
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
    const auto [entry, is_new] = last_.try_emplace(
        pair_key(std::hash<std::string_view>()(visitor), slot), Last{time, slot, 0});
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

void Repeats::mark(std::vector<Slot>& numbers) const {
    for (const auto& [slot, item] : items_) {
        numbers[slot] = 0;
    }
}

void Repeats::save(RecordWriter& to, std::span<const Slot> numbers) const {
    to.number(static_cast<std::uint32_t>(items_.size()));
    for (const auto& [slot, item] : items_) {
        to.number(numbers[slot]);
        to.number(item.buyers);
        to.number(item.returned);
        to.number(item.next);
        to.number(static_cast<std::uint32_t>(item.gaps.size()));
        std::for_each(item.gaps.begin(), item.gaps.end(),
                      [&to](std::uint32_t gap) { to.number(gap); });
    }
    for (const auto& [key, last] : last_) {
        to.number(pair_key(key, last.item));
        to.number(numbers[last.item]);
        to.number(last.time);
        to.number(last.gaps);
    }
}

void Repeats::restore(RecordReader& from, std::size_t slots) {
    constexpr std::string_view kUnnamed = "an item that it does not name";
    for (auto left = from.below(slots + 1, "too many items"); left > 0 && from.status().ok();
         --left) {
        Item& item = items_[from.below(slots, kUnnamed)];
        item.buyers = from.number<std::uint32_t>();
        item.returned = from.number<std::uint32_t>();
        item.next = from.number<std::uint32_t>();
        item.gaps.resize(from.below(kMaxGaps + 1, "a list is too long"));
        for (std::uint32_t& gap : item.gaps) {
            gap = from.number<std::uint32_t>();
        }
    }
    while (!from.at_end() && last_.size() < kMaxPairs) {
        const auto visitor = from.number<std::uint64_t>();
        Last last{};
        last.item = from.below(slots, kUnnamed);
        last.time = from.time();
        last.gaps = from.number<std::uint8_t>();
        last_[pair_key(visitor, last.item)] = last;
    }
}

}  // namespace pz::learn
