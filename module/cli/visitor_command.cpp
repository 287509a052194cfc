#include "cli/visitor_command.hpp"

#include <memory>

#include "visitor/event.hpp"

namespace pz::cli {

void add_visitor_arguments(CLI::App& command, Run& run,
                           int (*act)(RedisClient& client, const VisitorOptions& options)) {
    auto options = std::make_shared<VisitorOptions>();
    command.add_option("visitor", options->visitor, "The visitor's id")
        ->required()
        ->type_name("ID");
    options->redis.add_to(command, true);
    command.callback([&run, options, act] {
        run = [options, act] {
            if (!visitor::valid_visitor_id(options->visitor)) {
                warn("not a visitor id: write 1 to 64 of A-Z a-z 0-9 . _ -");
                return kUsage;
            }
            auto client = RedisClient::connect(options->redis.access);
            return client.ok() ? act(*client, *options) : fail(client.status());
        };
    });
}

}  // namespace pz::cli
