// The daemon of `personalize learn`: loads what Redis has, then follows it until asked to end, also
// while a generation is being written.
#pragma once

#include <chrono>

#include "cli/redis_source.hpp"
#include "redis/url.hpp"

namespace pz::cli {

struct DaemonOptions {
    redis::Url url;
    std::chrono::milliseconds interval{30'000};  // between generations
    bool once = false;                           // load, write one generation, end
};

// The exit status. Defers SIGTERM and SIGINT.
int run_daemon(Learner& learner, RedisSource& source, const DaemonOptions& options);

}  // namespace pz::cli
