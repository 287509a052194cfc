// TuneSchedule: when tuning is due. The first is at once; then once a day, or after an hour when as
// many events have come again as there were. One that was not lived through (it takes memory) is
// tried again after an hour, so that generations go on without it.
// Thread rules: one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace pz::cli {

class TuneSchedule {
  public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::hours kInterval{24};
    static constexpr std::chrono::hours kShortest{1};

    // `events`: how many are known.
    bool due(Time now, std::uint64_t events) const {
        if (failed_) {
            return now - *failed_ >= kShortest;
        }
        return !done_ || now - *done_ >= kInterval ||
               (now - *done_ >= kShortest && events >= 2 * events_);
    }
    // What began at `begun`, when so many events were known, has ended.
    void ended(Time begun, std::uint64_t events, bool well) {
        failed_.reset();
        if (well) {
            done_ = begun;
            events_ = events;
        } else {
            failed_ = begun;
        }
    }

  private:
    std::optional<Time> done_, failed_;
    std::uint64_t events_ = 0;  // known to the last that went well
};

}  // namespace pz::cli
