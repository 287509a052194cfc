// RedisClient: Redis for the command line, whatever it consists of: ask, wait.
//
// In a cluster each command goes to the server that holds its key; MOVED, ASK and TRYAGAIN are
// followed. There, and with Sentinels, a command whose server was lost is sent again: what is asked
// for here may be carried out twice. Replies come in the order of the commands; commands on keys of different slots may be
// carried out in any order until their replies are there.
//
// Errors are for a person: they name the server and the command, never the password. Thread rules:
// one thread.
#pragma once

#include <chrono>
#include <deque>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/redis_access.hpp"
#include "cli/redis_connection.hpp"
#include "cli/redis_servers.hpp"
#include "redis/redirect.hpp"

namespace pz::cli {

class RedisClient {
  public:
    // What becomes of a command while a cluster has nobody for its slot, or Sentinels no primary.
    enum class Patience : std::uint8_t { none, failover };  // it fails, or waits for kFailover
    static constexpr std::chrono::seconds kFailover{30};

    static Result<RedisClient> connect(const RedisAccess& access,
                                       Patience patience = Patience::failover);

    bool cluster() const { return servers_.cluster(); }
    // Sends the command and waits; no reply of append() is due. Never a null reply, never one of type
    // error. `key`: one of those that the command is about.
    Result<RedisReply> command(std::string_view key, std::span<const std::string_view> words);
    Result<RedisReply> command(std::string_view key, std::initializer_list<std::string_view> words);

    // Pipelining: append() and append_commands() queue; each next() brings the reply to the oldest
    // without one.
    void append(std::string_view key, std::span<const std::string_view> words);
    void append(std::string_view key, std::initializer_list<std::string_view> words);
    // Bytes made by redis/commands.hpp and its like, on keys of the slot of `key`.
    void append_commands(std::string_view key, std::string_view commands);
    Result<RedisReply> next();

    // The word that an error which the server answered last begins with, such as WRONGTYPE; empty
    // when its last answer was none.
    std::string_view refusal() const {
        return std::string_view(refusal_).substr(0, refusal_.find(' '));
    }
    // False after an error of the connection, or of a server that cannot answer: connect again. An
    // error that a server answered leaves it usable.
    bool usable() const { return usable_; }

    // Counts up whenever another server may answer than before.
    std::uint64_t changes() const { return servers_.changes(); }
    // Those that hold keys, as they are known now or after refresh().
    std::vector<redis::Endpoint> servers() const { return servers_.primaries(); }
    Status refresh() { return servers_.refresh(); }
    // A command about what that server has, whatever its slots.
    Result<RedisReply> command_at(const redis::Endpoint& server,
                                  std::initializer_list<std::string_view> words);

  private:
    struct Call {
        std::string bytes;  // kept where there may be a successor to send them to
        redis::Slot slot = 0;
        redis::Endpoint asked;
        std::optional<Result<RedisReply>> reply;
        std::string refusal;  // the error that the server answered
    };
    RedisClient(RedisServers servers, Patience patience)
        : servers_(std::move(servers)), patience_(patience) {}

    void send(Call& call);
    Result<RedisConnection*> still_open(RedisConnection* server);
    void send_to(Call& call, Result<RedisConnection*> server, bool asking);
    void flush();
    void await(Call& call);
    void take(RedisConnection& server, Result<RedisReply> reply);
    void lose(RedisConnection& server, const Status& why);
    void follow(Call& call);
    void redirect(Call& call, const redis::Redirect& redirect);
    bool wait_for_successor(const Call& call);
    void look_for_successor(const Call& call);
    Result<RedisReply> result(Call& call);

    RedisServers servers_;
    Patience patience_;
    std::deque<Call> calls_;  // whose replies next() has not brought yet
    // By server, oldest first; null: the reply to ASKING.
    std::map<RedisConnection*, std::deque<Call*>> waiting_;
    std::optional<std::chrono::steady_clock::time_point> give_up_;  // while a server is away
    std::string refusal_;
    bool usable_ = true;
};

}  // namespace pz::cli
