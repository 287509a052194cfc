#include "integration/support/origin.hpp"

#include <charconv>

namespace pz::test {

namespace {

std::size_t content_length(std::string_view head) {
    constexpr std::string_view kName = "\r\nContent-Length: ";
    const std::size_t at = head.find(kName);
    std::size_t length = 0;
    if (at != std::string_view::npos) {
        std::from_chars(head.data() + at + kName.size(), head.data() + head.size(), length);
    }
    return length;
}

bool read_request(Socket& socket, OriginRequest& request) {
    std::string bytes;
    std::size_t end = std::string::npos;
    std::size_t whole = 0;
    while (end == std::string::npos || bytes.size() < whole) {
        const std::string more = socket.receive();
        if (more.empty()) {
            return false;
        }
        bytes += more;
        end = bytes.find("\r\n\r\n");
        if (end != std::string::npos) {
            whole = end + 4 + content_length(std::string_view(bytes).substr(0, end));
        }
    }
    request.head = bytes.substr(0, end);
    request.body = bytes.substr(end + 4);
    const std::size_t space = bytes.find(' ');
    request.method = bytes.substr(0, space);
    const std::string target = bytes.substr(space + 1, bytes.find(' ', space + 1) - space - 1);
    request.path = target.substr(0, target.find('?'));
    request.query = request.path.size() < target.size() ? target.substr(request.path.size() + 1)
                                                        : std::string();
    return true;
}

}  // namespace

std::string Page::bytes() const {
    std::string out = "HTTP/1.1 " + std::to_string(status) + " X\r\n";
    if (!type.empty()) {
        out += "Content-Type: " + type + "\r\n";
    }
    for (const auto& [name, value] : headers) {
        out.append(name).append(": ").append(value).append("\r\n");
    }
    if (status != 204) {
        out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    return out + "Connection: close\r\n\r\n" + body;
}

Origin::Origin(const Address& address) : address_(address) {
    server_ = std::make_unique<SocketServer>(address,
                                             [this](Connection& connection) { serve(connection); });
}

void Origin::page(const std::string& path, Page page) {
    script(path, [page = std::move(page)](const OriginRequest& request, Connection& connection) {
        std::string bytes = page.bytes();
        if (request.method == "HEAD") {
            bytes.resize(bytes.size() - page.body.size());
        }
        connection.socket().send(bytes);
    });
}

void Origin::script(const std::string& path, Script script) {
    const std::lock_guard lock(mutex_);
    scripts_[path] = std::move(script);
}

std::size_t Origin::requests(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const OriginRequest& request : received_) {
        count += request.path == path;
    }
    return count;
}

std::vector<OriginRequest> Origin::received() const {
    const std::lock_guard lock(mutex_);
    return received_;
}

Origin::Script Origin::find(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    const auto script = scripts_.find(path);
    return script != scripts_.end() ? script->second : Script();
}

void Origin::serve(Connection& connection) {
    OriginRequest request;
    if (!read_request(connection.socket(), request)) {
        return;
    }
    requests_++;
    {
        const std::lock_guard lock(mutex_);
        received_.push_back(request);
    }
    if (const Script script = find(request.path)) {
        script(request, connection);
    } else {
        connection.socket().send(Page{"no such page\n", "text/plain", 404}.bytes());
    }
}

bool taken(Origin::Connection& connection) {
    return wait_until(
        [&] { return connection.stopping() || connection.socket().unread_by_peer() == 0; });
}

}  // namespace pz::test
