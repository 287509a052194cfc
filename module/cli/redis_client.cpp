#include "cli/redis_client.hpp"

#include <utility>
#include <vector>

#include "redis/commands.hpp"

namespace pz::cli {

namespace {

std::string name_of(const redis::Url& url) {
    return url.unix_socket ? url.host : url.host + ":" + std::to_string(url.port);
}

redisContext* open(const redis::Url& url) {
    const timeval patience{RedisClient::kPatienceSeconds, 0};
    redisContext* context = url.unix_socket
                                ? redisConnectUnixWithTimeout(url.host.c_str(), patience)
                                : redisConnectWithTimeout(url.host.c_str(), url.port, patience);
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

Result<RedisClient> RedisClient::connect(std::string_view url) {
    const auto parsed = redis::parse_url(url);
    return parsed.ok() ? connect(*parsed) : Result<RedisClient>(parsed.status());
}

Result<RedisClient> RedisClient::connect(const redis::Url& url) {
    const std::string where = name_of(url);
    RedisClient client(where, open(url));
    if (client.context_ == nullptr) {
        return Status::error("redis at " + where + ": no memory to connect");
    }
    if (client.context_->err != 0) {
        return Status::error("redis at " + where + ": " + client.context_->errstr +
                             "; is it running, and is --redis right?");
    }
    const Status signed_in = client.sign_in(url);
    return signed_in.ok() ? Result<RedisClient>(std::move(client)) : Result<RedisClient>(signed_in);
}

Status RedisClient::sign_in(const redis::Url& url) {
    std::string bytes;
    unsigned replies = redis::append_handshake(bytes, url);
    redisAppendFormattedCommand(context_.get(), bytes.data(), bytes.size());
    for (; replies > 0; replies--) {
        const auto reply = next();
        if (!reply.ok()) {
            return reply.status();
        }
    }
    return {};
}

void RedisClient::append(std::span<const std::string_view> arguments) {
    std::string bytes;
    redis::append_command(bytes, arguments);
    redisAppendFormattedCommand(context_.get(), bytes.data(), bytes.size());
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
        refusal_ = error.substr(0, error.find(' '));
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
