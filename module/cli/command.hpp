// What the commands of `personalize` share. Each command is one file and adds its subcommand.
//
// Exit status: 0 done, 1 no (failed, or nothing found), 2 usage.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "cli/redis_access.hpp"
#include "redis/commands.hpp"
#include "store/status.hpp"

namespace pz::cli {

inline constexpr int kDone = 0;
inline constexpr int kNo = 1;
inline constexpr int kUsage = 2;

// What the command line asks for: set while it is parsed, called afterwards.
using Run = std::function<int()>;

void add_import(CLI::App& app, Run& run);
void add_learn(CLI::App& app, Run& run);
void add_recommend(CLI::App& app, Run& run);
void add_evaluate(CLI::App& app, Run& run);
void add_check(CLI::App& app, Run& run);
void add_inspect(CLI::App& app, Run& run);
void add_alias(CLI::App& app, Run& run);
void add_forget(CLI::App& app, Run& run);
void add_export(CLI::App& app, Run& run);
void add_version(CLI::App& app, Run& run);

// Where the visitors' state lives: --redis, --redis-auth, --redis-ssl-... and --prefix.
struct RedisOptions {
    RedisAccess access;
    redis::Keys keys;

    void add_to(CLI::App& command, bool required);

  private:
    void add_tls_to(CLI::App& command);
};

// "personalize: <message>" on stderr; returns kNo.
int fail(std::string_view message);
int fail(const Status& status);
void warn(std::string_view message);

std::int64_t unix_now();

// Standard input for "-".
Result<std::string> read_input(const std::string& path);

}  // namespace pz::cli
