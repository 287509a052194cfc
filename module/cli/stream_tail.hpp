// StreamTail: reads what is new in some streams, in order, each entry once.
//
// It holds the place in every stream, so that after a reconnection, or with places kept from before,
// reading goes on where it was.
// Thread rules: one thread.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/redis_client.hpp"
#include "cli/stream_info.hpp"
#include "learn/sources.hpp"

namespace pz::cli {

// Gets the stream's place in the list and an entry's fields: name, value, name, value, ... They
// live during the call.
using TakeEntry = std::function<void(std::size_t, std::span<const std::string_view>)>;

struct Unread {
    std::uint64_t gone = 0;  // entries trimmed before they were read, as far as the server counts
    std::uint64_t waiting = 0;  // at most so many are there
};

class StreamTail {
  public:
    static constexpr std::size_t kPage = 1000;  // entries of one stream in one reply, at most
    static constexpr std::size_t kMostAtOnce = 64'000;  // of all

    explicit StreamTail(std::vector<std::string> streams);

    std::size_t size() const { return streams_.size(); }
    const std::string& key(std::size_t stream) const { return streams_[stream].key; }
    const learn::StreamPlace& place(std::size_t stream) const { return streams_[stream].place; }
    void set_place(std::size_t stream, learn::StreamPlace place) {
        streams_[stream].place = std::move(place);
    }
    // Passes over all that the stream has now, wherever the place was before.
    Status skip_to_end(RedisClient& client, std::size_t stream);
    // After a new connection: the place of a server that lost its newest entries, or all, is where
    // that server goes on; every id that it gives from now on is behind it.
    Result<Unread> settle(RedisClient& client, std::size_t stream);
    // Reads one page of each of the first `streams`; waits up to `block_ms` for the first entry, 0:
    // not at all. Returns how many entries there were. In a cluster only the first stream is waited
    // for, since each has a server of its own: the others have been looked at when that time is
    // over. What comes from another server than before (RedisClient::changes()) is not taken: 0.
    Result<std::size_t> read(RedisClient& client, std::size_t streams, unsigned block_ms,
                             const TakeEntry& take);

  private:
    struct Stream {
        std::string key;
        learn::StreamPlace place;
    };
    Stream* find(std::string_view key);
    Result<std::vector<RedisReply>> read_together(RedisClient& client, std::size_t streams,
                                                  unsigned block_ms);
    Result<std::vector<RedisReply>> read_each(RedisClient& client, std::size_t streams,
                                              unsigned block_ms);
    std::size_t take_reply(const redisReply& reply, const TakeEntry& take);
    std::size_t take_stream(const redisReply& reply, const TakeEntry& take);

    std::vector<Stream> streams_;
    bool more_ = false;  // the last page was full: there may be more at once
};

}  // namespace pz::cli
