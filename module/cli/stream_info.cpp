#include "cli/stream_info.hpp"

#include <charconv>
#include <utility>

namespace pz::cli {

namespace {

std::pair<std::uint64_t, std::uint64_t> parts_of(std::string_view id) {
    std::pair<std::uint64_t, std::uint64_t> parts{0, 0};
    const char* end = id.data() + id.size();
    const auto [dash, error] = std::from_chars(id.data(), end, parts.first);
    if (error == std::errc() && dash != end) {
        (void)std::from_chars(dash + 1, end, parts.second);
    }
    return parts;
}

std::uint64_t number_of(const redisReply& reply) {
    return reply.type == REDIS_REPLY_INTEGER && reply.integer > 0
               ? static_cast<std::uint64_t>(reply.integer)
               : 0;
}

void take(std::string_view name, const redisReply& value, StreamInfo& info) {
    if (name == "last-generated-id") {
        info.last = text_of(value);
    } else if (name == "length") {
        info.length = number_of(value);
    } else if (name == "entries-added") {
        info.added = number_of(value);
    } else if (name == "first-entry") {
        const auto entry = elements_of(value);
        info.first = entry.empty() ? info.first : std::string(text_of(*entry[0]));
    }
}

}  // namespace

bool id_before(std::string_view a, std::string_view b) {
    return parts_of(a) < parts_of(b);
}

std::optional<std::uint64_t> StreamInfo::gone() const {
    return added && *added >= length ? std::optional(*added - length) : std::nullopt;
}

void StreamInfo::make_sure(learn::StreamPlace& place) const {
    if (place.last == last) {
        place.count = added;
    } else if (place.last == learn::StreamPlace().last) {
        place.count = gone();
    } else if (!added || place.count > added) {
        place.count.reset();
    }
}

Result<StreamInfo> ask_stream(RedisClient& client, std::string_view key) {
    const auto reply = client.command(key, {"XINFO", "STREAM", key});
    if (!reply.ok()) {
        const bool absent = reply.message().find("no such key") != std::string::npos;
        return absent ? Result<StreamInfo>(StreamInfo{.added = 0})
                      : Result<StreamInfo>(reply.status());
    }
    StreamInfo info;
    const auto parts = elements_of(**reply);
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
        take(text_of(*parts[i]), *parts[i + 1], info);
    }
    return info;
}

}  // namespace pz::cli
