#include "integration/support/redis_server.hpp"

#include <stdexcept>

#include <hiredis/hiredis.h>
#include <unistd.h>

#include "integration/support/socket.hpp"

namespace pz::test {

namespace {

RedisReply convert(const redisReply& reply) {
    RedisReply out;
    switch (reply.type) {
        case REDIS_REPLY_STRING:
            out.type = RedisReply::Type::text;
            break;
        case REDIS_REPLY_STATUS:
            out.type = RedisReply::Type::status;
            break;
        case REDIS_REPLY_ERROR:
            out.type = RedisReply::Type::error;
            break;
        case REDIS_REPLY_INTEGER:
            out.type = RedisReply::Type::integer;
            break;
        case REDIS_REPLY_ARRAY:
            out.type = RedisReply::Type::array;
            break;
        default:
            break;
    }
    out.integer = reply.integer;
    if (reply.str != nullptr) {
        out.text.assign(reply.str, reply.len);
    }
    for (std::size_t i = 0; i < reply.elements; i++) {
        out.elements.push_back(convert(*reply.element[i]));
    }
    return out;
}

void append(redisContext* context, const std::vector<std::string>& arguments) {
    std::vector<const char*> values;
    std::vector<std::size_t> sizes;
    for (const std::string& argument : arguments) {
        values.push_back(argument.data());
        sizes.push_back(argument.size());
    }
    redisAppendCommandArgv(context, static_cast<int>(values.size()), values.data(), sizes.data());
}

RedisReply next_reply(redisContext* context) {
    void* raw = nullptr;
    if (redisGetReply(context, &raw) != REDIS_OK) {
        throw std::runtime_error(std::string("redis: ") + context->errstr);
    }
    const std::unique_ptr<redisReply, void (*)(void*)> reply(static_cast<redisReply*>(raw),
                                                             freeReplyObject);
    return convert(*reply);
}

}  // namespace

std::vector<std::string> RedisReply::texts() const {
    std::vector<std::string> list;
    for (const RedisReply& element : elements) {
        list.push_back(element.text);
    }
    return list;
}

RedisClient::RedisClient(const std::string& socket_path, const std::string& password) {
    const timeval patience{10, 0};
    context_.reset(redisConnectUnixWithTimeout(socket_path.c_str(), patience), redisFree);
    if (context_ == nullptr || context_->err != 0) {
        throw std::runtime_error("cannot connect to " + socket_path);
    }
    redisSetTimeout(context_.get(), patience);
    if (!password.empty()) {
        command({"AUTH", password});
    }
}

RedisReply RedisClient::command(const std::vector<std::string>& arguments) {
    append(context_.get(), arguments);
    return next_reply(context_.get());
}

std::int64_t RedisClient::integer(const std::vector<std::string>& arguments) {
    return command(arguments).integer;
}

void RedisClient::pipeline(const std::vector<std::vector<std::string>>& commands) {
    for (const auto& arguments : commands) {
        append(context_.get(), arguments);
    }
    for (std::size_t i = 0; i < commands.size(); i++) {
        next_reply(context_.get());
    }
}

RedisServer::RedisServer(const TempDir& dir, Options options, bool start_now)
    : options_(std::move(options)),
      socket_path_(dir / (options_.name + ".sock")),
      log_path_(dir / (options_.name + ".log")),
      directory_(dir.path()),
      port_(options_.tcp ? free_port() : 0) {
    if (start_now) {
        start();
    }
}

void RedisServer::start() {
    ::unlink(socket_path_.c_str());
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
                                          options_.durable ? "yes" : "no",
                                          "--appendfsync",
                                          "always"};
    if (!options_.password.empty()) {
        arguments.insert(arguments.end(), {"--requirepass", options_.password});
    }
    process_ = Process({arguments, log_path_});
    const bool up = wait_until([this] {
        try {
            return client().command({"PING"}).text == "PONG" || !process_.running();
        } catch (const std::runtime_error&) {
            return !process_.running();
        }
    });
    if (!up || !process_.running()) {
        throw std::runtime_error("redis-server did not start:\n" + read_text(log_path_));
    }
}

void RedisServer::kill9() {
    process_.kill();
}

}  // namespace pz::test
