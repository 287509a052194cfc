// Pairs: which listings of a page wait for the script with their data, or the other way round.
// Internal to the room.
//
// Of each the page's first counts. Thread rules: one thread. Lifetime: the plan outlives it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "page/plan.hpp"

namespace pz::page {

class Pairs {
  public:
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

    explicit Pairs(const Plan& plan);

    // An element of this placement has come.
    void see(std::size_t placement);
    // One has come whose other half may yet come.
    bool open() const { return open_ > 0; }
    // Nothing will be waited for any more that has not come by now.
    void expire();
    // Of a listing or its data: the listing, if both have come and it was not taken before; else
    // kNone. The data's placement is the one behind it.
    std::size_t take(std::size_t placement);

  private:
    enum class State : std::uint8_t { none, listing, data, both, over };

    // Where the state of a placement's pair is, or kNone.
    std::size_t index(std::size_t placement) const;

    const Plan& plan_;
    std::vector<State> states_;  // by the listing's placement; empty when the plan has no pair
    std::size_t open_ = 0;
};

}  // namespace pz::page
