#include "cli/command.hpp"

#include <cstdio>
#include <ctime>

#include "learn/catalog.hpp"

namespace pz::cli {

namespace {

Result<std::string> read_stdin() {
    std::string bytes;
    std::array<char, 65536> block;
    while (const std::size_t got = std::fread(block.data(), 1, block.size(), stdin)) {
        if (bytes.size() + got > learn::kMaxFile) {
            return Status::error("standard input is over " + std::to_string(learn::kMaxFile >> 20) +
                                 " MiB: cut the feed into several");
        }
        bytes.append(block.data(), got);
    }
    return std::ferror(stdin) != 0
               ? Result<std::string>(Status::error("standard input cannot be read"))
               : Result<std::string>(std::move(bytes));
}

}  // namespace

void RedisOptions::add_to(CLI::App& command, bool required) {
    command.add_option("--redis", url, "redis://[user:password@]host[:port][/db] or unix:/path")
        ->required(required)
        ->type_name("URL");
    command.add_option("--prefix", keys.prefix, "What all keys begin with")
        ->capture_default_str()
        ->type_name("TEXT");
}

void warn(std::string_view message) {
    std::fprintf(stderr, "personalize: %.*s\n", static_cast<int>(message.size()), message.data());
}

int fail(std::string_view message) {
    warn(message);
    return kNo;
}

int fail(const Status& status) {
    return fail(status.message());
}

std::int64_t unix_now() {
    return static_cast<std::int64_t>(std::time(nullptr));
}

Result<std::string> read_input(const std::string& path) {
    return path == "-" ? read_stdin() : learn::read_file(path);
}

}  // namespace pz::cli
