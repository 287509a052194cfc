// The clock that never goes back; nginx's own stands still in a long turn of the event loop. Thread
// rules: any thread.
#pragma once

#include <cstdint>
#include <ctime>

namespace pz::ngx {

inline std::int64_t monotonic_ns() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

inline std::uint64_t monotonic_us() {
    return static_cast<std::uint64_t>(monotonic_ns()) / 1000;
}

}  // namespace pz::ngx
