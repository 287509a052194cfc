// personalize version
#include <cstdio>

#include "cli/command.hpp"

namespace pz::cli {

namespace {

constexpr const char* kVersion = "0.1.0";

}  // namespace

void add_version(CLI::App& app, Run& run) {
    app.add_subcommand("version", "Print the version")->callback([&run] {
        run = [] {
            std::printf("personalize %s\n", kVersion);
            return kDone;
        };
    });
}

}  // namespace pz::cli
