// What goes together, from a log of baskets or sessions: rows of a damped cosine. Internal to
// learn.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "learn/session_log.hpp"

namespace pz::learn {

struct PairOptions {
    double half_life = 0;                       // seconds; 0: age does not count
    double given_power = 0.5;                   // of d(a), the item that is given
    double other_power = 0.5;                   // of d(b)
    double damping = 0.1;                       // added to d, against chance among rare items
    std::size_t keep = 50;                      // best of each row
    std::span<const std::uint8_t> behind = {};  // by unit; see keep_best()
};

struct Pair {
    std::uint32_t other;
    float score;
};

// The formula is in trainer.hpp. `unit_of[slot]` names the unit (item group) that a slot counts as;
// units are numbered from 0 to `units` - 1. Calls row(unit, best first) for each unit that has any
// pair.
void for_each_row(const SessionLog& log, std::span<const std::uint32_t> unit_of, std::size_t units,
                  const PairOptions& options,
                  const std::function<void(std::uint32_t, std::span<const Pair>)>& row);

// How many of those that are not available are kept beside `keep` that are.
constexpr std::size_t spare(std::size_t keep) {
    return keep / 4;
}

// Keeps the `keep` best, and beside them the spare(keep) best of those that `behind` names (may be
// empty: none); best first, ties by number, so that equal input gives equal output.
void keep_best(std::vector<Pair>& pairs, std::size_t keep, std::span<const std::uint8_t> behind);

}  // namespace pz::learn
