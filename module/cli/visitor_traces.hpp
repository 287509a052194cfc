// What Redis keeps of visitors beside their own keys: whom they were before they logged in, and the
// entries of the streams.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/redis_client.hpp"
#include "redis/commands.hpp"

namespace pz::cli {

// Visitor ids, and until when (unix seconds) what the id did is of the person who is asked about:
// an alias until its last login, since a device may have others afterwards.
using Identities = std::map<std::string, std::int64_t, std::less<>>;

// The visitor, without an end, and those who became this visitor, over several logins too; at most
// kMaxIdentities.
inline constexpr std::size_t kMaxIdentities = 1000;
Result<Identities> identities_of(RedisClient& client, const redis::Keys& keys,
                                 const std::string& visitor);

// An entry of a stream of events; views live as long as the call that it is handed to.
struct StreamEntry {
    std::string_view id;
    std::span<redisReply* const> fields;  // name, value, name, value, ...

    // Empty: it has none of this name.
    std::string_view field(std::string_view name) const;
    std::string_view visitor() const { return field("v"); }
    std::int64_t time() const;  // unix seconds; 0: none that can be read
};

// The streams of events that are there, whatever number of partitions the edge writes or wrote.
Result<std::vector<std::string>> streams_of(RedisClient& client, const redis::Keys& keys);

using PageOfEntries =
    std::function<Status(const std::string& stream, std::span<const StreamEntry> entries)>;

// Goes through a stream, a page at a time. The position outlives errors.
class StreamWalk {
  public:
    explicit StreamWalk(std::string stream) : stream_(std::move(stream)) {}
    // The next page, of at most 1000 entries, or done().
    Status next(RedisClient& client, const PageOfEntries& act);
    bool done() const { return done_; }

  private:
    std::string stream_;
    std::string begin_ = "-";
    bool done_ = false;
};

// Hands over all entries of all streams of events, however many partitions the edge writes or wrote
// before, a page at a time, so that nobody else waits long for the server. Ends with the first error.
Status walk_streams(RedisClient& client, const redis::Keys& keys, const PageOfEntries& page);

}  // namespace pz::cli
