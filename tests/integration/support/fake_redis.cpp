#include "integration/support/fake_redis.hpp"

#include <algorithm>

namespace pz::test {

namespace {

// Takes one command off the front of `bytes`; false when it is not whole yet.
bool next_command(std::string& bytes, FakeRedis::Command& command) {
    command.clear();
    std::size_t at = 0;
    const auto number = [&](char kind, std::size_t* value) {
        const std::size_t end = bytes.find("\r\n", at);
        if (end == std::string::npos || bytes[at] != kind) {
            return false;
        }
        *value = std::stoul(bytes.substr(at + 1, end - at - 1));
        at = end + 2;
        return true;
    };
    std::size_t count = 0;
    if (!number('*', &count)) {
        return false;
    }
    for (std::size_t i = 0; i < count; i++) {
        std::size_t size = 0;
        if (!number('$', &size) || bytes.size() < at + size + 2) {
            return false;
        }
        command.push_back(bytes.substr(at, size));
        at += size + 2;
    }
    bytes.erase(0, at);
    return true;
}

}  // namespace

std::string FakeRedis::empty_answer(const Command& command) {
    const std::string& name = command[0];
    if (name == "PING") {
        return "+PONG\r\n";
    }
    if (name == "LRANGE" || name == "HGETALL") {
        return "*0\r\n";
    }
    if (name == "XADD") {
        return "$3\r\n1-1\r\n";
    }
    return name == "LPUSH" || name == "EXPIRE" ? ":1\r\n" : "+OK\r\n";
}

FakeRedis::FakeRedis(const Address& address, Answer answer, std::string greeting)
    : answer_(std::move(answer)), greeting_(std::move(greeting)) {
    server_ = std::make_unique<SocketServer>(
        address, [this](SocketServer::Connection& connection) { serve(connection); });
}

std::size_t FakeRedis::received(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count(names_.begin(), names_.end(), name));
}

// The part of the answer that is left to send once released.
std::string FakeRedis::trickled(SocketServer::Connection& connection) {
    const std::string event(2000, '-');
    std::string answer = "*1\r\n$" + std::to_string(event.size()) + "\r\n" + event + "\r\n";
    while (held_ && !connection.stopping()) {
        connection.socket().send(answer.substr(0, 1));
        answer.erase(0, 1);
        wait_until([&] { return !held_ || connection.stopping(); }, 20ms);
    }
    return answer;
}

bool FakeRedis::answer(SocketServer::Connection& connection, const Command& command) {
    if (command[0] == "LRANGE" && held_ && trickle_) {
        return connection.socket().send(trickled(connection));
    }
    if (command[0] == "LRANGE") {
        wait_until([&] { return !held_ || connection.stopping(); }, 60s);
    }
    return connection.socket().send(answer_(command));
}

void FakeRedis::serve(SocketServer::Connection& connection) {
    connection.socket().send(greeting_);
    std::string bytes;
    Command command;
    while (!connection.stopping()) {
        const std::string more = connection.socket().receive(65536, 100ms);
        if (more.empty() && !connection.socket().timed_out()) {
            return;
        }
        bytes += more;
        while (next_command(bytes, command)) {
            {
                const std::lock_guard lock(mutex_);
                names_.push_back(command[0]);
            }
            if (!answer(connection, command)) {
                return;
            }
        }
    }
}

}  // namespace pz::test
