// What is kept of visitors in Redis, and taken away: what `personalize forget` and the learner's work
// on the queue of personalize_forget share. Thread rules: those of the client.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "cli/redis_client.hpp"
#include "cli/visitor_traces.hpp"

namespace pz::cli {

// Their lists and traits. How many keys there were.
Result<long long> erase_keys(RedisClient& client, const redis::Keys& keys,
                             const Identities& identities);
// Of a page of a stream those that `chosen` picks. How many there were.
Result<long long> erase_entries(RedisClient& client, const std::string& stream,
                                std::span<const StreamEntry> entries,
                                const std::function<bool(const StreamEntry&)>& chosen);
// Who they were before their logins: last, so that what failed before can be done again.
Result<long long> erase_aliases(RedisClient& client, const redis::Keys& keys,
                                const Identities& identities);

}  // namespace pz::cli
