// Complaints: one bad record is worth a line; a million of them are not worth a million. The first
// 20 of an hour are said, then how many more there were.
// Thread rules: one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace pz::cli {

class Complaints {
  public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::size_t kMost = 20;
    static constexpr std::chrono::hours kPeriod{1};

    // Whether this one is to be said.
    bool add(Time now) {
        begin_ = count_ == 0 ? now : begin_;
        return ++count_ <= kMost;
    }
    // When the hour is over, or `at_once`: how many were not said; then counting begins anew.
    std::size_t end(Time now, bool at_once) {
        if (count_ == 0 || (!at_once && now - begin_ < kPeriod)) {
            return 0;
        }
        const std::size_t unsaid = count_ > kMost ? count_ - kMost : 0;
        count_ = 0;
        return unsaid;
    }

  private:
    std::size_t count_ = 0;
    Time begin_;  // of the first that counts
};

}  // namespace pz::cli
