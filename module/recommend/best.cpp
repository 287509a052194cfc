#include "recommend/best.hpp"

#include <algorithm>
#include <array>

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

// The first bucket that, with those before it, has `count` keys.
std::size_t last_bucket(Bucketing bucketing, const std::vector<std::uint64_t>& keys,
                        std::size_t count) {
    std::array<std::uint32_t, kBuckets> sizes{};
    for (const std::uint64_t key : keys) {
        ++sizes[bucketing.of(key)];
    }
    std::size_t last = 0;
    for (std::size_t seen = sizes[0]; seen < count; seen += sizes[last]) {
        ++last;
    }
    return last;
}

}  // namespace

void keep_smallest(std::size_t count, std::vector<std::uint64_t>& keys) {
    if (keys.size() <= count) {
        return;
    }
    std::uint64_t least = keys[0];
    for (const std::uint64_t key : keys) {
        least = std::min(least, key);
    }
    const Bucketing bucketing{least};
    const std::size_t last = last_bucket(bucketing, keys, count);
    std::size_t end = 0;
    for (const std::uint64_t key : keys) {
        keys[end] = key;
        end += bucketing.of(key) <= last ? 1 : 0;
    }
    keys.resize(end);
    if (end > count) {
        const auto middle = keys.begin() + static_cast<std::ptrdiff_t>(count);
        std::nth_element(keys.begin(), middle, keys.end());
        keys.resize(count);
    }
}

}  // namespace pz::recommend
