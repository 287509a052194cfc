#include "cli/cost.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>

namespace pz::cli {

namespace {

// 0 when the system does not tell.
std::size_t resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::size_t pages = 0;
    file >> pages >> pages;
    return file ? pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

// Of this process, on whichever core: what another process does meanwhile does not count.
std::chrono::duration<double> work_done() {
    timespec time{};
    (void)::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

Cost::Cost()
    : begun_(std::chrono::steady_clock::now()), worked_(work_done()), resident_(resident_bytes()) {}

std::string Cost::describe(std::uint64_t events) const {
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begun_;
    const double millions = static_cast<double>(events) / 1e6;
    const double now = static_cast<double>(resident_bytes()) / 1e6;
    const double grown = std::max(now - static_cast<double>(resident_) / 1e6, 0.0);
    std::array<char, 200> text{};
    if (events < kEnough) {
        std::snprintf(text.data(), text.size(), "%.2f million events in %.1f s; %.0f MB in all",
                      millions, time.count(), now);
    } else {
        std::snprintf(text.data(), text.size(),
                      "%.2f million events in %.1f s; for each million %.2f s of a core and %.0f "
                      "MB; %.0f MB in all",
                      millions, time.count(), (work_done() - worked_).count() / millions,
                      grown / millions, now);
    }
    return text.data();
}

}  // namespace pz::cli
