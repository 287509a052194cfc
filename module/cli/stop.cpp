#include "cli/stop.hpp"

#include <csignal>

namespace pz::cli {

namespace {

sigset_t stop_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    return set;
}

}  // namespace

void defer_stop_signals() {
    const sigset_t set = stop_signals();
    sigprocmask(SIG_BLOCK, &set, nullptr);
}

bool stop_requested() {
    sigset_t pending;
    sigpending(&pending);
    return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

void pause_unless_stopped(std::chrono::milliseconds time) {
    if (stop_requested()) {
        return;
    }
    const sigset_t set = stop_signals();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
    const timespec wait{
        seconds.count(),
        std::chrono::duration_cast<std::chrono::nanoseconds>(time - seconds).count()};
    const int taken = sigtimedwait(&set, nullptr, &wait);
    if (taken > 0) {
        // It was taken from the pending ones: put it back for stop_requested().
        raise(taken);
    }
}

}  // namespace pz::cli
