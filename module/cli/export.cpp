// personalize export: what is kept of one visitor, as JSON.
#include <cstdio>

#include "cli/command.hpp"
#include "cli/json.hpp"
#include "cli/visitor_state.hpp"

namespace pz::cli {

namespace {

struct ExportOptions {
    std::string visitor;
    RedisOptions redis;
};

std::string to_json(const std::string& visitor, const VisitorState& state) {
    std::string json = "{\"visitor\":";
    append_json_string(visitor, json);
    json += ",\"events\":[";
    for (std::size_t i = 0; i < state.events.size(); i++) {
        json += i == 0 ? "\n" : ",\n";
        append_json_string(state.events[i], json);
    }
    json += "],\n\"traits\":{";
    for (std::size_t i = 0; i < state.traits.size(); i++) {
        json += i == 0 ? "\n" : ",\n";
        append_json_string(state.traits[i].first, json);
        json += ':';
        append_json_string(state.traits[i].second, json);
    }
    return json + "}}\n";
}

int run_export(const ExportOptions& options) {
    if (!visitor::valid_visitor_id(options.visitor)) {
        warn("not a visitor id: write 1 to 64 of A-Z a-z 0-9 . _ -");
        return kUsage;
    }
    auto client = RedisClient::connect(options.redis.url);
    if (!client.ok()) {
        return fail(client.status());
    }
    const auto state = read_visitor(*client, options.redis.keys, options.visitor);
    if (!state.ok()) {
        return fail(state.status());
    }
    if (state->events.empty() && state->traits.empty()) {
        return fail("nothing is kept of visitor '" + options.visitor + "'");
    }
    const std::string json = to_json(options.visitor, *state);
    std::fwrite(json.data(), 1, json.size(), stdout);
    return kDone;
}

}  // namespace

void add_export(CLI::App& app, Run& run) {
    CLI::App* command =
        app.add_subcommand("export", "Print the events and traits of a visitor as JSON");
    auto options = std::make_shared<ExportOptions>();
    command->add_option("visitor", options->visitor, "The visitor's id")
        ->required()
        ->type_name("ID");
    options->redis.add_to(*command, true);
    command->callback([&run, options] { run = [options] { return run_export(*options); }; });
}

}  // namespace pz::cli
