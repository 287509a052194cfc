#include "cli/visitor_traces.hpp"

#include <charconv>
#include <limits>
#include <vector>

namespace pz::cli {

namespace {

constexpr unsigned kMaxPartitions = 1024;  // of personalize_partitions
constexpr std::string_view kPage = "1000";

// A whole number at the beginning of the text; 0: there is none.
std::int64_t number_of(std::string_view text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

std::vector<StreamEntry> entries_of(const redisReply& page) {
    std::vector<StreamEntry> entries;
    for (const redisReply* entry : elements_of(page)) {
        const auto parts = elements_of(*entry);
        if (parts.size() == 2) {
            entries.push_back({text_of(*parts[0]), elements_of(*parts[1])});
        }
    }
    return entries;
}

}  // namespace

Result<std::vector<std::string>> streams_of(RedisClient& client, const redis::Keys& keys) {
    for (unsigned n = 0; n < kMaxPartitions; ++n) {
        const std::string stream = keys.stream(n);
        client.append(stream, {"EXISTS", stream});
    }
    std::vector<std::string> streams;
    Status first_problem;  // all replies are read, whatever the first says
    for (unsigned n = 0; n < kMaxPartitions; ++n) {
        const auto exists = client.next();
        if (!exists.ok()) {
            first_problem = first_problem.ok() ? exists.status() : first_problem;
        } else if ((*exists)->integer == 1) {
            streams.push_back(keys.stream(n));
        }
    }
    return first_problem.ok() ? Result<std::vector<std::string>>(std::move(streams))
                              : Result<std::vector<std::string>>(first_problem);
}

Status StreamWalk::next(RedisClient& client, const PageOfEntries& act) {
    const auto page = client.command(stream_, {"XRANGE", stream_, begin_, "+", "COUNT", kPage});
    if (!page.ok()) {
        return page.status();
    }
    const std::vector<StreamEntry> entries = entries_of(**page);
    done_ = entries.empty();
    Status status = done_ ? Status() : act(stream_, entries);
    if (status.ok() && !done_) {
        begin_ = "(" + std::string(entries.back().id);
    }
    return status;
}

Result<Identities> identities_of(RedisClient& client, const redis::Keys& keys,
                                 const std::string& visitor) {
    Identities known = {{visitor, std::numeric_limits<std::int64_t>::max()}};
    std::vector<std::string> open = {visitor};
    while (!open.empty()) {
        const std::string key = keys.aliases(open.back());
        open.pop_back();
        const auto aliases = client.command(key, {"ZRANGE", key, "0", "-1", "WITHSCORES"});
        if (!aliases.ok()) {
            return aliases.status();
        }
        const auto parts = elements_of(**aliases);
        for (std::size_t i = 0; i + 1 < parts.size() && known.size() < kMaxIdentities; i += 2) {
            const std::string alias(text_of(*parts[i]));
            if (known.emplace(alias, number_of(text_of(*parts[i + 1]))).second) {
                open.push_back(alias);
            }
        }
    }
    return known;
}

std::string_view StreamEntry::field(std::string_view name) const {
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        if (text_of(*fields[i]) == name) {
            return text_of(*fields[i + 1]);
        }
    }
    return {};
}

std::int64_t StreamEntry::time() const {
    return number_of(field("t"));
}

Status walk_streams(RedisClient& client, const redis::Keys& keys, const PageOfEntries& page) {
    const auto streams = streams_of(client, keys);
    if (!streams.ok()) {
        return streams.status();
    }
    for (const std::string& stream : *streams) {
        for (StreamWalk walk(stream); !walk.done();) {
            if (Status status = walk.next(client, page); !status.ok()) {
                return status;
            }
        }
    }
    return {};
}

}  // namespace pz::cli
