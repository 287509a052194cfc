// HttpClient: HTTP/1.x over a raw socket, so that a test sees every byte and may misbehave.
//
// With PERSONALIZE_GZIP in the environment, fetch() asks for gzip wherever the test does not say
// what it accepts, and decodes the answer: the test sees the page that it expects, or fails.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "integration/support/socket.hpp"

namespace pz::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
    std::string path = "/";
    Headers headers = {};
    std::string method = "GET";
    std::string body = {};
    std::string version = "1.1";
    bool close = false;

    std::string bytes() const;
};

struct Response {
    int status = 0;       // 0: no answer
    std::string version;  // "HTTP/1.1"
    Headers headers;
    std::string body;       // chunks joined
    bool complete = false;  // ended as its framing says
    bool keep_alive = false;
    std::string problem;   // why not complete
    bool decoded = false;  // came gzipped, without the test asking for it

    // The first of that name, or nothing.
    std::optional<std::string> header(std::string_view name) const;
    std::size_t count(std::string_view name) const;
    bool has(std::string_view name) const { return count(name) > 0; }
};

// Nothing: it is not one whole gzip stream.
std::optional<std::string> gunzip(std::string_view bytes);
// Whether the tests run with gzip wherever they do not say otherwise.
bool gzip_everywhere();

class HttpClient {
  public:
    explicit HttpClient(Address server, int receive_buffer = 0)
        : server_(std::move(server)), receive_buffer_(receive_buffer) {}

    // Over the connection left open by the one before; a connection that the server closed
    // meanwhile is replaced, as browsers do.
    Response fetch(const Request& request, Duration patience = kPatience);
    Response get(const std::string& path, Headers headers = {});

    // By hand: send the request, then look at what comes.
    bool send(const Request& request) { return send_bytes(request.bytes()); }
    bool send_bytes(std::string_view bytes);
    Socket& socket() { return socket_; }
    // Reads until `text` has come; everything so far. Ends early when nothing more comes.
    const std::string& read_until(std::string_view text, Duration patience = kPatience);
    // Reads the rest of the response to `request`, `piece` bytes at a time.
    Response finish(const Request& request, std::size_t piece = 65536,
                    Duration patience = kPatience);
    const std::string& received() const { return received_; }

  private:
    bool connect();
    Response exchange(const Request& request, Duration patience);

    Address server_;
    int receive_buffer_;
    Socket socket_;
    std::string received_;
};

}  // namespace pz::test
