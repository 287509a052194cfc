#include "rules/budget.hpp"

#include <algorithm>
#include <ctime>

namespace pz::rules {
namespace {

// Nanoseconds since the start of which it does not matter who used them: asking the CPU's clock takes
// half a microsecond, and most pages never need to.
constexpr std::int64_t kTrusted = 200'000;

std::int64_t read_clock(clockid_t clock) {
    std::timespec time{};
    clock_gettime(clock, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

std::int64_t read_wall() {
    return read_clock(CLOCK_MONOTONIC);
}
std::int64_t read_cpu() {
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

}  // namespace

const Clock& system_clock() {
    static constexpr Clock kClock = {read_wall, read_cpu};
    return kClock;
}

void Budget::give(std::uint32_t budget_us) {
    start_ = {look(), 0};
    anchored_ = false;
    deadline_ = start_.wall + std::int64_t{budget_us} * 1000;
}

// Afterwards as much is left until the deadline as the CPU's time leaves.
void Budget::forget_waiting(const Moment& now) {
    if (!anchored_) {
        anchored_ = true;
        start_.cpu = now.cpu - std::min(now.wall - start_.wall, kTrusted);
    }
    const std::int64_t used = now.cpu - start_.cpu;
    const std::int64_t waited = std::max<std::int64_t>(0, now.wall - start_.wall - used);
    start_.wall += waited;
    deadline_ += waited;
}

bool Budget::passed() {
    const std::int64_t wall = look();
    const bool late = wall > deadline_;
    if (!late && (anchored_ || wall - start_.wall < kTrusted)) {
        return false;
    }
    const Moment present{look(), clock_->cpu()};
    forget_waiting(present);
    return present.wall >= deadline_;
}

std::int64_t Budget::halve() {
    if (seen_ - start_.wall >= kTrusted) {
        const Moment present{look(), clock_->cpu()};
        forget_waiting(present);
    }
    const std::int64_t cut = std::max<std::int64_t>(0, deadline_ - seen_) / 2;
    deadline_ -= cut;
    return cut;
}

void Budget::exclude(const Moment& moment) {
    const Moment present{look(), clock_->cpu()};
    start_.wall += present.wall - moment.wall;
    start_.cpu += present.cpu - moment.cpu;
    deadline_ += present.wall - moment.wall;
}

}  // namespace pz::rules
