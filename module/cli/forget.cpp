// personalize forget: removes what is kept of one visitor.
#include <cstdio>
#include <string>
#include <vector>

#include "cli/visitor_command.hpp"
#include "redis/visitor_commands.hpp"

namespace pz::cli {

namespace {

constexpr unsigned kMaxPartitions = 1024;  // of personalize_partitions
constexpr std::string_view kPage = "1000";

// The visitor's own among a page of entries, to be removed; `last`: the page's last id.
std::vector<std::string_view> entries_of(const redisReply& page, std::string_view visitor,
                                         std::string* last) {
    std::vector<std::string_view> ids;
    for (const redisReply* entry : elements_of(page)) {
        const auto parts = elements_of(*entry);
        if (parts.size() != 2) {
            continue;
        }
        *last = text_of(*parts[0]);
        const auto fields = elements_of(*parts[1]);
        for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
            if (text_of(*fields[i]) == "v" && text_of(*fields[i + 1]) == visitor) {
                ids.push_back(text_of(*parts[0]));
                break;
            }
        }
    }
    return ids;
}

// A page at a time, so that nobody else waits long for the server.
Result<long long> erase_from(RedisClient& client, const std::string& stream,
                             std::string_view visitor) {
    long long erased = 0;
    std::string last;
    for (std::string begin = "-"; true; begin = "(" + last) {
        const auto page = client.command(stream, {"XRANGE", stream, begin, "+", "COUNT", kPage});
        if (!page.ok()) {
            return page.status();
        }
        if (elements_of(**page).empty()) {
            return erased;
        }
        std::vector<std::string_view> command = {"XDEL", stream};
        const auto ids = entries_of(**page, visitor, &last);
        command.insert(command.end(), ids.begin(), ids.end());
        if (ids.empty()) {
            continue;
        }
        const auto removed = client.command(stream, command);
        if (!removed.ok()) {
            return removed.status();
        }
        erased += (*removed)->integer;
    }
}

// Those that are there, however many partitions the edge writes, or wrote before.
Result<std::vector<std::string>> streams_of(RedisClient& client, const redis::Keys& keys) {
    for (unsigned n = 0; n < kMaxPartitions; ++n) {
        const std::string stream = keys.stream(n);
        client.append(stream, {"EXISTS", stream});
    }
    std::vector<std::string> streams;
    for (unsigned n = 0; n < kMaxPartitions; ++n) {
        const auto exists = client.next();
        if (!exists.ok()) {
            return exists.status();
        }
        if ((*exists)->integer == 1) {
            streams.push_back(keys.stream(n));
        }
    }
    return streams;
}

Result<long long> erase_from_streams(RedisClient& client, const VisitorOptions& options) {
    const auto streams = streams_of(client, options.redis.keys);
    if (!streams.ok()) {
        return streams.status();
    }
    long long erased = 0;
    for (const std::string& stream : *streams) {
        const auto events = erase_from(client, stream, options.visitor);
        if (!events.ok()) {
            return events.status();
        }
        erased += *events;
    }
    return erased;
}

int run_forget(RedisClient& client, const VisitorOptions& options) {
    const redis::Keys& keys = options.redis.keys;
    std::string command;
    redis::append_forget(command, keys, options.visitor);
    client.append_commands(keys.events(options.visitor), command);
    const auto removed = client.next();
    if (!removed.ok()) {
        return fail(removed.status());
    }
    const auto events = erase_from_streams(client, options);
    if (!events.ok()) {
        return fail(events.status());
    }
    std::printf("%lld keys removed, and %lld events from the streams\n", (*removed)->integer,
                *events);
    return kDone;
}

}  // namespace

void add_forget(CLI::App& app, Run& run) {
    CLI::App* command = app.add_subcommand("forget", "Remove what is kept of a visitor");
    command->footer(
        "Events, traits, and the visitor's entries in the streams of events, which are read from\n"
        "their beginning to their end: a second or two for a million. Models name nobody; the\n"
        "learner's checkpoint names visitors of the half hour before it.");
    add_visitor_arguments(*command, run, run_forget);
}

}  // namespace pz::cli
