// personalize check: does a rule file load?
#include <cstdio>

#include "cli/command.hpp"
#include "cli/rule_file.hpp"

namespace pz::cli {

namespace {

int run_check(const std::string& path) {
    const auto rules = load_rules(path);
    if (!rules.ok()) {
        return fail(rules.status());
    }
    for (const auto& name : (*rules)->segment_names()) {
        std::printf("segment\t%s\n", name.c_str());
    }
    for (const auto& name : (*rules)->rule_names()) {
        std::printf("rule\t%s\n", name.c_str());
    }
    return kDone;
}

}  // namespace

void add_check(CLI::App& app, Run& run) {
    CLI::App* command = app.add_subcommand("check", "Load a rule file and list what it defines");
    auto path = std::make_shared<std::string>();
    command->add_option("file", *path, "The rule file")->required()->type_name("FILE.lua");
    command->callback([&run, path] { run = [path] { return run_check(*path); }; });
}

}  // namespace pz::cli
