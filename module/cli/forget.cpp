// personalize forget: removes what is kept of one visitor.
#include <cstdio>
#include <string>
#include <vector>

#include "cli/visitor_command.hpp"
#include "cli/visitor_traces.hpp"
#include "redis/visitor_commands.hpp"

namespace pz::cli {

namespace {

// Their lists and traits. How many keys there were.
Result<long long> erase_keys(RedisClient& client, const redis::Keys& keys,
                             const Identities& identities) {
    long long erased = 0;
    for (const auto& [visitor, until] : identities) {
        std::string command;
        redis::append_forget(command, keys, visitor);
        client.append_commands(keys.events(visitor), command);
        const auto removed = client.next();
        if (!removed.ok()) {
            return removed.status();
        }
        erased += (*removed)->integer;
    }
    return erased;
}

Result<long long> erase_from_streams(RedisClient& client, const redis::Keys& keys,
                                     const Identities& identities) {
    long long erased = 0;
    const Status status = walk_streams(
        client, keys, [&](const std::string& stream, std::span<const StreamEntry> entries) {
            std::vector<std::string_view> command = {"XDEL", stream};
            for (const StreamEntry& entry : entries) {
                if (identities.contains(entry.visitor())) {
                    command.push_back(entry.id);
                }
            }
            if (command.size() == 2) {
                return Status();
            }
            const auto removed = client.command(stream, command);
            erased += removed.ok() ? (*removed)->integer : 0;
            return removed.status();
        });
    return status.ok() ? Result<long long>(erased) : Result<long long>(status);
}

// Last, so that a command which failed before can be given again.
Result<long long> erase_aliases(RedisClient& client, const redis::Keys& keys,
                                const Identities& identities) {
    long long erased = 0;
    for (const auto& [visitor, until] : identities) {
        const std::string key = keys.aliases(visitor);
        const auto removed = client.command(key, {"UNLINK", key});
        if (!removed.ok()) {
            return removed.status();
        }
        erased += (*removed)->integer;
    }
    return erased;
}

int run_forget(RedisClient& client, const VisitorOptions& options) {
    const redis::Keys& keys = options.redis.keys;
    const auto identities = identities_of(client, keys, options.visitor);
    if (!identities.ok()) {
        return fail(identities.status());
    }
    const auto removed = erase_keys(client, keys, *identities);
    if (!removed.ok()) {
        return fail(removed.status());
    }
    const auto events = erase_from_streams(client, keys, *identities);
    if (!events.ok()) {
        return fail(events.status());
    }
    const auto aliases = erase_aliases(client, keys, *identities);
    if (!aliases.ok()) {
        return fail(aliases.status());
    }
    std::printf("%lld keys removed, and %lld events from the streams\n", *removed + *aliases,
                *events);
    return kDone;
}

}  // namespace

void add_forget(CLI::App& app, Run& run) {
    CLI::App* command = app.add_subcommand("forget", "Remove what is kept of a visitor");
    command->footer(
        "Events, traits, and the visitor's entries in the streams of events, which are read from\n"
        "their beginning to their end: a second or two for a million. The same of the anonymous\n"
        "visitors who became this one by a login (personalize_alias). Models name nobody; the\n"
        "learner's checkpoint names visitors of the half hour before it.");
    add_visitor_arguments(*command, run, run_forget);
}

}  // namespace pz::cli
