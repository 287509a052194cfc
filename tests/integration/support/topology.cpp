#include "integration/support/topology.hpp"

#include <stdexcept>

#include "integration/support/socket.hpp"

namespace pz::test {

namespace {

constexpr unsigned kSlotCount = 16384;

// A cluster's servers speak with each other 10,000 ports higher.
unsigned cluster_port() {
    for (int i = 0; i < 1000; i++) {
        const unsigned port = free_port();
        if (port < 55000) {
            return port;
        }
    }
    throw std::runtime_error("no free port below 55000");
}

}  // namespace

RedisNode::RedisNode(const TempDir& dir, std::string name, std::vector<std::string> options)
    : name_(std::move(name)),
      directory_(dir.path()),
      socket_path_(dir / (name_ + ".sock")),
      log_path_(dir / (name_ + ".log")),
      port_(cluster_port()),
      options_(std::move(options)) {
    start();
}

void RedisNode::start() {
    std::vector<std::string> arguments = {environment("REDIS_BIN", "redis-server"),
                                          "--port",
                                          std::to_string(port_),
                                          "--bind",
                                          "127.0.0.1",
                                          "--unixsocket",
                                          socket_path_,
                                          "--dir",
                                          directory_,
                                          "--save",
                                          "",
                                          "--appendonly",
                                          "no",
                                          "--dbfilename",
                                          name_ + ".rdb"};
    for (const std::string& option : options_) {
        arguments.push_back(option == "@port@" ? std::to_string(port_) : option);
    }
    process_ = Process({arguments, log_path_});
    const bool up = wait_until([this] {
        try {
            return command({"PING"}).text == "PONG" || !process_.running();
        } catch (const std::runtime_error&) {
            return !process_.running();
        }
    });
    if (!up || !process_.running()) {
        throw std::runtime_error(name_ + " did not start:\n" + read_text(log_path_));
    }
}

RedisCluster::RedisCluster(const TempDir& dir, unsigned primaries, bool replicas,
                           std::vector<std::string> options)
    : options_(std::move(options)) {
    for (unsigned i = 0; i < primaries * (replicas ? 2 : 1); i++) {
        add(dir);
    }
    for (unsigned i = 0; i < primaries; i++) {
        const unsigned first = i * kSlotCount / primaries;
        const unsigned last = (i + 1) * kSlotCount / primaries - 1;
        node(i).command({"CLUSTER", "ADDSLOTSRANGE", std::to_string(first), std::to_string(last)});
    }
    for (unsigned i = primaries; i < nodes_.size(); i++) {
        const std::string of = id(i - primaries);
        if (!wait_until([&] {
                return node(i).command({"CLUSTER", "REPLICATE", of}).text == "OK";
            })) {
            throw std::runtime_error("no replica of " + of);
        }
    }
    if (!wait_until([this] { return settled(); })) {
        throw std::runtime_error("the cluster did not form");
    }
}

RedisNode& RedisCluster::add(const TempDir& dir) {
    const std::string name = "c" + std::to_string(nodes_.size());
    std::vector<std::string> options = {
        "--cluster-enabled",          "yes",  "--cluster-config-file",           name + ".conf",
        "--cluster-node-timeout",     "1000", "--cluster-require-full-coverage", "no",
        "--repl-diskless-sync-delay", "0"};
    options.insert(options.end(), options_.begin(), options_.end());
    nodes_.push_back(std::make_unique<RedisNode>(dir, name, std::move(options)));
    RedisNode& added = *nodes_.back();
    added.command({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(nodes_.size())});
    if (nodes_.size() > 1) {
        added.command({"CLUSTER", "MEET", "127.0.0.1", std::to_string(node(0).port())});
    }
    return added;
}

bool RedisCluster::settled() const {
    for (const auto& node : nodes_) {
        const std::string info = node->command({"CLUSTER", "INFO"}).text;
        const std::string known = "cluster_known_nodes:" + std::to_string(nodes_.size());
        if (info.find("cluster_state:ok") == std::string::npos ||
            info.find("cluster_slots_ok:16384") == std::string::npos ||
            info.find(known) == std::string::npos) {
            return false;
        }
    }
    return true;
}

std::size_t RedisCluster::replica_of(std::size_t primary) const {
    const std::string of = id(primary);
    for (std::size_t i = 0; i < nodes_.size(); i++) {
        if (i != primary && nodes_[i]->running() &&
            nodes_[i]->command({"CLUSTER", "NODES"}).text.find("myself,slave " + of) !=
                std::string::npos) {
            return i;
        }
    }
    throw std::runtime_error("no replica of " + of);
}

bool RedisCluster::replicated(std::size_t primary) const {
    const auto offset = [](const RedisNode& node) {
        const std::string info = node.command({"INFO", "replication"}).text;
        constexpr std::string_view kName = "master_repl_offset:";
        return std::stoull(info.substr(info.find(kName) + kName.size()));
    };
    const RedisNode& replica = *nodes_.at(replica_of(primary));
    const auto wanted = offset(*nodes_.at(primary));
    return wait_until([&] { return offset(replica) >= wanted; });
}

std::string RedisCluster::url() const {
    return "redis+cluster://" + nodes_[0]->address() + "," + nodes_[1]->address();
}

std::string RedisCluster::id(std::size_t index) const {
    return nodes_.at(index)->command({"CLUSTER", "MYID"}).text;
}

std::size_t RedisCluster::holder(const std::string& key) const {
    for (std::size_t i = 0; i < nodes_.size(); i++) {
        if (nodes_[i]->running() &&
            nodes_[i]->command({"EXISTS", key}).type == RedisReply::Type::integer) {
            return i;
        }
    }
    throw std::runtime_error("nobody holds " + key);
}

RedisReply RedisCluster::command(const std::string& key,
                                 const std::vector<std::string>& arguments) const {
    return nodes_[holder(key)]->command(arguments);
}

void RedisCluster::move_slot(unsigned slot, std::size_t from, std::size_t to) {
    begin_move(slot, from, to);
    move_keys(slot, from, to);
    end_move(slot, from, to);
}

void RedisCluster::begin_move(unsigned slot, std::size_t from, std::size_t to) {
    const std::string number = std::to_string(slot);
    node(to).command({"CLUSTER", "SETSLOT", number, "IMPORTING", id(from)});
    node(from).command({"CLUSTER", "SETSLOT", number, "MIGRATING", id(to)});
}

void RedisCluster::move_keys(unsigned slot, std::size_t from, std::size_t to) {
    for (;;) {
        const auto keys =
            node(from).command({"CLUSTER", "GETKEYSINSLOT", std::to_string(slot), "10"}).texts();
        if (keys.empty()) {
            return;
        }
        for (const std::string& key : keys) {
            node(from).command(
                {"MIGRATE", "127.0.0.1", std::to_string(node(to).port()), key, "0", "5000"});
        }
    }
}

void RedisCluster::end_move(unsigned slot, std::size_t from, std::size_t to) {
    const std::string owner = id(to);
    for (const std::size_t index : {to, from}) {
        node(index).command({"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", owner});
    }
}

}  // namespace pz::test
