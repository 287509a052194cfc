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
    const auto reply =
        client.command(skipped.key, {"XREVRANGE", skipped.key, "+", "-", "COUNT", "1"});
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

namespace {

std::vector<std::string_view> xread(std::string_view page, std::string_view block) {
    std::vector<std::string_view> words = {"XREAD", "COUNT", page};
    if (block != "0") {
        words.insert(words.end(), {"BLOCK", block});
    }
    words.emplace_back("STREAMS");
    return words;
}

std::size_t page_of(std::size_t streams) {
    return std::clamp<std::size_t>(StreamTail::kMostAtOnce / streams, 1, StreamTail::kPage);
}

}  // namespace

Result<std::size_t> StreamTail::read(RedisClient& client, std::size_t streams, unsigned block_ms,
                                     const TakeEntry& take) {
    const std::uint64_t changes = client.changes();
    const auto replies = client.cluster() ? read_each(client, streams, more_ ? 0 : block_ms)
                                          : read_together(client, streams, block_ms);
    if (!replies.ok()) {
        return replies.status();
    }
    std::size_t entries = 0;
    more_ = false;
    for (const RedisReply& reply : *replies) {
        const std::size_t taken = client.changes() == changes ? take_reply(*reply, take) : 0;
        more_ = more_ || taken >= page_of(streams);
        entries += taken;
    }
    return entries;
}

Result<std::vector<RedisReply>> StreamTail::read_together(RedisClient& client, std::size_t streams,
                                                          unsigned block_ms) {
    const std::string page = std::to_string(page_of(streams));
    const std::string block = std::to_string(block_ms);
    auto words = xread(page, block);
    const auto wanted = std::span(streams_).first(streams);
    for (const Stream& stream : wanted) {
        words.emplace_back(stream.key);
    }
    for (const Stream& stream : wanted) {
        words.emplace_back(stream.place.last);
    }
    auto reply = client.command(wanted.front().key, words);
    if (!reply.ok()) {
        return reply.status();
    }
    std::vector<RedisReply> replies;
    replies.push_back(std::move(*reply));
    return replies;
}

// Streams of different slots cannot be named in one command.
Result<std::vector<RedisReply>> StreamTail::read_each(RedisClient& client, std::size_t streams,
                                                      unsigned block_ms) {
    const std::string page = std::to_string(page_of(streams));
    const std::string block = std::to_string(block_ms);
    std::vector<RedisReply> replies;
    const auto read = [&](std::size_t first, std::size_t last, std::string_view wait) {
        for (std::size_t i = first; i < last; ++i) {
            auto words = xread(page, wait);
            words.insert(words.end(), {streams_[i].key, streams_[i].place.last});
            client.append(streams_[i].key, words);
        }
        Status first_problem;  // all replies are read, whatever the first says
        for (std::size_t i = first; i < last; ++i) {
            auto reply = client.next();
            if (reply.ok()) {
                replies.push_back(std::move(*reply));
            } else if (first_problem.ok()) {
                first_problem = Status::error("XREAD: " + reply.message());
            }
        }
        return first_problem;
    };
    Status status = read(0, 1, block);
    status = status.ok() ? read(1, streams, "0") : status;
    return status.ok() ? Result<std::vector<RedisReply>>(std::move(replies))
                       : Result<std::vector<RedisReply>>(status);
}

std::size_t StreamTail::take_reply(const redisReply& reply, const TakeEntry& take) {
    std::size_t entries = 0;
    for (const redisReply* each : elements_of(reply)) {
        entries += take_stream(*each, take);
    }
    return entries;
}

// [key, [[id, [name, value, ...]], ...]]; anything else counts for nothing.
std::size_t StreamTail::take_stream(const redisReply& reply, const TakeEntry& take) {
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
