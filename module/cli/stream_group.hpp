// StreamGroup: shows how far some streams were read as a consumer group, where people and their
// monitoring look for it: XINFO GROUPS, with the lag (Redis 7).
//
// For show only: the places are the learner's own. Whoever reads with the same group, or sets it,
// takes no event from anybody. Nothing is ever pending: what is learned is kept in the checkpoint.
// Thread rules: one thread.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cli/redis_client.hpp"
#include "cli/stream_tail.hpp"

namespace pz::cli {

class StreamGroup {
  public:
    explicit StreamGroup(std::string name) : name_(std::move(name)) {}

    // Shows what changed of the tail's streams from `first` on. A server that forbids it is asked
    // no more; an error is one of the connection.
    Status show(RedisClient& client, StreamTail& tail, std::size_t first);
    // The same, but not within a second of the last time.
    Status show_when_due(RedisClient& client, StreamTail& tail, std::size_t first);

  private:
    Status show_place(RedisClient& client, const std::string& key, const learn::StreamPlace& place);
    Status set(RedisClient& client, const std::string& key, const learn::StreamPlace& place) const;

    std::string name_;
    std::vector<learn::StreamPlace> shown_;  // by stream
    std::chrono::steady_clock::time_point last_time_;
    bool forbidden_ = false;
};

// "learn-" and the machine's name: learners on several machines are told apart.
std::string default_group();

}  // namespace pz::cli
