// wait_until: the only way in which these tests wait.
#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace pz::test {

using namespace std::chrono_literals;
using Duration = std::chrono::milliseconds;

// Generous: a test that needs all of it has failed already.
inline constexpr Duration kPatience = 10s;

// Polls until condition() holds; false when it did not within `patience`.
template <class Condition>
bool wait_until(Condition&& condition, Duration patience = kPatience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (auto pause = 1ms; !condition(); pause = std::min<Duration>(pause * 2, 20ms)) {
        if (std::chrono::steady_clock::now() >= deadline) {
            return condition();
        }
        std::this_thread::sleep_for(pause);
    }
    return true;
}

}  // namespace pz::test
