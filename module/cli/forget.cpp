// personalize forget: removes what is kept of one visitor.
#include <cstdio>
#include <deque>
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
        const auto page = client.command({"XRANGE", stream, begin, "+", "COUNT", kPage});
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
        const auto removed = client.command(command);
        if (!removed.ok()) {
            return removed.status();
        }
        erased += (*removed)->integer;
    }
}

// The server if it has the stream; null: it is its, and not there.
Result<RedisClient*> who_has(const std::string& stream, RedisClient& client) {
    const auto exists = client.command({"EXISTS", stream});
    if (!exists.ok()) {
        return exists.status();
    }
    return (*exists)->integer == 1 ? &client : nullptr;
}

// The servers that hold the streams: of a cluster some, else the one that there is.
class Holders {
  public:
    Holders(std::string_view url, RedisClient& first) : url_(url), asked_{&first} {}

    // Who has the stream; null: nobody.
    Result<RedisClient*> of(const std::string& stream);

  private:
    const std::string_view url_;
    std::vector<RedisClient*> asked_;
    std::deque<RedisClient> others_;
};

Result<RedisClient*> Holders::of(const std::string& stream) {
    for (RedisClient* client : asked_) {
        auto holder = who_has(stream, *client);
        if (holder.ok() || client->refusal() != "MOVED") {
            return holder;
        }
    }
    auto holder = RedisClient::connect(url_, stream);
    if (!holder.ok()) {
        return holder.status();
    }
    others_.push_back(std::move(*holder));
    asked_.push_back(&others_.back());
    return who_has(stream, others_.back());
}

// However many partitions the edge writes, or wrote before.
Result<long long> erase_from_streams(RedisClient& client, const VisitorOptions& options) {
    Holders holders(options.redis.url, client);
    long long erased = 0;
    for (unsigned n = 0; n < kMaxPartitions; ++n) {
        const std::string stream = options.redis.keys.stream(n);
        const auto holder = holders.of(stream);
        if (!holder.ok()) {
            return holder.status();
        }
        if (*holder == nullptr) {
            continue;
        }
        const auto events = erase_from(**holder, stream, options.visitor);
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
    client.append_commands(command);
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
