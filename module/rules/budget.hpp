// Budget: the time that rules may use, counted on the CPU.
//
// A worker that had to wait for its core does not fail its rules. The cheap wall clock decides as
// long as little time has passed. Then the thread's own, which is dear, is asked for the first time,
// and again when the deadline has passed; the deadline moves on by what was only waited. What passed
// before the first time counts as that little at most. Thread rules: one thread, the one that called give().
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
    // Takes away half of what is left; returns how much, to be given back by restore(). At first it
    // takes the word of the last look at the clock.
    std::int64_t halve();
    void restore(std::int64_t cut) { deadline_ += cut; }

    Moment now() const { return {clock_->wall(), clock_->cpu()}; }
    // What was done since `moment` is not charged.
    void exclude(const Moment& moment);

  private:
    std::int64_t look() { return seen_ = clock_->wall(); }
    void forget_waiting(const Moment& now);

    const Clock* clock_;
    Moment start_;
    bool anchored_ = false;      // the CPU's clock was asked; before, start_.cpu means nothing
    std::int64_t deadline_ = 0;  // wall clock
    std::int64_t seen_ = 0;      // wall clock, when it was last looked at
};

}  // namespace pz::rules
