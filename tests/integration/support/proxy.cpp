#include "integration/support/proxy.hpp"

#include <poll.h>

#include <array>
#include <utility>

namespace pz::test {

Proxy::Proxy(const Address& address, Address server) : server_(std::move(server)) {
    listener_ = std::make_unique<SocketServer>(
        address, [this](SocketServer::Connection& connection) { serve(connection); });
}

bool Proxy::pass(SocketServer::Connection& connection, Socket& from, const Socket& to) const {
    const std::string bytes = from.receive();
    return !bytes.empty() && connection.pause(delay_) && (dark_ || to.send(bytes));
}

void Proxy::serve(SocketServer::Connection& connection) const {
    constexpr int kLook = 20;  // milliseconds
    Socket& client = connection.socket();
    Socket server = connect_to(server_);
    bool dark = false;
    while (server.valid() && !connection.stopping()) {
        dark = dark || dark_;
        std::array<pollfd, 2> waiting = {{{client.fd(), POLLIN, 0}, {server.fd(), POLLIN, 0}}};
        if (dark) {
            connection.pause(Duration(kLook));
        } else if (::poll(waiting.data(), waiting.size(), kLook) > 0) {
            const bool there = waiting[0].revents == 0 || pass(connection, client, server);
            const bool back = waiting[1].revents == 0 || pass(connection, server, client);
            if (!there || !back) {
                return;
            }
        }
    }
}

}  // namespace pz::test
