// Cost: what some work takes of this machine, from the object's beginning on.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace pz::cli {

class Cost {
  public:
    static constexpr std::uint64_t kEnough = 100'000;

    Cost();
    // "12.30 million events in 31.0 s; for each million 1.45 s of a core and 21 MB; 264 MB in all"; of
    // fewer than kEnough events nothing is said for each million.
    std::string describe(std::uint64_t events) const;

  private:
    std::chrono::steady_clock::time_point begun_;
    std::chrono::duration<double> worked_;
    std::size_t resident_;  // bytes
};

}  // namespace pz::cli
