#include "learn/pairs.hpp"

#include <algorithm>
#include <cmath>

namespace pz::learn {

namespace {

// The log in terms of units, both ways round.
struct Index {
    std::vector<float> weight;            // per basket
    std::vector<std::size_t> begin;       // per basket + 1, into members
    std::vector<std::uint32_t> members;   // units, each once per basket
    std::vector<std::size_t> unit_begin;  // per unit + 1, into baskets
    std::vector<std::uint32_t> baskets;
    std::vector<double> total;  // d, per unit
};

std::int64_t newest(const SessionLog& log) {
    std::int64_t time = 0;
    for (std::size_t i = 0; i < log.size(); ++i) {
        time = std::max(time, log.time(i));
    }
    return time;
}

void add_basket(std::span<const Slot> items, std::span<const std::uint32_t> unit_of, double decay,
                Index& index) {
    const auto begin = static_cast<std::ptrdiff_t>(index.members.size());
    for (const Slot item : items) {
        index.members.push_back(unit_of[item]);
    }
    std::sort(index.members.begin() + begin, index.members.end());
    index.members.erase(std::unique(index.members.begin() + begin, index.members.end()),
                        index.members.end());
    const double size = static_cast<double>(std::ssize(index.members) - begin);
    if (size < 2) {
        index.members.resize(static_cast<std::size_t>(begin));
        return;
    }
    index.weight.push_back(static_cast<float>(decay / std::sqrt(size - 1)));
    index.begin.push_back(index.members.size());
    for (auto member = index.members.begin() + begin; member != index.members.end(); ++member) {
        index.total[*member] += decay * std::sqrt(size - 1);
    }
}

void invert(std::size_t units, Index& index) {
    index.unit_begin.assign(units + 1, 0);
    for (const std::uint32_t unit : index.members) {
        ++index.unit_begin[unit + 1];
    }
    for (std::size_t unit = 0; unit < units; ++unit) {
        index.unit_begin[unit + 1] += index.unit_begin[unit];
    }
    index.baskets.resize(index.members.size());
    std::vector<std::size_t> next(index.unit_begin.begin(), index.unit_begin.end() - 1);
    for (std::uint32_t basket = 0; basket < index.weight.size(); ++basket) {
        for (std::size_t i = index.begin[basket]; i < index.begin[basket + 1]; ++i) {
            index.baskets[next[index.members[i]]++] = basket;
        }
    }
}

Index make_index(const SessionLog& log, std::span<const std::uint32_t> unit_of, std::size_t units,
                 double half_life) {
    Index index;
    index.begin.push_back(0);
    index.total.assign(units, 0);
    const std::int64_t now = newest(log);
    for (std::size_t i = 0; i < log.size(); ++i) {
        const auto age = static_cast<double>(now - log.time(i));
        add_basket(log.items(i), unit_of, half_life > 0 ? std::exp2(-age / half_life) : 1, index);
    }
    invert(units, index);
    return index;
}

// One row at a time in a dense array: as fast as counting gets, and memory for one row only.
struct Row {
    std::vector<float> sum;
    std::vector<std::uint32_t> touched;
};

void collect(const Index& index, std::uint32_t unit, Row& row) {
    for (std::size_t i = index.unit_begin[unit]; i < index.unit_begin[unit + 1]; ++i) {
        const std::uint32_t basket = index.baskets[i];
        for (std::size_t j = index.begin[basket]; j < index.begin[basket + 1]; ++j) {
            const std::uint32_t other = index.members[j];
            if (row.sum[other] == 0) {
                row.touched.push_back(other);
            }
            row.sum[other] += index.weight[basket];
        }
    }
}

bool better(const Pair& a, const Pair& b) {
    return a.score != b.score ? a.score > b.score : a.other < b.other;
}

using Pairs = std::vector<Pair>::iterator;

// Moves the best `count` to the front; returns their end.
Pairs best_first(Pairs begin, Pairs end, std::size_t count) {
    if (static_cast<std::size_t>(end - begin) <= count) {
        return end;
    }
    const auto last = begin + static_cast<std::ptrdiff_t>(count);
    std::nth_element(begin, last, end, better);
    return last;
}

}  // namespace

void keep_best(std::vector<Pair>& pairs, std::size_t keep, std::span<const std::uint8_t> behind) {
    const auto first_behind =
        behind.empty() ? pairs.end()
                       : std::partition(pairs.begin(), pairs.end(), [behind](const Pair& pair) {
                             return behind[pair.other] == 0;
                         });
    const auto end = best_first(first_behind, pairs.end(), spare(keep));
    pairs.erase(end, pairs.end());
    pairs.erase(best_first(pairs.begin(), first_behind, keep), first_behind);
    std::sort(pairs.begin(), pairs.end(), better);
}

void for_each_row(const SessionLog& log, std::span<const std::uint32_t> unit_of, std::size_t units,
                  const PairOptions& options,
                  const std::function<void(std::uint32_t, std::span<const Pair>)>& row) {
    const Index index = make_index(log, unit_of, units, options.half_life);
    std::vector<float> divisor(units);
    std::transform(index.total.begin(), index.total.end(), divisor.begin(), [&](double total) {
        return static_cast<float>(std::pow(total + options.damping, options.other_power));
    });
    Row sums{std::vector<float>(units, 0.0F), {}};
    std::vector<Pair> pairs;
    for (std::uint32_t unit = 0; unit < units; ++unit) {
        collect(index, unit, sums);
        const auto given =
            static_cast<float>(std::pow(index.total[unit] + options.damping, options.given_power));
        for (const std::uint32_t other : sums.touched) {
            // A basket of long ago may weigh less than a float can say.
            if (other != unit && sums.sum[other] > 0) {
                pairs.push_back({other, sums.sum[other] / (given * divisor[other])});
            }
            sums.sum[other] = 0;
        }
        sums.touched.clear();
        keep_best(pairs, options.keep, options.behind);
        if (!pairs.empty()) {
            row(unit, pairs);
        }
        pairs.clear();
    }
}

}  // namespace pz::learn
