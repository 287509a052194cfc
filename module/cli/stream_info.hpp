// What a server says of a stream (XINFO STREAM).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/redis_client.hpp"
#include "learn/sources.hpp"

namespace pz::cli {

struct StreamInfo {
    std::string last = "0-0";   // the id given last, be the entry there or not
    std::string first = "0-0";  // of the oldest entry
    std::uint64_t length = 0;
    std::optional<std::uint64_t> added;  // entries since the stream began; Redis 7

    // Those of before are gone, as far as the server counts.
    std::optional<std::uint64_t> gone() const;
    // The place's count, made sure of where this says more: at the stream's beginning and end.
    void make_sure(learn::StreamPlace& place) const;
};

// A stream that is not there is an empty one.
Result<StreamInfo> ask_stream(RedisClient& client, std::string_view key);

// Ids are <milliseconds>-<number>.
bool id_before(std::string_view a, std::string_view b);

}  // namespace pz::cli
