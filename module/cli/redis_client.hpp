// RedisClient: one blocking connection for the command line: connect, sign in, ask, wait.
//
// Errors are for a person: they name the server and the command, never the password. After an error
// of the connection every further call fails: connect again. Thread rules: one thread.
#pragma once

#include <hiredis/hiredis.h>

#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "redis/url.hpp"
#include "store/status.hpp"

namespace pz::cli {

struct FreeReply {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using RedisReply = std::unique_ptr<redisReply, FreeReply>;

// A text, or empty when the reply is none.
std::string_view text_of(const redisReply& reply);
std::span<redisReply* const> elements_of(const redisReply& reply);

class RedisClient {
  public:
    // A server that does not answer within this time counts as gone.
    static constexpr int kPatienceSeconds = 10;

    // `key`: of a cluster, the server that holds it, for commands on keys of its slot; without one
    // a cluster is an error.
    static Result<RedisClient> connect(const redis::Url& url, std::string_view key = {});
    static Result<RedisClient> connect(std::string_view url, std::string_view key = {});

    // Sends what was queued and the command, and waits. Never a null reply, never one of type
    // error.
    Result<RedisReply> command(std::span<const std::string_view> arguments);
    Result<RedisReply> command(std::initializer_list<std::string_view> arguments);

    // Pipelining: append() and append_commands() queue; each next() brings the reply to the oldest without one.
    void append(std::span<const std::string_view> arguments);
    void append(std::initializer_list<std::string_view> arguments);
    Result<RedisReply> next();
    // Bytes made by redis/commands.hpp and its like.
    void append_commands(std::string_view commands);
    // The word that an error which the server answered last begins with, such as WRONGTYPE; empty
    // when its last answer was none.
    std::string_view refusal() const {
        return std::string_view(refusal_).substr(0, refusal_.find(' '));
    }
    // False after an error of the connection; an error that the server answered leaves it usable.
    bool usable() const { return context_->err == 0; }

  private:
    struct FreeContext {
        void operator()(redisContext* context) const { redisFree(context); }
    };
    RedisClient(std::string where, redisContext* context)
        : where_(std::move(where)), context_(context) {}
    static Result<RedisClient> connect_to(const redis::Endpoint& where, const redis::Login& login);
    static Result<RedisClient> connect_by_sentinels(const redis::Url& url);
    static Result<RedisClient> connect_in_cluster(const redis::Url& url, std::string_view key);
    static Result<RedisClient> connect_to_holder(redis::Endpoint where, const redis::Login& login,
                                                 std::string_view key);
    Status sign_in(const redis::Login& login);

    std::string where_, refusal_;
    std::unique_ptr<redisContext, FreeContext> context_;
};

}  // namespace pz::cli
