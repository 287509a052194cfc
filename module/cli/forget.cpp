// personalize forget: removes what is kept of one visitor.
#include <cstdio>
#include <string>

#include "cli/visitor_command.hpp"
#include "cli/visitor_erasure.hpp"

namespace pz::cli {

namespace {

Result<long long> erase_from_streams(RedisClient& client, const redis::Keys& keys,
                                     const Identities& identities) {
    long long erased = 0;
    const Status status = walk_streams(
        client, keys, [&](const std::string& stream, std::span<const StreamEntry> entries) {
            const auto removed = erase_entries(
                client, stream, entries,
                [&](const StreamEntry& entry) { return identities.contains(entry.visitor()); });
            erased += removed.ok() ? *removed : 0;
            return removed.status();
        });
    return status.ok() ? Result<long long>(erased) : Result<long long>(status);
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
