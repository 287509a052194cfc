// What commands about one visitor share: its id, where Redis is, a connection.
#pragma once

#include <string>

#include "cli/command.hpp"
#include "cli/redis_client.hpp"

namespace pz::cli {

struct VisitorOptions {
    std::string visitor;
    RedisOptions redis;
};

// Adds the arguments to `command`; `act` runs with a valid id.
void add_visitor_arguments(CLI::App& command, Run& run,
                           int (*act)(RedisClient& client, const VisitorOptions& options));

}  // namespace pz::cli
