// The daemon of `personalize learn`: loads what Redis has, then follows it until asked to end, also
// while a generation is being written.
#pragma once

#include <chrono>

#include "cli/redis_source.hpp"

namespace pz::cli {

struct DaemonOptions {
    RedisAccess access;
    std::chrono::milliseconds interval{30'000};  // between generations
    bool once = false;                           // load, write one generation, end
};

// The exit status. Defers SIGTERM and SIGINT.
int run_daemon(Learner& learner, RedisSource& source, const DaemonOptions& options);

}  // namespace pz::cli
