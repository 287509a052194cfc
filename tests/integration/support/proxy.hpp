// Proxy: stands between an edge and a server, and can be slow, or lose all bytes without a word.
#pragma once

#include <atomic>
#include <memory>

#include "integration/support/socket.hpp"

namespace pz::test {

class Proxy {
  public:
    Proxy(const Address& address, Address server);

    // Every piece of bytes is passed on so much later, in both directions.
    void delay(Duration delay) { delay_ = delay; }
    // Connections open now, and those to come until it ends, pass nothing on any more, nor are they
    // closed: as when the other machine lost its power. Those of before never recover.
    void black_out(bool on) { dark_ = on; }
    std::size_t connections() const { return listener_->accepted(); }

  private:
    void serve(SocketServer::Connection& connection) const;
    bool pass(SocketServer::Connection& connection, Socket& from, const Socket& to) const;

    const Address server_;
    std::atomic<Duration> delay_{Duration(0)};
    std::atomic<bool> dark_{false};
    std::unique_ptr<SocketServer> listener_;  // last: its threads use all of the above
};

}  // namespace pz::test
