#include "cli/redis_client.hpp"

#include <utility>

#include "cli/command.hpp"
#include "cli/stop.hpp"
#include "redis/commands.hpp"

namespace pz::cli {

namespace {

constexpr unsigned kMaxRedirects = 8;
constexpr std::chrono::milliseconds kPause{100};
constexpr std::string_view kAsking = "*1\r\n$6\r\nASKING\r\n";

using Kind = redis::Redirect::Kind;

// The server cannot answer for its slot now.
bool cannot_answer(Kind kind) {
    return kind == Kind::away || kind == Kind::not_primary;
}

}  // namespace

Result<RedisClient> RedisClient::connect(const RedisAccess& access, Patience patience) {
    auto servers = RedisServers::find(access);
    return servers.ok() ? Result<RedisClient>(RedisClient(std::move(*servers), patience))
                        : Result<RedisClient>(servers.status());
}

void RedisClient::append_commands(std::string_view key, std::string_view commands) {
    while (!commands.empty()) {
        const std::size_t size = redis::command_size(commands);
        Call& call = calls_.emplace_back();
        call.bytes = commands.substr(0, size);
        call.slot = cluster() ? redis::slot_of(key) : redis::Slot{0};
        send(call);
        commands.remove_prefix(size);
    }
}

void RedisClient::append(std::string_view key, std::span<const std::string_view> words) {
    std::string bytes;
    redis::append_command(bytes, words);
    append_commands(key, bytes);
}

void RedisClient::append(std::string_view key, std::initializer_list<std::string_view> words) {
    append(key, std::span<const std::string_view>(words.begin(), words.size()));
}

void RedisClient::send(Call& call) {
    send_to(call, servers_.holder(call.slot), false);
    if (!servers_.watched()) {
        call.bytes.clear();
    }
}

// Servers close connections on which nothing was said for long (`timeout` of redis.conf). Nothing is
// lost with one of which nothing is due.
Result<RedisConnection*> RedisClient::still_open(RedisConnection* server) {
    const auto waiting = waiting_.find(server);
    const bool due = waiting != waiting_.end() && !waiting->second.empty();
    if (due || !cluster() || !server->closed()) {
        return server;
    }
    const redis::Endpoint where = server->where();
    waiting_.erase(server);
    servers_.drop(*server);
    return servers_.at(where);
}

void RedisClient::send_to(Call& call, Result<RedisConnection*> server, bool asking) {
    call.reply.reset();
    call.refusal.clear();
    server = server.ok() ? still_open(*server) : server;
    if (!server.ok()) {
        call.reply.emplace(server.status());
        return;
    }
    call.asked = (*server)->where();
    auto& waiting = waiting_[*server];
    if (asking) {
        (*server)->append(kAsking);
        waiting.push_back(nullptr);
    }
    (*server)->append(call.bytes);
    waiting.push_back(&call);
}

// To all servers before waiting for one.
void RedisClient::flush() {
    for (auto entry = waiting_.begin(); entry != waiting_.end();) {
        RedisConnection& server = *(entry++)->first;
        if (const Status status = server.flush(); !status.ok()) {
            lose(server, status);
        }
    }
}

void RedisClient::await(Call& call) {
    flush();
    while (!call.reply) {
        const auto server = servers_.at(call.asked);
        if (!server.ok()) {
            call.reply.emplace(server.status());
        } else {
            take(**server, (*server)->next());
        }
    }
}

void RedisClient::take(RedisConnection& server, Result<RedisReply> reply) {
    if (!reply.ok()) {
        lose(server, reply.status());
        return;
    }
    auto& waiting = waiting_[&server];
    if (waiting.empty()) {
        lose(server, server.problem("a reply that nobody asked for"));
        return;
    }
    Call* const call = waiting.front();
    waiting.pop_front();
    if (call == nullptr) {
        return;
    }
    call->refusal = error_of(**reply);
    if (call->refusal.empty()) {
        call->reply.emplace(std::move(reply));
        return;
    }
    const bool of_cluster = !cluster() && redis::read_redirect(call->refusal).kind == Kind::moved;
    const Status problem = server.problem(call->refusal);
    call->reply.emplace(
        of_cluster
            ? Status::error(problem.message() +
                            "; it belongs to a cluster: write redis+cluster instead of redis")
            : problem);
}

void RedisClient::lose(RedisConnection& server, const Status& why) {
    for (Call* call : std::exchange(waiting_[&server], {})) {
        if (call != nullptr) {
            call->reply.emplace(why);
        }
    }
    waiting_.erase(&server);
    servers_.drop(server);
}

Result<RedisReply> RedisClient::next() {
    if (calls_.empty()) {
        return Status::error("no reply is due");
    }
    Call& call = calls_.front();
    await(call);
    if (servers_.watched()) {
        follow(call);
    }
    auto reply = result(call);
    calls_.pop_front();
    return reply;
}

// Until there is an answer that no other server would give.
void RedisClient::follow(Call& call) {
    for (unsigned redirects = 0;; await(call)) {
        const bool lost = !call.reply->ok() && call.refusal.empty();
        const redis::Redirect to = redis::read_redirect(call.refusal);
        const bool elsewhere = to.kind == Kind::moved || to.kind == Kind::ask;
        if (!lost && (to.kind == Kind::none || (elsewhere && !cluster()))) {
            give_up_.reset();
            return;
        }
        if (elsewhere) {
            if (++redirects > kMaxRedirects) {
                call.reply.emplace(
                    Status::error(call.reply->message() + ": sent from server to server"));
                return;
            }
            redirect(call, to);
        } else if (!wait_for_successor(call)) {
            return;
        } else {
            look_for_successor(call);
            send(call);
        }
    }
}

void RedisClient::redirect(Call& call, const redis::Redirect& redirect) {
    redis::Endpoint where = redirect.where;
    if (where.host.empty()) {
        where.host = call.asked.host;
    }
    const bool asking = redirect.kind == Kind::ask;
    if (!asking) {
        // One that has moved is seldom alone.
        (void)servers_.refresh();
        servers_.moved(redirect.slot, where);
    }
    send_to(call, servers_.at(where), asking);
}

// Who does not know is asked again.
void RedisClient::look_for_successor(const Call& call) {
    const bool demoted = redis::read_redirect(call.refusal).kind == Kind::not_primary;
    const auto server =
        demoted && !cluster() ? servers_.at(call.asked) : Result<RedisConnection*>(nullptr);
    if (server.ok() && *server != nullptr) {
        lose(**server, (*server)->problem("it is not the primary any more"));
    }
    (void)servers_.refresh();
}

// False: it has been waited for long enough.
bool RedisClient::wait_for_successor(const Call& call) {
    if (patience_ == Patience::none) {
        return false;
    }
    const auto now = std::chrono::steady_clock::now();
    if (!give_up_) {
        give_up_ = now + kFailover;
        warn(call.reply->message() + "; waiting for it, or for its successor, up to " +
             std::to_string(kFailover.count()) + " s");
    }
    if (now >= *give_up_) {
        patience_ = Patience::none;  // for all that is still to come
        return false;
    }
    pause_unless_stopped(kPause);
    return !stop_requested();
}

Result<RedisReply> RedisClient::result(Call& call) {
    refusal_ = call.refusal;
    const bool lost = !call.reply->ok() && refusal_.empty();
    usable_ = usable_ && !lost && !cannot_answer(redis::read_redirect(refusal_).kind);
    return std::move(*call.reply);
}

Result<RedisReply> RedisClient::command(std::string_view key,
                                        std::span<const std::string_view> words) {
    append(key, words);
    auto reply = next();
    return reply.ok() ? std::move(reply)
                      : Status::error(std::string(words.front()) + ": " + reply.message());
}

Result<RedisReply> RedisClient::command(std::string_view key,
                                        std::initializer_list<std::string_view> words) {
    return command(key, std::span<const std::string_view>(words.begin(), words.size()));
}

Result<RedisReply> RedisClient::command_at(const redis::Endpoint& server,
                                           std::initializer_list<std::string_view> words) {
    Call& call = calls_.emplace_back();
    redis::append_command(call.bytes, std::span(words.begin(), words.size()));
    send_to(call, servers_.at(server), false);
    await(call);
    auto reply = result(call);
    calls_.pop_back();
    return reply.ok() ? std::move(reply)
                      : Status::error(std::string(*words.begin()) + ": " + reply.message());
}

}  // namespace pz::cli
