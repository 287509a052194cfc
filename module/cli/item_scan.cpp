#include "cli/item_scan.hpp"

#include <algorithm>
#include <string_view>

#include "cli/stop.hpp"

namespace pz::cli {

namespace {

// Redis's glob patterns: a prefix may hold what means something there.
std::string glob_escaped(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (std::string_view("*?[]\\^-").find(c) != std::string_view::npos) {
            escaped += '\\';
        }
        escaped += c;
    }
    return escaped;
}

constexpr std::string_view kCatalogEntries = "1000000";  // MAXLEN ~

using Page = std::function<Status(std::vector<std::string>)>;

Status scan_server(RedisClient& client, const redis::Endpoint& server, std::string_view prefix,
                   const Page& page) {
    const std::string pattern = glob_escaped(prefix) + "*";
    std::string cursor = "0";
    do {
        const auto reply =
            client.command_at(server, {"SCAN", cursor, "MATCH", pattern, "COUNT", "1000"});
        if (!reply.ok()) {
            return reply.status();
        }
        const auto parts = elements_of(**reply);
        if (parts.size() != 2) {
            return Status::error("SCAN: not the reply of a Redis server");
        }
        std::vector<std::string> ids;
        for (const redisReply* key : elements_of(*parts[1])) {
            ids.emplace_back(text_of(*key).substr(std::min(prefix.size(), text_of(*key).size())));
        }
        if (Status status = page(std::move(ids)); !status.ok()) {
            return status;
        }
        cursor = text_of(*parts[0]);
    } while (cursor != "0" && !stop_requested());
    return {};
}

// What CLUSTER NODES says of the server itself: its slots, and behind "[" those on their way. Empty
// when it does not say.
std::string slots_of(RedisClient& client, const redis::Endpoint& server) {
    const auto reply = client.command_at(server, {"CLUSTER", "NODES"});
    std::string_view rest = reply.ok() ? text_of(**reply) : std::string_view();
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const std::size_t slots = line.find(" connected");
        if (line.find("myself") != std::string_view::npos && slots != std::string_view::npos) {
            return std::string(line.substr(slots));
        }
    }
    return {};
}

// Where all slots are; empty while one is on its way, or when nobody knows.
std::string arrangement(RedisClient& client) {
    std::string all;
    for (const redis::Endpoint& server : client.servers()) {
        const std::string slots = slots_of(client, server);
        if (slots.empty() || slots.find('[') != std::string::npos) {
            return {};
        }
        all.append(server.name()).append(slots).append("\n");
    }
    return all;
}

Status scan_servers(RedisClient& client, std::string_view prefix, const Page& page) {
    for (const redis::Endpoint& server : client.servers()) {
        Status status = stop_requested() ? Status() : scan_server(client, server, prefix, page);
        if (!status.ok()) {
            return status;
        }
    }
    return {};
}

}  // namespace

Status name_changed(RedisClient& client, const redis::Keys& keys,
                    std::span<const std::string> ids) {
    const std::string stream = keys.catalog();
    for (const std::string& id : ids) {
        client.append(stream, {"XADD", stream, "MAXLEN", "~", kCatalogEntries, "*", "id", id});
    }
    Status first_problem;  // all replies are read, whatever the first says
    for (std::size_t due = ids.size(); due > 0; --due) {
        const auto reply = client.next();
        first_problem = reply.ok() || !first_problem.ok() ? first_problem : reply.status();
    }
    return first_problem;
}

// What moves from a server that has not been asked yet to one that has is not seen. It lies still
// the second time; what moves then was seen before.
Status scan_items(RedisClient& client, const redis::Keys& keys, const Page& page) {
    const std::string prefix = keys.item("");
    if (Status status = client.refresh(); !status.ok()) {
        return status;
    }
    const std::string before = client.cluster() ? arrangement(client) : std::string();
    Status status = scan_servers(client, prefix, page);
    if (!status.ok() || !client.cluster() || stop_requested()) {
        return status;
    }
    if (!before.empty() && arrangement(client) == before) {
        return {};
    }
    status = client.refresh();
    return status.ok() ? scan_servers(client, prefix, page) : status;
}

}  // namespace pz::cli
