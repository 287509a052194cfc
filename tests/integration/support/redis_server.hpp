// RedisServer: a real redis-server on a unix socket (and a TCP port, if asked), without
// persistence unless that is asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "integration/support/process.hpp"
#include "integration/support/temp_dir.hpp"

struct redisContext;

namespace pz::test {

struct RedisReply {
    enum class Type { text, status, integer, array, nil, error };
    Type type = Type::nil;
    std::int64_t integer = 0;
    std::string text;
    std::vector<RedisReply> elements;

    std::vector<std::string> texts() const;  // of the elements
};

// A plain blocking client. Throws std::runtime_error when the server cannot be reached.
class RedisClient {
  public:
    RedisClient(const std::string& socket_path, const std::string& password = {});
    RedisReply command(const std::vector<std::string>& arguments);
    std::int64_t integer(const std::vector<std::string>& arguments);
    // Without the connection's own handshake: all commands first, then all replies.
    void pipeline(const std::vector<std::vector<std::string>>& commands);

  private:
    std::shared_ptr<redisContext> context_;
};

class RedisServer {
  public:
    struct Options {
        std::string password = {};
        bool tcp = false;
        std::string name = "redis";  // of the socket and the log in the directory
        bool durable = false;        // what it has answered survives kill9()
    };

    explicit RedisServer(const TempDir& dir) : RedisServer(dir, Options()) {}
    RedisServer(const TempDir& dir, Options options, bool start_now = true);

    const std::string& socket_path() const { return socket_path_; }
    std::string unix_url() const { return "unix:" + socket_path_; }
    std::string tcp_url() const { return "redis://127.0.0.1:" + std::to_string(port_); }
    RedisClient client() const { return RedisClient(socket_path_, options_.password); }

    void start();  // waits until it answers
    void kill9();
    void freeze() { process_.signal(19); }  // SIGSTOP
    void thaw() { process_.signal(18); }    // SIGCONT

  private:
    Options options_;
    std::string socket_path_, log_path_, directory_;
    unsigned port_ = 0;
    Process process_;
};

}  // namespace pz::test
