// Breaker: whether a server is worth asking. Closed: it is. Open: it failed; nobody asks it until a
// pause has passed. Half-open: one probe of our own is under way, and its outcome decides.
//
// A server fails by losing its connection, or by answering kSlowInRow reads in a row too late. Pauses
// double from kFirstPause to kLongestPause while probes fail; each is drawn from its upper half, so
// that the workers of many edges do not return in step. Times are milliseconds of one clock that
// never goes back. Thread rules: one thread.
#pragma once

#include <cstdint>

namespace pz::redis {

using Millis = std::uint64_t;

class Breaker {
  public:
    enum class State : std::uint8_t { closed, open, half_open };
    static constexpr Millis kFirstPause = 50;
    static constexpr Millis kLongestPause = 3000;
    static constexpr unsigned kSlowInRow = 16;

    State state() const { return state_; }
    bool closed() const { return state_ == State::closed; }
    // It failed, or its probe did; `random`: any number, new each time.
    void trip(Millis now, std::uint32_t random);
    // A read was answered. True when this one was one too many: call trip().
    bool answered(bool in_time);
    // True once, when the pause has passed: begin the probe.
    bool probe_due(Millis now);
    // The probe was answered in time.
    void mend();
    // When open: the end of the pause.
    Millis until() const { return until_; }

  private:
    State state_ = State::closed;
    unsigned slow_ = 0;  // reads in a row
    Millis pause_ = kFirstPause;
    Millis until_ = 0;
};

}  // namespace pz::redis
