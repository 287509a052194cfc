// FakeRedis: a server on a unix socket that speaks enough of Redis's protocol to misbehave in it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "integration/support/socket.hpp"

namespace pz::test {

class FakeRedis {
  public:
    using Command = std::vector<std::string>;
    // The bytes that answer a command; empty: no answer.
    using Answer = std::function<std::string(const Command&)>;

    // Answers as an empty Redis would.
    static std::string empty_answer(const Command& command);

    explicit FakeRedis(const Address& address, Answer answer = empty_answer,
                       std::string greeting = {});

    // From now on answers to LRANGE and all behind it wait until release().
    void hold() { held_ = true; }
    // As hold(), but the answer to LRANGE, a list of one unreadable event, comes byte by byte
    // meanwhile: slow, not dead, so that the edge does not give the connection up.
    void trickle() { held_ = trickle_ = true; }
    void release() { held_ = false; }
    // Names of the commands that came, in order.
    std::size_t received(const std::string& name) const;
    std::size_t connections() const { return server_->accepted(); }
    void drop_connections() { server_->drop_connections(); }

  private:
    void serve(SocketServer::Connection& connection);
    bool answer(SocketServer::Connection& connection, const Command& command);
    std::string trickled(SocketServer::Connection& connection);

    Answer answer_;
    std::string greeting_;
    std::atomic<bool> held_{false}, trickle_{false};
    mutable std::mutex mutex_;
    std::vector<std::string> names_;
    std::unique_ptr<SocketServer> server_;  // last: its threads use all of the above
};

}  // namespace pz::test
