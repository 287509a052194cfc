#include "recommend/best.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace pz::recommend {

namespace {

// Scores that share exponent and 5 bits of mantissa share a bucket: 8 factors of two below the best
// have buckets of their own, and few of the best share one.
constexpr int kBucketShift = 32 + 23 - 5;
constexpr std::size_t kBuckets = 256;

struct Bucketing {
    std::uint64_t least;
    std::size_t of(std::uint64_t key) const {
        return std::min<std::uint64_t>((key - least) >> kBucketShift, kBuckets - 1);
    }
};

// The last bucket of those to be kept, and how many the buckets before it have.
struct Cut {
    std::size_t bucket = 0, before = 0;
};

// Two rows of counts: keys of the same bucket follow each other, and each would wait for the count
// of the one before.
Cut find_cut(Bucketing bucketing, std::span<const std::uint64_t> keys, std::size_t count) {
    std::array<std::uint32_t, kBuckets> even{};
    std::array<std::uint32_t, kBuckets> odd{};
    for (std::size_t i = 0; i + 1 < keys.size(); i += 2) {
        ++even[bucketing.of(keys[i])];
        ++odd[bucketing.of(keys[i + 1])];
    }
    if (keys.size() % 2 != 0) {
        ++even[bucketing.of(keys.back())];
    }
    Cut cut;
    std::size_t seen = even[0] + odd[0];
    while (seen < count) {
        cut.before = seen;
        ++cut.bucket;
        seen += even[cut.bucket] + odd[cut.bucket];
    }
    return cut;
}

// Brings the keys of the buckets before `bucket` to the front, without a branch on which they are.
void part(Bucketing bucketing, std::size_t bucket, std::span<std::uint64_t> keys) {
    std::size_t end = 0;
    for (std::uint64_t& key : keys) {
        const std::uint64_t each = key;
        key = keys[end];
        keys[end] = each;
        end += bucketing.of(each) < bucket ? 1 : 0;
    }
}

}  // namespace

void keep_smallest(std::size_t count, std::vector<std::uint64_t>& keys) {
    if (keys.size() <= count) {
        return;
    }
    const Bucketing bucketing{*std::min_element(keys.begin(), keys.end())};
    const Cut cut = find_cut(bucketing, keys, count);
    std::size_t end = 0;
    for (const std::uint64_t key : keys) {
        keys[end] = key;
        end += bucketing.of(key) <= cut.bucket ? 1 : 0;
    }
    if (end > count) {
        part(bucketing, cut.bucket, std::span(keys).first(end));
        const auto begin = keys.begin();
        std::nth_element(begin + static_cast<std::ptrdiff_t>(cut.before),
                         begin + static_cast<std::ptrdiff_t>(count),
                         begin + static_cast<std::ptrdiff_t>(end));
    }
    keys.resize(count);
}

}  // namespace pz::recommend
