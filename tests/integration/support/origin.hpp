// Origin: the shop behind the edge, as a script. Counts what it is asked for.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "integration/support/http_client.hpp"
#include "integration/support/socket.hpp"

namespace pz::test {

struct OriginRequest {
    std::string method, path, query, head, body;
};

// A whole answer. Content-Length and Connection: close are added.
struct Page {
    std::string body;
    std::string type = "text/html";
    int status = 200;
    Headers headers = {};

    std::string bytes() const;
};

class Origin {
  public:
    using Connection = SocketServer::Connection;
    // Writes whatever it likes to the connection, which is then closed.
    using Script = std::function<void(const OriginRequest&, Connection&)>;

    explicit Origin(const Address& address);

    void page(const std::string& path, Page page);
    void script(const std::string& path, Script script);

    std::size_t requests() const { return requests_; }
    std::size_t requests(const std::string& path) const;
    std::vector<OriginRequest> received() const;
    const Address& address() const { return address_; }

  private:
    void serve(Connection& connection);
    Script find(const std::string& path) const;

    Address address_;
    mutable std::mutex mutex_;
    std::map<std::string, Script> scripts_;
    std::vector<OriginRequest> received_;
    std::atomic<std::size_t> requests_{0};
    std::unique_ptr<SocketServer> server_;  // last: its threads use all of the above
};

// Waits until the peer has taken all bytes sent so far, so that the next ones are a read of their
// own.
bool taken(Origin::Connection& connection);

}  // namespace pz::test
