#include "redis/visitor_commands.hpp"

#include <algorithm>
#include <vector>

namespace pz::redis {

namespace {

// KEYS: the list, the aliases. ARGV: the list's limit, seconds to live of both, the time, who it
// was, how many aliases are one too many, then the texts, newest first. A text that stands there
// twice may be added twice, less those that the list has. An element without a time is anybody's
// own: it keeps its place.
constexpr std::string_view kMerge = R"(
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[4])
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, ARGV[5])
redis.call('EXPIRE', KEYS[2], ARGV[2])
local limit = tonumber(ARGV[1])
local kept = redis.call('LRANGE', KEYS[1], 0, limit - 1)
local has = {}
for _, text in ipairs(kept) do
    has[text] = (has[text] or 0) + 1
end
local function time(text)
    return tonumber(string.match(text, '^%S+ %S+ (%d+)')) or math.huge
end
local joined, at, added = {}, 1, 0
for i = 6, #ARGV do
    local text = ARGV[i]
    if (has[text] or 0) > 0 then
        has[text] = has[text] - 1
    else
        while at <= #kept and time(kept[at]) > time(text) do
            joined[#joined + 1] = kept[at]
            at = at + 1
        end
        joined[#joined + 1] = text
        added = added + 1
    end
end
if added == 0 then
    return 0
end
for i = at, #kept do
    joined[#joined + 1] = kept[i]
end
redis.call('DEL', KEYS[1])
for i = 1, math.min(#joined, limit) do
    redis.call('RPUSH', KEYS[1], joined[i])
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return added
)";

// The rank of the newest alias that is one too many.
constexpr std::string_view kOldAlias = "-101";
static_assert(kMaxAliases == 100);

constexpr std::uint32_t kShortestQueue = 90U * 24 * 3600;  // a learner may be away for long

}  // namespace

unsigned append_forget(std::string& out, const Keys& keys, std::string_view visitor) {
    return append_command(out, {"UNLINK", keys.events(visitor), keys.traits(visitor)});
}

unsigned append_forget_later(std::string& out, const Keys& keys, const Retention& retention,
                             std::string_view visitor, std::int64_t time) {
    const std::string queue = keys.forgotten();
    const auto seconds = std::max(retention.seconds, kShortestQueue);
    return append_command(out, {"ZADD", queue, std::to_string(time), visitor}) +
           append_command(out, {"EXPIRE", queue, std::to_string(seconds)});
}

unsigned append_join_read(std::string& out, const Keys& keys, const Retention& retention,
                          std::string_view from) {
    const std::string last = std::to_string(std::max(retention.events, 1U) - 1);
    return append_command(out, {"LRANGE", keys.events(from), "0", last});
}

unsigned append_join_merge(std::string& out, const Keys& keys, const Retention& retention,
                           const Joining& who, std::span<const std::string_view> texts) {
    const std::string key = keys.events(who.to);
    const std::string aliases = keys.aliases(who.to);
    const std::string time = std::to_string(who.time);
    const std::string limit = std::to_string(std::max(retention.events, 1U));
    const std::string seconds = std::to_string(retention.seconds);
    std::vector<std::string_view> arguments = {"EVAL", kMerge,  "2",  key,      aliases,
                                               limit,  seconds, time, who.from, kOldAlias};
    arguments.insert(arguments.end(), texts.begin(), texts.end());
    return append_command(out, arguments);
}

unsigned append_join_drop(std::string& out, const Keys& keys, std::string_view from,
                          std::span<const std::string_view> texts) {
    const std::string key = keys.events(from);
    unsigned replies = 0;
    for (const std::string_view text : texts) {
        replies += append_command(out, {"LREM", key, "-1", text});  // the oldest of its kind
    }
    return replies;
}

}  // namespace pz::redis
