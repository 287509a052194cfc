// personalize: the command-line program.
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>

#include "cli/command.hpp"

namespace {

using namespace pz::cli;  // NOLINT: the program's own names

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
    const auto found =
        app.get_subcommands([&name](const CLI::App* each) { return each->get_name() == name; });
    return found.empty() ? nullptr : found.front();
}

void add_help(CLI::App& app, Run& run) {
    CLI::App* command = app.add_subcommand("help", "Say what a command does");
    auto topic = std::make_shared<std::string>();
    command->add_option("command", *topic, "The command");
    command->callback([&app, &run, topic] {
        run = [&app, topic] {
            const CLI::App* about = topic->empty() ? &app : find_command(app, *topic);
            if (about == nullptr) {
                warn("there is no command '" + *topic + "': see personalize help");
                return kUsage;
            }
            // App::help() would speak of `help` itself: that is the command that was chosen.
            const std::string name = topic->empty() ? "personalize" : "personalize " + *topic;
            std::cout << app.get_formatter()->make_help(about, name, CLI::AppFormatMode::Normal);
            return kDone;
        };
    });
}

// The command that the words were meant for, to name its own help.
int usage_error(const CLI::App& app, const CLI::ParseError& error) {
    std::string name;
    for (auto chosen = app.get_subcommands(); !chosen.empty();
         chosen = chosen.front()->get_subcommands()) {
        name += " " + chosen.front()->get_name();
    }
    std::fprintf(stderr, "personalize%s: %s: see personalize%s --help\n", name.c_str(),
                 error.what(), name.c_str());
    return kUsage;
}

int run_program(int argc, char** argv) {
    CLI::App app("personalize: catalog, models and visitors of a shop that nginx personalizes",
                 "personalize");
    app.require_subcommand(0, 1);
    app.get_formatter()->column_width(34);
    Run run;
    for (const auto add : {add_import, add_learn, add_recommend, add_evaluate, add_inspect,
                           add_check, add_alias, add_forget, add_export, add_version, add_help}) {
        add(app, run);
    }
    app.footer("Exit status: 0 done, 1 no, 2 usage.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        std::cout << app.help();
        return kDone;
    } catch (const CLI::ParseError& error) {
        return usage_error(app, error);
    }
    if (!run) {
        warn("which command? see personalize help");
        return kUsage;
    }
    return run();
}

}  // namespace

int main(int argc, char** argv) {
    // A server that closes its connection, or `head` on our output, is an error to report.
    std::signal(SIGPIPE, SIG_IGN);
    // A parent may ignore it; inherited, that would hide how our own children end.
    std::signal(SIGCHLD, SIG_DFL);
    try {
        return run_program(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "personalize: %s\n", error.what());
        return kNo;
    }
}
