// personalize export: what is kept of one visitor, as JSON.
#include <cstdio>
#include <span>
#include <utility>

#include "cli/json.hpp"
#include "cli/visitor_command.hpp"
#include "cli/visitor_state.hpp"
#include "cli/visitor_traces.hpp"

namespace pz::cli {

namespace {

// ",\n" between the elements of an array or the members of an object.
void separate(std::string& json) {
    json += json.ends_with('[') || json.ends_with('{') ? "\n" : ",\n";
}

void append_entry(const std::string& stream, const StreamEntry& entry, std::string& json) {
    separate(json);
    json += "{\"stream\":";
    append_json_string(stream, json);
    json += ",\"id\":";
    append_json_string(entry.id, json);
    json += ",\"fields\":{";
    for (std::size_t i = 0; i + 1 < entry.fields.size(); i += 2) {
        json += i == 0 ? "" : ",";
        append_json_string(text_of(*entry.fields[i]), json);
        json += ':';
        append_json_string(text_of(*entry.fields[i + 1]), json);
    }
    json += "}}";
}

// The entries of the streams, as elements of an array.
Result<std::string> read_streams(RedisClient& client, const redis::Keys& keys,
                                 const Identities& identities) {
    std::string json = "[";
    const Status status = walk_streams(
        client, keys, [&](const std::string& stream, std::span<const StreamEntry> entries) {
            for (const StreamEntry& entry : entries) {
                const auto known = identities.find(entry.visitor());
                if (known != identities.end() && entry.time() <= known->second) {
                    append_entry(stream, entry, json);
                }
            }
            return Status();
        });
    return status.ok() ? Result<std::string>(json + "]") : Result<std::string>(status);
}

void append_state(const VisitorState& state, std::string& json) {
    json += ",\"events\":[";
    for (const std::string& event : state.events) {
        separate(json);
        append_json_string(event, json);
    }
    json += "],\n\"traits\":{";
    for (const auto& [name, value] : state.traits) {
        separate(json);
        append_json_string(name, json);
        json += ':';
        append_json_string(value, json);
    }
    json += "}";
}

void append_aliases(const std::string& visitor, const Identities& identities, std::string& json) {
    json += ",\n\"aliases\":[";
    for (const auto& [alias, until] : identities) {
        if (alias != visitor) {
            separate(json);
            append_json_string(alias, json);
        }
    }
    json += "]";
}

int run_export(RedisClient& client, const VisitorOptions& options) {
    const redis::Keys& keys = options.redis.keys;
    const auto state = read_visitor(client, keys, options.visitor);
    if (!state.ok()) {
        return fail(state.status());
    }
    const auto identities = identities_of(client, keys, options.visitor);
    if (!identities.ok()) {
        return fail(identities.status());
    }
    const auto stream = read_streams(client, keys, *identities);
    if (!stream.ok()) {
        return fail(stream.status());
    }
    if (state->events.empty() && state->traits.empty() && identities->size() == 1 &&
        *stream == "[]") {
        return fail("nothing is kept of visitor '" + options.visitor + "'");
    }
    std::string json = "{\"visitor\":";
    append_json_string(options.visitor, json);
    append_state(*state, json);
    append_aliases(options.visitor, *identities, json);
    json += ",\n\"stream\":" + *stream + "}\n";
    std::fwrite(json.data(), 1, json.size(), stdout);
    return kDone;
}

}  // namespace

void add_export(CLI::App& app, Run& run) {
    CLI::App* command = app.add_subcommand("export", "Print what is kept of a visitor as JSON");
    command->footer(
        "Events, traits, the anonymous visitors who became this one by a login, and the entries "
        "in\n"
        "the streams of events: the visitor's own, and the others' until their last login. The\n"
        "streams are read from their beginning to their end: a second or two for a million.");
    add_visitor_arguments(*command, run, run_export);
}

}  // namespace pz::cli
