#include "cli/redis_servers.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "redis/commands.hpp"

namespace pz::cli {

namespace {

constexpr std::chrono::milliseconds kAskAgain{100};

// A reply as redis/layout.hpp reads it; lives as long as this and the reply do.
class Readable {
  public:
    explicit Readable(const redisReply& reply) : root_(convert(reply)) {}
    const redis::Reply& root() const { return root_; }

  private:
    redis::Reply convert(const redisReply& reply) {
        using Type = redis::Reply::Type;
        switch (reply.type) {
            case REDIS_REPLY_INTEGER:
                return {.type = Type::integer, .integer = reply.integer};
            case REDIS_REPLY_STRING:
                return {.type = Type::text, .text = text_of(reply)};
            case REDIS_REPLY_STATUS:
                return {.type = Type::status, .text = text_of(reply)};
            case REDIS_REPLY_ERROR:
                return {.type = Type::error, .text = error_of(reply)};
            case REDIS_REPLY_ARRAY:
                return {.type = Type::array, .elements = convert_elements(reply)};
            default:
                return {};
        }
    }
    std::span<const redis::Reply> convert_elements(const redisReply& reply) {
        auto& list = lists_.emplace_back();
        list.reserve(reply.elements);
        for (const redisReply* element : elements_of(reply)) {
            list.push_back(convert(*element));
        }
        return list;
    }

    std::deque<std::vector<redis::Reply>> lists_;
    redis::Reply root_;
};

Result<RedisReply> ask(RedisConnection& server, std::initializer_list<std::string_view> words) {
    std::string command;
    redis::append_command(command, words);
    server.append(command);
    return server.next();
}

}  // namespace

Result<RedisServers> RedisServers::find(const RedisAccess& access) {
    auto url = read_access(access);
    if (!url.ok()) {
        return url.status();
    }
    std::shared_ptr<const TlsContext> tls;
    if (url->tls) {
        auto loaded = TlsContext::load(access.tls);
        if (!loaded.ok()) {
            return loaded.status();
        }
        tls = std::move(*loaded);
    }
    RedisServers servers(std::move(*url), std::move(tls));
    Status status;
    switch (servers.url_.kind) {
        case redis::Url::Kind::server:
            status = servers.find_server();
            break;
        case redis::Url::Kind::sentinel:
            status = servers.find_primary();
            break;
        case redis::Url::Kind::cluster:
            status = servers.ask_for_slots();
            break;
    }
    return status.ok() ? Result<RedisServers>(std::move(servers)) : Result<RedisServers>(status);
}

Status RedisServers::keep(Result<RedisConnection> connection) {
    if (!connection.ok()) {
        return connection.status();
    }
    const redis::Endpoint where = connection->where();
    connections_[where] = std::make_unique<RedisConnection>(std::move(*connection));
    lost_.erase(where);
    ++changes_;
    return {};
}

Status RedisServers::find_server() {
    redis::Login login = url_.login;
    login.primary = url_.seeds.size() > 1;
    Status first_problem;
    for (const redis::Endpoint& where : url_.seeds) {
        Status status = keep(RedisConnection::open(where, login, tls_));
        if (status.ok()) {
            layout_ = redis::Layout({.primary = where});
            return {};
        }
        first_problem = first_problem.ok() ? status : first_problem;
    }
    return first_problem;
}

// A Sentinel may be behind the others: the first is believed whose primary says that it is one.
Status RedisServers::find_primary() {
    Status problem, refused;
    absent_ = {};
    std::set<redis::Endpoint> tried;
    for (const redis::Endpoint& where : url_.seeds) {
        const auto found = named_primary(where);
        if (!found.ok()) {
            problem = found.status();
            continue;
        }
        const redis::Endpoint& named = found->shards.front().primary;
        if (!tried.insert(named).second) {
            continue;
        }
        layout_ = *found;
        redis::Login login = url_.login;
        login.primary = true;
        auto primary = RedisConnection::reach(named, tls_);
        const Status status = primary.ok() ? primary->sign_in(login) : primary.status();
        if (status.ok()) {
            absent_ = {};
            return keep(std::move(primary));
        }
        (primary.ok() ? refused : absent_) = status;
    }
    return !refused.ok() ? refused : !absent_.ok() ? Status() : problem;
}

Result<redis::Layout> RedisServers::named_primary(const redis::Endpoint& sentinel) const {
    auto connection = RedisConnection::open(sentinel, url_.sentinel_login, tls_);
    if (!connection.ok()) {
        return connection.status();
    }
    auto reply = ask(*connection, {"SENTINEL", "GET-MASTER-ADDR-BY-NAME", url_.master});
    if (!reply.ok()) {
        return reply.status();
    }
    auto found = redis::read_sentinel(Readable(**reply).root(), nullptr);
    return found.ok() ? std::move(found)
                      : Result<redis::Layout>(connection->problem(found.message()));
}

Status RedisServers::refresh() {
    if (url_.kind == redis::Url::Kind::sentinel && connections_.empty()) {
        return find_primary();
    }
    const bool just_now = std::chrono::steady_clock::now() - asked_ < kAskAgain;
    return !cluster() || just_now ? Status() : ask_for_slots();
}

Status RedisServers::ask_for_slots() {
    Status first_problem;
    for (const redis::Endpoint& where : whom_to_ask()) {
        auto layout = slots_of(where);
        if (layout.ok()) {
            changes_ += *layout == layout_ ? 0 : 1;
            layout_ = std::move(*layout);
            asked_ = std::chrono::steady_clock::now();
            return {};
        }
        lost_.insert(where);
        first_problem = first_problem.ok() ? layout.status() : first_problem;
    }
    return first_problem;
}

// Servers that answer know more than the URL, which may be old.
std::vector<redis::Endpoint> RedisServers::whom_to_ask() const {
    std::vector<redis::Endpoint> all = primaries();
    for (const redis::Shard& shard : layout_.shards) {
        all.insert(all.end(), shard.replicas.begin(), shard.replicas.end());
    }
    all.insert(all.end(), url_.seeds.begin(), url_.seeds.end());
    std::stable_partition(all.begin(), all.end(),
                          [this](const auto& where) { return !lost_.contains(where); });
    return all;
}

// By a connection of its own: others may have replies on their way.
Result<redis::Layout> RedisServers::slots_of(const redis::Endpoint& where) const {
    auto server = RedisConnection::open(where, url_.login, tls_);
    const auto reply =
        server.ok() ? ask(*server, {"CLUSTER", "SLOTS"}) : Result<RedisReply>(server.status());
    if (!reply.ok()) {
        return reply.status();
    }
    auto layout = redis::read_cluster_slots(Readable(**reply).root(), where);
    return layout.ok() ? std::move(layout)
                       : Result<redis::Layout>(server->problem(layout.message()));
}

Result<RedisConnection*> RedisServers::holder(redis::Slot slot) {
    const std::uint16_t shard = layout_.shard_of[slot];
    return shard == redis::Layout::kNobody
               ? Result<RedisConnection*>(
                     Status::error("redis+cluster: nobody serves slot " + std::to_string(slot)))
               : at(layout_.shards[shard].primary);
}

Result<RedisConnection*> RedisServers::at(const redis::Endpoint& where) {
    const auto known = connections_.find(where);
    if (known != connections_.end()) {
        return known->second.get();
    }
    if (!cluster()) {
        return absent_.ok() ? Status::error("redis at " + where.name() + ": connection closed")
                            : absent_;
    }
    if (Status status = keep(RedisConnection::open(where, url_.login, tls_)); !status.ok()) {
        lost_.insert(where);
        return status;
    }
    return connections_[where].get();
}

void RedisServers::drop(const RedisConnection& connection) {
    lost_.insert(connection.where());
    connections_.erase(redis::Endpoint(connection.where()));
}

void RedisServers::moved(redis::Slot slot, const redis::Endpoint& where) {
    const auto known =
        std::find_if(layout_.shards.begin(), layout_.shards.end(),
                     [&](const redis::Shard& shard) { return shard.primary == where; });
    const auto shard = static_cast<std::size_t>(known - layout_.shards.begin());
    if (shard >= redis::Layout::kMaxShards) {
        return;
    }
    if (known == layout_.shards.end()) {
        layout_.shards.push_back({.primary = where});
    }
    changes_ += layout_.shard_of[slot] == shard ? 0 : 1;
    layout_.shard_of[slot] = static_cast<std::uint16_t>(shard);
}

std::vector<redis::Endpoint> RedisServers::primaries() const {
    std::vector<redis::Endpoint> all;
    for (std::size_t i = 0; i < layout_.shards.size(); ++i) {
        const bool holds = std::find(layout_.shard_of.begin(), layout_.shard_of.end(), i) !=
                           layout_.shard_of.end();
        const redis::Endpoint& where = layout_.shards[i].primary;
        if (holds && std::find(all.begin(), all.end(), where) == all.end()) {
            all.push_back(where);
        }
    }
    return all;
}

}  // namespace pz::cli
