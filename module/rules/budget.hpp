// Budget: the time that rules may use, counted on the CPU.
//
// A worker that had to wait for its core does not fail its rules. The cheap wall clock decides
// until it passes the deadline; then the thread's own is asked, and the deadline moves on by what
// was only waited. Thread rules: one thread, the one that called give().
#pragma once

#include <cstdint>

namespace pz::rules {

// Where the time comes from, in nanoseconds; tests have clocks of their own.
struct Clock {
    std::int64_t (*wall)();
    std::int64_t (*cpu)();  // of this thread
};
const Clock& system_clock();

struct Moment {
    std::int64_t wall = 0;
    std::int64_t cpu = 0;
};

class Budget {
  public:
    explicit Budget(const Clock& clock = system_clock()) : clock_(&clock) {}

    void give(std::uint32_t budget_us);
    bool passed();
    // Takes away half of what is left; returns how much, to be given back by restore().
    std::int64_t halve();
    void restore(std::int64_t cut) { deadline_ += cut; }

    Moment now() const { return {clock_->wall(), clock_->cpu()}; }
    // What was done since `moment` is not charged.
    void exclude(const Moment& moment);

  private:
    void forget_waiting(const Moment& now);

    const Clock* clock_;
    Moment start_;
    std::int64_t deadline_ = 0;  // wall clock
};

}  // namespace pz::rules
