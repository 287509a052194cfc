// RedisNode: a real server on a TCP port of the loopback, as part of something larger.
// RedisCluster: several of them in cluster mode, each with its part of the slots.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "integration/support/process.hpp"
#include "integration/support/redis_server.hpp"
#include "integration/support/temp_dir.hpp"

namespace pz::test {

class RedisNode {
  public:
    // `options`: further words of redis-server's command line; "@port@" is its port.
    RedisNode(const TempDir& dir, std::string name, std::vector<std::string> options = {});

    void start();  // waits until it answers
    void kill9() { process_.kill(); }
    void freeze() const { process_.signal(19); }
    void thaw() const { process_.signal(18); }
    bool running() const { return process_.pid() > 0; }
    unsigned port() const { return port_; }
    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
    const std::string& socket_path() const { return socket_path_; }
    RedisClient client() const { return RedisClient(socket_path_); }
    RedisReply command(const std::vector<std::string>& arguments) const {
        return client().command(arguments);
    }

  private:
    std::string name_, directory_, socket_path_, log_path_;
    unsigned port_;
    std::vector<std::string> options_;
    Process process_;
};

class RedisCluster {
  public:
    // `primaries` servers share the slots; each has one replica when asked for. `options`: further
    // words of their command lines.
    RedisCluster(const TempDir& dir, unsigned primaries, bool replicas = false,
                 std::vector<std::string> options = {});

    RedisNode& node(std::size_t index) { return *nodes_.at(index); }
    std::size_t size() const { return nodes_.size(); }
    std::string url() const;
    // A further node, without slots.
    RedisNode& add(const TempDir& dir);
    // The replica of a primary.
    std::size_t replica_of(std::size_t primary) const;
    // Waits until it has all that the primary has now.
    bool replicated(std::size_t primary) const;
    // The node that holds the key's slot, among those that run.
    std::size_t holder(const std::string& key) const;
    RedisReply command(const std::string& key, const std::vector<std::string>& arguments) const;
    // Moves a slot and its keys, one key at a time, as redis-cli does. The steps of it one by one:
    void move_slot(unsigned slot, std::size_t from, std::size_t to);
    void begin_move(unsigned slot, std::size_t from, std::size_t to);
    void move_keys(unsigned slot, std::size_t from, std::size_t to);
    void end_move(unsigned slot, std::size_t from, std::size_t to);

    // Everybody knows everybody, and all slots are served.
    bool settled() const;

  private:
    std::string id(std::size_t index) const;

    std::vector<std::string> options_;
    std::vector<std::unique_ptr<RedisNode>> nodes_;
};

}  // namespace pz::test
