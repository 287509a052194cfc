// personalize forget: removes what is kept of one visitor.
#include <cstdio>

#include "cli/command.hpp"
#include "cli/redis_client.hpp"
#include "visitor/event.hpp"

namespace pz::cli {

namespace {

struct ForgetOptions {
    std::string visitor;
    RedisOptions redis;
};

int run_forget(const ForgetOptions& options) {
    if (!visitor::valid_visitor_id(options.visitor)) {
        warn("not a visitor id: write 1 to 64 of A-Z a-z 0-9 . _ -");
        return kUsage;
    }
    auto client = RedisClient::connect(options.redis.url);
    if (!client.ok()) {
        return fail(client.status());
    }
    const redis::Keys& keys = options.redis.keys;
    const auto removed =
        client->command({"UNLINK", keys.events(options.visitor), keys.traits(options.visitor)});
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
    auto options = std::make_shared<ForgetOptions>();
    command->add_option("visitor", options->visitor, "The visitor's id")
        ->required()
        ->type_name("ID");
    options->redis.add_to(*command, true);
    command->callback([&run, options] { run = [options] { return run_forget(*options); }; });
}

}  // namespace pz::cli
