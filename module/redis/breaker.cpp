#include "redis/breaker.hpp"

#include <algorithm>

namespace pz::redis {

void Breaker::trip(Millis now, std::uint32_t random) {
    state_ = State::open;
    slow_ = 0;
    until_ = now + pause_ / 2 + random % (pause_ / 2 + 1);
    pause_ = std::min(pause_ * 2, kLongestPause);
}

bool Breaker::answered(bool in_time) {
    slow_ = in_time ? 0 : slow_ + 1;
    return state_ == State::closed && slow_ >= kSlowInRow;
}

bool Breaker::probe_due(Millis now) {
    if (state_ != State::open || now < until_) {
        return false;
    }
    state_ = State::half_open;
    return true;
}

void Breaker::mend() {
    state_ = State::closed;
    slow_ = 0;
    pause_ = kFirstPause;
}

}  // namespace pz::redis
