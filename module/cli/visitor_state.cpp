#include "cli/visitor_state.hpp"

#include <algorithm>

#include "cli/command.hpp"

namespace pz::cli {

void VisitorState::build(const store::Snapshot& snapshot, std::int64_t now,
                         visitor::Profile& profile) const {
    const std::vector<std::string_view> texts(events.begin(), events.end());
    const std::vector<std::pair<std::string_view, std::string_view>> pairs(traits.begin(),
                                                                           traits.end());
    profile.build(snapshot, texts, pairs, now);
}

Result<VisitorState> read_visitor(RedisClient& client, const redis::Keys& keys,
                                  std::string_view visitor) {
    const std::string list = keys.events(visitor);
    const auto events = client.command(list, {"LRANGE", list, "0", "-1"});
    if (!events.ok()) {
        return events.status();
    }
    const auto traits = client.command(list, {"HGETALL", keys.traits(visitor)});
    if (!traits.ok()) {
        return traits.status();
    }
    VisitorState state;
    for (const redisReply* event : elements_of(**events)) {
        state.events.emplace_back(text_of(*event));
    }
    const auto fields = elements_of(**traits);
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        state.traits.emplace_back(text_of(*fields[i]), text_of(*fields[i + 1]));
    }
    return state;
}

Result<VisitorState> read_events(const std::string& path) {
    const auto bytes = read_input(path);
    if (!bytes.ok()) {
        return bytes.status();
    }
    VisitorState state;
    std::string_view rest = *bytes;
    for (std::size_t number = 1; !rest.empty(); number++) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        line = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        const auto event = visitor::parse_event(line);
        if (!event.ok()) {
            return Status::error(path + ":" + std::to_string(number) + ": " + event.message());
        }
        state.events.emplace_back(line);
    }
    std::reverse(state.events.begin(), state.events.end());
    return state;
}

}  // namespace pz::cli
