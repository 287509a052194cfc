// RedisServers: the servers that Redis consists of, who holds which slot, and our connections to
// them. A single server, or the one that Sentinels call the primary, holds all.
//
// Connections are opened when they are needed. In a cluster one that was lost is opened again; the
// primary that Sentinels know by refresh(); that to a single server stays lost: find the servers
// anew. Thread rules: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "cli/redis_access.hpp"
#include "cli/redis_connection.hpp"
#include "redis/layout.hpp"

namespace pz::cli {

class RedisServers {
  public:
    // Reads the files that `access` names, as they are now.
    static Result<RedisServers> find(const RedisAccess& access);

    bool cluster() const { return url_.kind == redis::Url::Kind::cluster; }
    // Somebody knows who follows a server that is lost.
    bool watched() const { return url_.kind != redis::Url::Kind::server; }
    // Valid until drop().
    Result<RedisConnection*> holder(redis::Slot slot);
    Result<RedisConnection*> at(const redis::Endpoint& where);
    // The connection is of no use any more.
    void drop(const RedisConnection& connection);
    // A server has said who holds the slot.
    void moved(redis::Slot slot, const redis::Endpoint& where);
    // Asks who holds what, if that has not been asked just now: a cluster at any time, Sentinels when
    // the primary's connection was dropped.
    Status refresh();
    // Those that hold slots.
    std::vector<redis::Endpoint> primaries() const;
    // Counts up whenever somebody else may answer than before: a new connection, a moved slot.
    std::uint64_t changes() const { return changes_; }

  private:
    RedisServers(redis::Url url, std::shared_ptr<const TlsContext> tls)
        : url_(std::move(url)), tls_(std::move(tls)) {}
    Status find_server();
    Status find_primary();
    Result<redis::Layout> named_primary(const redis::Endpoint& sentinel) const;
    Status ask_for_slots();
    Result<redis::Layout> slots_of(const redis::Endpoint& where) const;
    Status keep(Result<RedisConnection> connection);
    std::vector<redis::Endpoint> whom_to_ask() const;

    redis::Url url_;
    std::shared_ptr<const TlsContext> tls_;  // null: none
    redis::Layout layout_;
    Status absent_;  // why the primary that Sentinels name cannot be reached; they may name another
    std::map<redis::Endpoint, std::unique_ptr<RedisConnection>> connections_;
    std::set<redis::Endpoint> lost_;  // are asked last
    std::chrono::steady_clock::time_point asked_;
    std::uint64_t changes_ = 0;
};

}  // namespace pz::cli
