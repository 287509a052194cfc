// personalize export: what is kept of one visitor, as JSON.
#include <cstdio>

#include "cli/json.hpp"
#include "cli/visitor_command.hpp"
#include "cli/visitor_state.hpp"

namespace pz::cli {

namespace {

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

int run_export(RedisClient& client, const VisitorOptions& options) {
    const auto state = read_visitor(client, options.redis.keys, options.visitor);
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
    add_visitor_arguments(*command, run, run_export);
}

}  // namespace pz::cli
