#include "redis/once.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace pz::redis {

namespace {

// The entry first: when it is refused, there is no mark either. pcall, because Redis 6.2 hides what
// an error is when it comes through call.
constexpr std::string_view kAddOnce =
    "if redis.call('EXISTS',KEYS[2])==1 then return 0 end "
    "local r=redis.pcall('XADD',KEYS[1],'MAXLEN','~',ARGV[1],'*',unpack(ARGV,3)) "
    "if type(r)=='table' and r.err then return r end "
    "redis.call('SET',KEYS[2],'','EX',ARGV[2]) "
    "return 1";

constexpr std::string_view kPushOnce =
    "local r=redis.pcall('LPOS',KEYS[1],ARGV[1]) "
    "if type(r)=='table' then return r end "
    "if r then return 0 end "
    "return redis.pcall('LPUSH',KEYS[1],ARGV[1])";

}  // namespace

// The braces put it on the slot of the stream.
std::string once_key(const Keys& keys, unsigned partition, std::uint64_t identity) {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(identity));
    return keys.prefix + "once:{" + keys.stream(partition) + "}:" + digits;
}

unsigned append_stream_once(std::string& out, const Keys& keys, const Retention& retention,
                            unsigned partition, std::uint64_t identity,
                            std::span<const std::string> fields) {
    const std::string stream = keys.stream(partition);
    const std::string mark = once_key(keys, partition, identity);
    const std::string entries = std::to_string(retention.stream_entries);
    const std::string seconds = std::to_string(kOnceSeconds);
    std::vector<std::string_view> arguments = {"EVAL", kAddOnce, "2",    stream,
                                               mark,   entries,  seconds};
    arguments.insert(arguments.end(), fields.begin(), fields.end());
    return append_command(out, arguments);
}

unsigned append_write_once(std::string& out, const Keys& keys, const Retention& retention,
                           std::string_view visitor, std::span<const std::string> texts,
                           std::span<const std::uint64_t> identities) {
    const std::string key = keys.events(visitor);
    unsigned replies = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        replies += identities[i] == 0
                       ? append_command(out, {"LPUSH", key, texts[i]})
                       : append_command(out, {"EVAL", kPushOnce, "1", key, texts[i]});
    }
    const std::string last = std::to_string(std::max(retention.events, 1U) - 1);
    return replies + append_command(out, {"LTRIM", key, "0", last}) +
           append_command(out, {"EXPIRE", key, std::to_string(retention.seconds)});
}

}  // namespace pz::redis
