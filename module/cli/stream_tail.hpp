// StreamTail: reads what is new in some streams, in order, each entry once.
//
// It holds the place in every stream, so that after a reconnection reading goes on where it was.
// Thread rules: one thread.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/redis_client.hpp"
#include "redis/commands.hpp"

namespace pz::cli {

// Gets the stream's place in the list and an entry's fields: name, value, name, value, ... They
// live during the call.
using TakeEntry = std::function<void(std::size_t, std::span<const std::string_view>)>;

class StreamTail {
  public:
    static constexpr std::size_t kPage = 1000;  // entries of one stream in one reply

    explicit StreamTail(std::vector<std::string> streams);

    std::size_t size() const { return streams_.size(); }
    const std::string& key(std::size_t stream) const { return streams_[stream].key; }
    // Passes over all that the stream has now, wherever the place was before.
    Status skip_to_end(RedisClient& client, std::size_t stream);
    // Reads one page of each of the first `streams`; waits up to `block_ms` for the first entry, 0:
    // not at all. Returns how many entries there were.
    Result<std::size_t> read(RedisClient& client, std::size_t streams, unsigned block_ms,
                             const TakeEntry& take);

  private:
    static constexpr std::string_view kBeginning = "0-0";
    struct Stream {
        std::string key;
        std::string last{kBeginning};  // id of the last entry read
    };
    Stream* find(std::string_view key);
    std::size_t read_stream(const redisReply& reply, const TakeEntry& take);

    std::vector<Stream> streams_;
};

}  // namespace pz::cli
