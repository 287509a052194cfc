// personalize version
#include <cstdio>

#include "cli/command.hpp"
#include "store/version.hpp"

namespace pz::cli {

void add_version(CLI::App& app, Run& run) {
    app.add_subcommand("version", "Print the version")->callback([&run] {
        run = [] {
            std::printf("personalize %s\n", kVersion.data());
            return kDone;
        };
    });
}

}  // namespace pz::cli
