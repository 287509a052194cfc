#include "redis/layout.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "redis/log_text.hpp"

namespace pz::redis {

namespace {

// A port stands as an integer or as a text.
std::optional<std::uint16_t> read_port(const Reply& reply) {
    if (reply.type == Reply::Type::integer) {
        const bool fits = reply.integer > 0 && reply.integer <= 65535;
        return fits ? std::optional(static_cast<std::uint16_t>(reply.integer)) : std::nullopt;
    }
    std::uint16_t port = 0;
    const char* const last = reply.text.data() + reply.text.size();
    const auto [end, error] = std::from_chars(reply.text.data(), last, port);
    return error == std::errc() && end == last && port != 0 ? std::optional(port) : std::nullopt;
}

// No host (nil, "" or "?") means that of the server which was asked.
std::optional<Endpoint> read_endpoint(const Reply& host, const Reply& port, const Endpoint& asked) {
    const auto number = read_port(port);
    if (!number || (host.type != Reply::Type::text && host.type != Reply::Type::nil) ||
        (host.text != "?" && !is_host(host.text))) {
        return std::nullopt;
    }
    const bool unknown = host.text.empty() || host.text == "?";
    Endpoint endpoint{.host = unknown ? asked.host : std::string(host.text), .port = *number};
    return endpoint.host.empty() || (unknown && asked.unix_socket) ? std::nullopt
                                                                   : std::optional(endpoint);
}

std::optional<Endpoint> read_node(const Reply& node, const Endpoint& asked) {
    return node.elements.size() < 2 ? std::nullopt
                                    : read_endpoint(node.elements[0], node.elements[1], asked);
}

Status nonsense(std::string_view command, const Reply& reply) {
    std::string message(command);
    if (reply.type == Reply::Type::error) {
        return Status::error(message + ": " + log_text(reply.text));
    }
    return Status::error(message + ": not the answer of a server that knows the command");
}

// A range: [first, last, [host, port, ...] of the primary, the same of each replica].
class SlotReader {
  public:
    SlotReader(const Endpoint& asked, Layout* layout) : asked_(asked), layout_(*layout) {}

    bool take(const Reply& range) {
        const auto parts = range.elements;
        if (parts.size() < 3 || !slot(parts[0]) || !slot(parts[1]) ||
            parts[0].integer > parts[1].integer) {
            return false;
        }
        const auto shard = read_shard(parts.subspan(2));
        if (!shard) {
            return false;
        }
        const auto [place, is_new] = index_.try_emplace(*shard, layout_.shards.size());
        if (is_new) {
            layout_.shards.push_back(*shard);
        }
        std::fill(layout_.shard_of.begin() + parts[0].integer,
                  layout_.shard_of.begin() + parts[1].integer + 1,
                  static_cast<std::uint16_t>(place->second));
        return layout_.shards.size() <= Layout::kMaxShards;
    }

  private:
    static bool slot(const Reply& reply) {
        return reply.type == Reply::Type::integer && reply.integer >= 0 && reply.integer < kSlots;
    }

    // Without replicas that cannot be read.
    std::optional<Shard> read_shard(std::span<const Reply> nodes) const {
        const auto primary = read_node(nodes[0], asked_);
        if (!primary || nodes.size() > Layout::kMaxReplicas) {
            return std::nullopt;
        }
        Shard shard{.primary = *primary};
        for (const Reply& node : nodes.subspan(1)) {
            if (auto replica = read_node(node, asked_)) {
                shard.replicas.push_back(std::move(*replica));
            }
        }
        std::sort(shard.replicas.begin(), shard.replicas.end());
        return shard;
    }

    const Endpoint& asked_;
    Layout& layout_;
    std::map<Shard, std::size_t> index_;
};

std::string_view field(std::span<const Reply> pairs, std::string_view name) {
    for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
        if (pairs[i].text == name) {
            return pairs[i + 1].text;
        }
    }
    return {};
}

// One of SENTINEL REPLICAS: name, value, name, value, ...
std::optional<Endpoint> read_replica(const Reply& replica) {
    const std::string_view flags = field(replica.elements, "flags");
    if (flags.find("down") != std::string_view::npos ||
        flags.find("disconnected") != std::string_view::npos ||
        field(replica.elements, "master-link-status") != "ok") {
        return std::nullopt;
    }
    const Reply host{.type = Reply::Type::text, .text = field(replica.elements, "ip")};
    const Reply port{.type = Reply::Type::text, .text = field(replica.elements, "port")};
    return read_endpoint(host, port, {});
}

}  // namespace

Layout::Layout(Shard shard) {
    shards.push_back(std::move(shard));
    shard_of.fill(0);
}

Result<Layout> read_cluster_slots(const Reply& reply, const Endpoint& asked) {
    if (reply.type != Reply::Type::array || reply.elements.empty()) {
        return nonsense("CLUSTER SLOTS", reply);
    }
    Layout layout;
    SlotReader reader(asked, &layout);
    for (const Reply& range : reply.elements) {
        if (!reader.take(range)) {
            return nonsense("CLUSTER SLOTS", reply);
        }
    }
    return layout;
}

Result<Layout> read_role(const Reply& reply, const Endpoint& asked) {
    const auto parts = reply.elements;
    if (reply.type != Reply::Type::array || parts.size() < 3 || parts[0].text != "master" ||
        parts[2].elements.size() > Layout::kMaxReplicas) {
        return nonsense("ROLE", reply);
    }
    Shard shard{.primary = asked};
    for (const Reply& node : parts[2].elements) {
        if (auto replica = read_node(node, asked)) {
            shard.replicas.push_back(std::move(*replica));
        }
    }
    std::sort(shard.replicas.begin(), shard.replicas.end());
    return Layout(std::move(shard));
}

Result<Layout> read_sentinel(const Reply& primary, const Reply* replicas) {
    if (primary.type == Reply::Type::nil) {
        return Status::error("the Sentinels know no primary of that name; see the URL's last part");
    }
    const auto where = read_node(primary, {});
    if (!where) {
        return nonsense("SENTINEL GET-MASTER-ADDR-BY-NAME", primary);
    }
    Shard shard{.primary = *where};
    if (replicas != nullptr) {
        for (const Reply& replica : replicas->elements) {
            auto endpoint = read_replica(replica);
            if (endpoint && shard.replicas.size() < Layout::kMaxReplicas) {
                shard.replicas.push_back(std::move(*endpoint));
            }
        }
    }
    std::sort(shard.replicas.begin(), shard.replicas.end());
    return Layout(std::move(shard));
}

}  // namespace pz::redis
