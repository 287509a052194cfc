#include "cli/stream_tail.hpp"

#include <algorithm>
#include <utility>

namespace pz::cli {

StreamTail::StreamTail(std::vector<std::string> streams) {
    for (std::string& key : streams) {
        streams_.push_back({std::move(key), {}});
    }
}

StreamTail::Stream* StreamTail::find(std::string_view key) {
    const auto found = std::find_if(streams_.begin(), streams_.end(),
                                    [key](const Stream& stream) { return stream.key == key; });
    return found == streams_.end() ? nullptr : &*found;
}

Status StreamTail::skip_to_end(RedisClient& client, std::size_t stream) {
    Stream& skipped = streams_[stream];
    const auto reply = client.command({"XREVRANGE", skipped.key, "+", "-", "COUNT", "1"});
    if (!reply.ok()) {
        return reply.status();
    }
    skipped.place = {};
    for (const redisReply* entry : elements_of(**reply)) {
        if (const auto id_and_fields = elements_of(*entry); id_and_fields.size() == 2) {
            skipped.place.last = text_of(*id_and_fields[0]);
        }
    }
    return {};
}

Result<Unread> StreamTail::settle(RedisClient& client, std::size_t stream) {
    const auto info = ask_stream(client, streams_[stream].key);
    if (!info.ok()) {
        return info.status();
    }
    learn::StreamPlace& place = streams_[stream].place;
    if (id_before(info->last, place.last)) {
        place = {info->last, info->added};
    }
    Unread unread;
    const auto gone = info->gone();
    const bool cut = info->length == 0 || id_before(place.last, info->first);
    if (cut && gone && place.count && *gone > *place.count) {
        unread.gone = *gone - *place.count;
        place.count = gone;
    }
    info->make_sure(place);
    unread.waiting = place.count ? *info->added - *place.count : info->length;
    return unread;
}

Result<std::size_t> StreamTail::read(RedisClient& client, std::size_t streams, unsigned block_ms,
                                     const TakeEntry& take) {
    const std::string page =
        std::to_string(std::clamp<std::size_t>(kMostAtOnce / streams, 1, kPage));
    const std::string block = std::to_string(block_ms);
    std::vector<std::string_view> arguments = {"XREAD", "COUNT", page};
    if (block_ms > 0) {
        arguments.insert(arguments.end(), {"BLOCK", block});
    }
    arguments.emplace_back("STREAMS");
    const auto wanted = std::span(streams_).first(streams);
    for (const Stream& stream : wanted) {
        arguments.emplace_back(stream.key);
    }
    for (const Stream& stream : wanted) {
        arguments.emplace_back(stream.place.last);
    }
    const auto reply = client.command(arguments);
    if (!reply.ok()) {
        return reply.status();
    }
    std::size_t entries = 0;
    for (const redisReply* each : elements_of(**reply)) {
        entries += read_stream(*each, take);
    }
    return entries;
}

// [key, [[id, [name, value, ...]], ...]]; anything else counts for nothing.
std::size_t StreamTail::read_stream(const redisReply& reply, const TakeEntry& take) {
    const auto parts = elements_of(reply);
    Stream* stream = parts.size() == 2 ? find(text_of(*parts[0])) : nullptr;
    if (stream == nullptr) {
        return 0;
    }
    const auto entries = elements_of(*parts[1]);
    std::vector<std::string_view> fields;
    for (const redisReply* entry : entries) {
        const auto id_and_fields = elements_of(*entry);
        if (id_and_fields.size() != 2) {
            continue;
        }
        fields.clear();
        for (const redisReply* text : elements_of(*id_and_fields[1])) {
            fields.push_back(text_of(*text));
        }
        stream->place.last = text_of(*id_and_fields[0]);
        if (stream->place.count) {
            ++*stream->place.count;
        }
        take(static_cast<std::size_t>(stream - streams_.data()), fields);
    }
    return entries.size();
}

}  // namespace pz::cli
