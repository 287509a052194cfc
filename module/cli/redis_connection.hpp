// RedisConnection: one signed-in connection to one server, pipelined and blocking.
//
// Errors are for a person: they name the server, never the password. After one the connection is of
// no use. Thread rules: one thread.
#pragma once

#include <hiredis/hiredis.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "cli/redis_socket.hpp"
#include "redis/url.hpp"
#include "store/status.hpp"

namespace pz::cli {

struct FreeReply {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using RedisReply = std::unique_ptr<redisReply, FreeReply>;

// A text, or empty when the reply is none.
std::string_view text_of(const redisReply& reply);
// The same of an error.
std::string_view error_of(const redisReply& reply);
std::span<redisReply* const> elements_of(const redisReply& reply);

class RedisConnection {
  public:
    static constexpr std::size_t kMaxReply = std::size_t{1} << 30;  // bytes

    // `tls`: null: none.
    static Result<RedisConnection> open(const redis::Endpoint& where, const redis::Login& login,
                                        const std::shared_ptr<const TlsContext>& tls);

    // The two steps of it: whether anybody is there, and whether we may speak to them.
    static Result<RedisConnection> reach(const redis::Endpoint& where,
                                         const std::shared_ptr<const TlsContext>& tls);
    Status sign_in(const redis::Login& login);

    const redis::Endpoint& where() const { return where_; }
    // Whether the server has closed it while nothing was due.
    bool closed() { return socket_.closed(); }
    // Bytes made by redis/commands.hpp and its like; they leave with flush() or next().
    void append(std::string_view commands) { output_ += commands; }
    Status flush();
    // Waits for the oldest reply that is due. Never null; it may be an error.
    Result<RedisReply> next();
    // "redis at host:port: problem", with what is to be done, if that is known.
    Status problem(std::string_view text) const;

  private:
    struct FreeReader {
        void operator()(redisReader* reader) const { redisReaderFree(reader); }
    };
    RedisConnection(redis::Endpoint where, RedisSocket socket, bool tls)
        : where_(std::move(where)),
          socket_(std::move(socket)),
          reader_(redisReaderCreate()),
          tls_(tls) {}
    Status lost(std::string_view why);
    Status receive();

    redis::Endpoint where_;
    RedisSocket socket_;
    std::unique_ptr<redisReader, FreeReader> reader_;
    std::string output_;
    std::size_t unparsed_ = 0;  // bytes since the last whole reply
    bool tls_;
    bool signed_in_ = false, usable_ = true;
};

}  // namespace pz::cli
