// Cost: what some work takes of this machine, from the object's beginning on.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace pz::cli {

class Cost {
  public:
    Cost();
    // "12.3 million events in 31.0 s: 2.5 s and 83 MB for each million; 1042 MB in memory"
    std::string describe(std::uint64_t events) const;

  private:
    std::chrono::steady_clock::time_point begun_;
    std::size_t resident_;  // bytes
};

}  // namespace pz::cli
