// TuneSchedule: when a learner's parameters are to be found anew. The first time at once; then daily,
// or after an hour when there are twice as many events as the last time knew.
// Thread rules: one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace pz::cli {

class TuneSchedule {
  public:
    using Time = std::chrono::steady_clock::time_point;

    bool due(Time now, std::uint64_t events) const {
        if (!last_) {
            return true;
        }
        const auto since = now - *last_;
        return since >= std::chrono::hours(24) ||
               (since >= std::chrono::hours(1) && events >= 2 * events_);
    }
    void done(Time now, std::uint64_t events) {
        last_ = now;
        events_ = events;
    }

  private:
    std::optional<Time> last_;
    std::uint64_t events_ = 0;
};

}  // namespace pz::cli
