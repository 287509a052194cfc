// personalize forget: removes what is kept of one visitor.
#include <cstdio>

#include "cli/visitor_command.hpp"

namespace pz::cli {

namespace {

int run_forget(RedisClient& client, const VisitorOptions& options) {
    const redis::Keys& keys = options.redis.keys;
    const auto removed =
        client.command({"UNLINK", keys.events(options.visitor), keys.traits(options.visitor)});
    if (!removed.ok()) {
        return fail(removed.status());
    }
    std::printf("%lld keys removed\n", (*removed)->integer);
    return kDone;
}

}  // namespace

void add_forget(CLI::App& app, Run& run) {
    CLI::App* command = app.add_subcommand("forget", "Remove the events and traits of a visitor");
    command->footer(
        "The event streams, from which models are learned, keep the visitor's past events until\n"
        "they are trimmed.");
    add_visitor_arguments(*command, run, run_forget);
}

}  // namespace pz::cli
