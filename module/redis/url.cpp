#include "redis/url.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace pz::redis {

namespace {

constexpr std::string_view kShape =
    "write redis://[user:password@]host[:port][/db] or "
    "unix:/path[?db=N&user=USER&password=PASSWORD]";
constexpr std::string_view kTcp = "redis://";
constexpr std::string_view kTls = "rediss://";
constexpr std::string_view kUnix = "unix:";
constexpr std::size_t kMaxSocketPath = 107;  // sockaddr_un
constexpr std::size_t kMaxHost = 253;        // a DNS name
constexpr unsigned kMaxDatabase = 1'000'000;

// No error quotes the text: where a part is not what it seems, it may be the password.
Status wrong(std::string_view problem) {
    std::string message(problem);
    message.append("; ").append(kShape);
    return Status::error(std::move(message));
}

template <class Number>
bool whole(std::string_view text, Number* number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
    return error == std::errc() && end == text.data() + text.size();
}

bool decode(std::string_view text, std::string* out) {
    out->clear();
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            *out += text[at];
            continue;
        }
        unsigned char byte = 0;
        const std::string_view digits = text.substr(at + 1, 2);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
        if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2) {
            return false;
        }
        *out += static_cast<char>(byte);
        at += 2;
    }
    return true;
}

Status read_secret(std::string_view text, std::string* secret) {
    return decode(text, secret) ? Status() : wrong("user or password: a broken percent-encoding");
}

Status read_database(std::string_view text, Url* url) {
    if (!whole(text, &url->database) || url->database > kMaxDatabase) {
        return wrong("database: not a number");
    }
    return {};
}

bool is_host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
}

bool is_address_character(char c) {
    return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' ||
           c == '.';
}

// "host:port"; an IPv6 address stands in brackets, which the result keeps out.
Status read_host(std::string_view text, Url* url) {
    const bool bracketed = text.starts_with('[');
    const std::size_t end = bracketed ? text.find(']') : text.find(':');
    if (bracketed && end == std::string_view::npos) {
        return wrong("host: no closing bracket");
    }
    const std::string_view host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
    const auto allowed = bracketed ? is_address_character : is_host_character;
    if (host.empty() || host.size() > kMaxHost || !std::all_of(host.begin(), host.end(), allowed)) {
        return wrong("host: missing or not a name or address");
    }
    url->host = host;
    const std::size_t after = bracketed ? end + 1 : std::min(end, text.size());
    const std::string_view port = text.substr(after);
    if (port.empty()) {
        return {};
    }
    if (port.front() != ':' || !whole(port.substr(1), &url->port) || url->port == 0) {
        return wrong("port: not a number from 1 to 65535");
    }
    return {};
}

Status read_login(std::string_view text, Url* url) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon + 1 == text.size()) {
        return wrong("password: missing; without a user write :password@");
    }
    Status status = read_secret(text.substr(0, colon), &url->user);
    return status.ok() ? read_secret(text.substr(colon + 1), &url->password) : status;
}

Status read_tcp(std::string_view text, Url* url) {
    // The last '@', so that a password may hold one.
    if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
        if (Status status = read_login(text.substr(0, at), url); !status.ok()) {
            return status;
        }
        text.remove_prefix(at + 1);
    }
    const std::size_t slash = std::min(text.find('/'), text.size());
    if (Status status = read_host(text.substr(0, slash), url); !status.ok()) {
        return status;
    }
    const std::string_view database = text.substr(std::min(slash + 1, text.size()));
    return database.empty() ? Status() : read_database(database, url);
}

Status read_option(std::string_view option, Url* url) {
    const std::size_t equals = std::min(option.find('='), option.size());
    const std::string_view name = option.substr(0, equals);
    const std::string_view value = option.substr(std::min(equals + 1, option.size()));
    if (name == "db") {
        return read_database(value, url);
    }
    if (name == "user" || name == "password") {
        return read_secret(value, name == "user" ? &url->user : &url->password);
    }
    return wrong("option: neither db, user nor password");
}

Status read_unix(std::string_view text, Url* url) {
    url->unix_socket = true;
    const std::size_t query = std::min(text.find('?'), text.size());
    url->host = text.substr(0, query);
    if (!url->host.starts_with('/') || url->host.size() > kMaxSocketPath ||
        url->host.find('\0') != std::string::npos) {
        return wrong("path: not an absolute path of at most 107 bytes");
    }
    std::string_view options = text.substr(std::min(query + 1, text.size()));
    while (!options.empty()) {
        const std::size_t end = std::min(options.find('&'), options.size());
        if (Status status = read_option(options.substr(0, end), url); !status.ok()) {
            return status;
        }
        options.remove_prefix(std::min(end + 1, options.size()));
    }
    if (!url->user.empty() && url->password.empty()) {
        return wrong("password: missing");
    }
    return {};
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
    Url url;
    Status status;
    if (text.starts_with(kTcp)) {
        status = read_tcp(text.substr(kTcp.size()), &url);
    } else if (text.starts_with(kUnix)) {
        status = read_unix(text.substr(kUnix.size()), &url);
    } else if (text.starts_with(kTls)) {
        status = wrong("rediss://: TLS is not supported");
    } else {
        status = wrong("not a Redis address");
    }
    return status.ok() ? Result<Url>(std::move(url)) : Result<Url>(std::move(status));
}

}  // namespace pz::redis
