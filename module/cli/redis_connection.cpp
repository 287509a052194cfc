#include "cli/redis_connection.hpp"

#include <array>
#include <utility>

#include "redis/commands.hpp"
#include "redis/log_text.hpp"

namespace pz::cli {

namespace {

std::string place(const redis::Endpoint& where) {
    return "redis at " + where.name() + ": ";
}

std::string_view remedy(std::string_view error) {
    if (error.starts_with("NOAUTH")) {
        return "; write the password into the URL, as in redis://:password@host, or into a file "
               "for --redis-auth";
    }
    if (error.find("cluster support disabled") != std::string_view::npos) {
        return "; write redis instead of redis+cluster";
    }
    return error.starts_with("WRONGPASS") ? "; see --redis and --redis-auth" : "";
}

}  // namespace

std::string_view text_of(const redisReply& reply) {
    return reply.type == REDIS_REPLY_STRING || reply.type == REDIS_REPLY_STATUS
               ? std::string_view(reply.str, static_cast<std::size_t>(reply.len))
               : std::string_view();
}

std::string_view error_of(const redisReply& reply) {
    return reply.type == REDIS_REPLY_ERROR
               ? std::string_view(reply.str, static_cast<std::size_t>(reply.len))
               : std::string_view();
}

std::span<redisReply* const> elements_of(const redisReply& reply) {
    return reply.type == REDIS_REPLY_ARRAY
               ? std::span<redisReply* const>(reply.element, reply.elements)
               : std::span<redisReply* const>();
}

Result<RedisConnection> RedisConnection::open(const redis::Endpoint& where,
                                              const redis::Login& login,
                                              const std::shared_ptr<const TlsContext>& tls) {
    auto connection = reach(where, tls);
    Status status = connection.ok() ? connection->sign_in(login) : connection.status();
    return status.ok() ? std::move(connection) : Result<RedisConnection>(status);
}

Result<RedisConnection> RedisConnection::reach(const redis::Endpoint& where,
                                               const std::shared_ptr<const TlsContext>& tls) {
    auto socket = RedisSocket::open(where, where.unix_socket ? nullptr : tls);
    if (!socket.ok()) {
        const std::string why = socket.message();
        return Status::error(
            place(where) + why +
            (why.find("; ") == std::string::npos ? "; is it running, and is --redis right?" : ""));
    }
    RedisConnection connection(where, std::move(*socket), tls != nullptr);
    if (connection.reader_ == nullptr) {
        return Status::error(place(where) + "no memory to connect");
    }
    return connection;
}

Status RedisConnection::sign_in(const redis::Login& login) {
    std::string commands;
    const unsigned replies = redis::append_handshake(commands, login);
    append(commands);
    for (unsigned i = 0; i < replies; ++i) {
        const auto reply = next();
        if (!reply.ok()) {
            return reply.status();
        }
        if (const std::string_view error = error_of(**reply); !error.empty()) {
            // A server that does not know AUTH repeats its arguments.
            const bool secret = i == 0 && !login.password.empty();
            return problem(secret ? error.substr(0, error.find(' ')) : error);
        }
        const auto role = elements_of(**reply);
        if (!role.empty() && text_of(*role[0]) != "master") {
            return Status::error(place(where_) + "it is not the primary");
        }
    }
    signed_in_ = true;
    return {};
}

Status RedisConnection::problem(std::string_view text) const {
    return Status::error((place(where_) + redis::log_text(text)).append(remedy(text)));
}

// Whoever closes before a word was said may not speak what we speak.
Status RedisConnection::lost(std::string_view why) {
    usable_ = false;
    const bool mute = !signed_in_ && !tls_ && !where_.unix_socket;
    return Status::error(
        (place(where_) + std::string(why))
            .append(mute ? "; if it speaks TLS, write rediss instead of redis" : ""));
}

Status RedisConnection::flush() {
    if (output_.empty()) {
        return {};
    }
    const std::string bytes = std::exchange(output_, {});
    Status sent = socket_.send(bytes);
    if (sent.ok()) {
        return sent;
    }
    // Who closes says why before.
    const Status received = receive();
    return received.ok() ? lost(sent.message()) : received;
}

Status RedisConnection::receive() {
    std::array<char, 65536> block;
    const auto got = socket_.receive(block);
    if (!got.ok()) {
        return lost(got.message());
    }
    unparsed_ += *got;
    if (unparsed_ > kMaxReply) {
        return lost("a reply of more than 1 GiB");
    }
    if (redisReaderFeed(reader_.get(), block.data(), *got) != REDIS_OK) {
        return lost(reader_->errstr);
    }
    return {};
}

Result<RedisReply> RedisConnection::next() {
    if (Status status = usable_ ? flush() : lost("connection closed"); !status.ok()) {
        return status;
    }
    for (;;) {
        void* raw = nullptr;
        if (redisReaderGetReply(reader_.get(), &raw) != REDIS_OK) {
            return lost(reader_->errstr);
        }
        if (raw != nullptr) {
            unparsed_ = 0;
            return RedisReply(static_cast<redisReply*>(raw));
        }
        if (Status status = receive(); !status.ok()) {
            return status;
        }
    }
}

}  // namespace pz::cli
