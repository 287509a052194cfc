// Layout: which server holds which slots, as the servers tell. A single server, and a primary with
// replicas, are a layout of one shard with all slots. Pure functions on replies.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <tuple>
#include <vector>

#include "redis/session.hpp"
#include "redis/slots.hpp"
#include "redis/url.hpp"
#include "store/status.hpp"

namespace pz::redis {

struct Shard {
    Endpoint primary;
    std::vector<Endpoint> replicas;
    bool operator==(const Shard&) const = default;
    bool operator<(const Shard& other) const {
        return std::tie(primary, replicas) < std::tie(other.primary, other.replicas);
    }
};

struct Layout {
    static constexpr std::uint16_t kNobody = std::numeric_limits<std::uint16_t>::max();
    static constexpr std::size_t kMaxShards = 1024;
    static constexpr std::size_t kMaxReplicas = 64;

    std::vector<Shard> shards;
    std::array<std::uint16_t, kSlots> shard_of;  // index into `shards`, or kNobody

    Layout() { shard_of.fill(kNobody); }
    // All slots with one shard.
    explicit Layout(Shard shard);
    bool operator==(const Layout&) const = default;
};

// CLUSTER SLOTS. `asked`: who answered; stands in where a server does not know its own address.
Result<Layout> read_cluster_slots(const Reply& reply, const Endpoint& asked);
// ROLE of a primary: itself and its replicas that are in step.
Result<Layout> read_role(const Reply& reply, const Endpoint& asked);
// SENTINEL GET-MASTER-ADDR-BY-NAME and, if asked for, SENTINEL REPLICAS (nullptr: not asked for):
// replicas that are down or out of touch with the primary are left out.
Result<Layout> read_sentinel(const Reply& primary, const Reply* replicas);

}  // namespace pz::redis
