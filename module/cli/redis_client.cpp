#include "cli/redis_client.hpp"

#include <cstdlib>
#include <utility>
#include <vector>

#include "redis/commands.hpp"
#include "redis/redirect.hpp"

namespace pz::cli {

namespace {

redisContext* open(const redis::Endpoint& where) {
    const timeval patience{RedisClient::kPatienceSeconds, 0};
    redisContext* context = where.unix_socket
                                ? redisConnectUnixWithTimeout(where.host.c_str(), patience)
                                : redisConnectWithTimeout(where.host.c_str(), where.port, patience);
    if (context != nullptr && context->err == 0) {
        redisSetTimeout(context, patience);
    }
    return context;
}

std::string remedy(std::string_view error) {
    return error.starts_with("NOAUTH")
               ? "; write the password into the URL, as in redis://:password@host"
               : "";
}

}  // namespace

std::string_view text_of(const redisReply& reply) {
    return reply.type == REDIS_REPLY_STRING || reply.type == REDIS_REPLY_STATUS
               ? std::string_view(reply.str, static_cast<std::size_t>(reply.len))
               : std::string_view();
}

std::span<redisReply* const> elements_of(const redisReply& reply) {
    return reply.type == REDIS_REPLY_ARRAY
               ? std::span<redisReply* const>(reply.element, reply.elements)
               : std::span<redisReply* const>();
}

Result<RedisClient> RedisClient::connect(std::string_view url, std::string_view key) {
    const auto parsed = redis::parse_url(url);
    return parsed.ok() ? connect(*parsed, key) : Result<RedisClient>(parsed.status());
}

Result<RedisClient> RedisClient::connect(const redis::Url& url, std::string_view key) {
    if (url.tls) {
        return Status::error("rediss: commands do not speak TLS; give them a way without");
    }
    switch (url.kind) {
        case redis::Url::Kind::cluster:
            return connect_in_cluster(url, key);
        case redis::Url::Kind::sentinel:
            return connect_by_sentinels(url);
        case redis::Url::Kind::server:
            break;
    }
    redis::Login login = url.login;
    login.primary = url.seeds.size() > 1;
    Status problem;
    for (const redis::Endpoint& where : url.seeds) {
        auto client = connect_to(where, login);
        if (client.ok()) {
            return client;
        }
        problem = problem.ok() ? client.status() : problem;
    }
    return problem;
}

Result<RedisClient> RedisClient::connect_to(const redis::Endpoint& where,
                                            const redis::Login& login) {
    const std::string name = where.name();
    RedisClient client(name, open(where));
    if (client.context_ == nullptr) {
        return Status::error("redis at " + name + ": no memory to connect");
    }
    if (client.context_->err != 0) {
        return Status::error("redis at " + name + ": " + client.context_->errstr +
                             "; is it running, and is --redis right?");
    }
    const Status signed_in = client.sign_in(login);
    return signed_in.ok() ? Result<RedisClient>(std::move(client)) : Result<RedisClient>(signed_in);
}

// The first Sentinel that knows the primary is believed.
Result<RedisClient> RedisClient::connect_by_sentinels(const redis::Url& url) {
    Status problem;
    for (const redis::Endpoint& where : url.seeds) {
        auto sentinel = connect_to(where, url.sentinel_login);
        auto primary = sentinel.ok()
                           ? sentinel->command({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", url.master})
                           : Result<RedisReply>(sentinel.status());
        const auto address = primary.ok() ? elements_of(**primary) : std::span<redisReply* const>();
        if (address.size() == 2) {
            redis::Login login = url.login;
            login.primary = true;
            const auto port = std::atoi(std::string(text_of(*address[1])).c_str());
            return connect_to({.host = std::string(text_of(*address[0])),
                               .port = static_cast<std::uint16_t>(port)},
                              login);
        }
        problem = primary.ok() ? Status::error("redis at " + where.name() +
                                               ": it knows no primary '" + url.master + "'")
                               : primary.status();
    }
    return problem;
}

Result<RedisClient> RedisClient::connect_in_cluster(const redis::Url& url, std::string_view key) {
    if (key.empty()) {
        return Status::error(
            "redis+cluster: alias, export, forget and recommend --visitor speak to a cluster; "
            "other "
            "commands to one server");
    }
    Status problem;
    for (const redis::Endpoint& seed : url.seeds) {
        auto client = connect_to_holder(seed, url.login, key);
        if (client.ok()) {
            return client;
        }
        problem = problem.ok() ? client.status() : problem;
    }
    return problem;
}

// Whoever is asked for the key says who holds it.
Result<RedisClient> RedisClient::connect_to_holder(redis::Endpoint where, const redis::Login& login,
                                                   std::string_view key) {
    constexpr unsigned kMaxRedirects = 8;
    for (unsigned asked = 0; asked <= kMaxRedirects; ++asked) {
        auto client = connect_to(where, login);
        const auto held =
            client.ok() ? client->command({"EXISTS", key}) : Result<RedisReply>(client.status());
        if (held.ok()) {
            return client;
        }
        redis::Redirect redirect;
        if (client.ok()) {
            redirect = redis::read_redirect(client->refusal_);
        }
        if (redirect.kind != redis::Redirect::Kind::moved) {
            const bool under_way = redirect.kind == redis::Redirect::Kind::ask;
            return under_way ? Status::error("redis at " + where.name() +
                                             ": the key's slot is on its way to another server; "
                                             "try again")
                             : held.status();
        }
        redirect.where.host = redirect.where.host.empty() ? where.host : redirect.where.host;
        where = redirect.where;
    }
    return Status::error("redis at " + where.name() + ": sent from server to server");
}

Status RedisClient::sign_in(const redis::Login& login) {
    std::string bytes;
    unsigned replies = redis::append_handshake(bytes, login);
    append_commands(bytes);
    for (; replies > 0; replies--) {
        const auto reply = next();
        if (!reply.ok()) {
            return reply.status();
        }
        const auto role = elements_of(**reply);
        if (!role.empty() && text_of(*role[0]) != "master") {
            return Status::error("redis at " + where_ + ": it is not the primary");
        }
    }
    return {};
}

void RedisClient::append(std::span<const std::string_view> arguments) {
    std::string bytes;
    redis::append_command(bytes, arguments);
    append_commands(bytes);
}

void RedisClient::append_commands(std::string_view commands) {
    redisAppendFormattedCommand(context_.get(), commands.data(), commands.size());
}

void RedisClient::append(std::initializer_list<std::string_view> arguments) {
    append(std::span<const std::string_view>(arguments.begin(), arguments.size()));
}

Result<RedisReply> RedisClient::next() {
    void* raw = nullptr;
    refusal_.clear();
    if (redisGetReply(context_.get(), &raw) != REDIS_OK || raw == nullptr) {
        return Status::error("redis at " + where_ + ": " +
                             (context_->err != 0 ? context_->errstr : "no reply"));
    }
    RedisReply reply(static_cast<redisReply*>(raw));
    if (reply->type == REDIS_REPLY_ERROR) {
        const std::string_view error(reply->str, static_cast<std::size_t>(reply->len));
        refusal_ = error;
        return Status::error("redis at " + where_ + ": " + std::string(error) + remedy(error));
    }
    return reply;
}

Result<RedisReply> RedisClient::command(std::span<const std::string_view> arguments) {
    append(arguments);
    auto reply = next();
    return reply.ok() ? std::move(reply)
                      : Status::error(std::string(arguments.front()) + ": " + reply.message());
}

Result<RedisReply> RedisClient::command(std::initializer_list<std::string_view> arguments) {
    return command(std::span<const std::string_view>(arguments.begin(), arguments.size()));
}

}  // namespace pz::cli
