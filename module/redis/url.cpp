#include "redis/url.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace pz::redis {

namespace {

constexpr std::string_view kShape =
    "write redis://[user:password@]host[:port][/db], "
    "redis+cluster://host[:port][,host[:port]...], "
    "redis+sentinel://host[:port][,host[:port]...]/name[/db][?sentinel_password=PASSWORD] "
    "(rediss instead of redis: TLS) or "
    "unix:/path[?db=N&user=USER&password=PASSWORD]";
constexpr std::string_view kUnix = "unix:";
constexpr std::uint16_t kSentinelPort = 26379;
constexpr std::size_t kMaxSeeds = 64;
constexpr std::size_t kMaxMaster = 128;      // of the name
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
    unsigned& database = url->login.database;
    if (!whole(text, &database) || database > kMaxDatabase) {
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
Status read_host(std::string_view text, Endpoint* endpoint) {
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
    endpoint->host = host;
    const std::size_t after = bracketed ? end + 1 : std::min(end, text.size());
    const std::string_view port = text.substr(after);
    if (port.empty()) {
        return {};
    }
    if (port.front() != ':' || !whole(port.substr(1), &endpoint->port) || endpoint->port == 0) {
        return wrong("port: not a number from 1 to 65535");
    }
    return {};
}

Status read_hosts(std::string_view text, Url* url) {
    const bool sentinel = url->kind == Url::Kind::sentinel;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        Endpoint endpoint{.port = sentinel ? kSentinelPort : Endpoint().port};
        if (Status status = read_host(text.substr(begin, end - begin), &endpoint); !status.ok()) {
            return status;
        }
        if (url->seeds.size() == kMaxSeeds) {
            return wrong("hosts: more than 64");
        }
        url->seeds.push_back(std::move(endpoint));
        begin = end + 1;
    }
    return {};
}

Status read_login(std::string_view text, Login* login) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || colon + 1 == text.size()) {
        return wrong("password: missing; without a user write :password@");
    }
    Status status = read_secret(text.substr(0, colon), &login->user);
    return status.ok() ? read_secret(text.substr(colon + 1), &login->password) : status;
}

// "name[/db]" of Sentinels, "db" of a server, nothing of a cluster.
Status read_path(std::string_view path, Url* url) {
    if (url->kind == Url::Kind::cluster) {
        return path.empty() ? Status() : wrong("database: a cluster has none");
    }
    if (url->kind == Url::Kind::server) {
        return path.empty() ? Status() : read_database(path, url);
    }
    const std::size_t slash = std::min(path.find('/'), path.size());
    url->master = path.substr(0, slash);
    if (url->master.empty() || url->master.size() > kMaxMaster ||
        !std::all_of(url->master.begin(), url->master.end(), is_host_character)) {
        return wrong("name: the Sentinels' name of the primary is missing or not a name");
    }
    const std::string_view database = path.substr(std::min(slash + 1, path.size()));
    return database.empty() ? Status() : read_database(database, url);
}

Status read_replicas(std::string_view value, Url* url) {
    url->replicas = value == "on";
    return value == "on" || value == "off" ? Status() : wrong("replicas: neither on nor off");
}

Status read_network_option(std::string_view name, std::string_view value, Url* url) {
    if (name == "replicas") {
        return read_replicas(value, url);
    }
    if (url->kind != Url::Kind::sentinel) {
        return wrong("option: not replicas=on");
    }
    if (name == "sentinel_user" || name == "sentinel_password") {
        Login& login = url->sentinel_login;
        return read_secret(value, name == "sentinel_user" ? &login.user : &login.password);
    }
    return wrong("option: neither replicas=on, sentinel_user nor sentinel_password");
}

Status read_option(std::string_view option, Url* url) {
    const std::size_t equals = std::min(option.find('='), option.size());
    const std::string_view name = option.substr(0, equals);
    const std::string_view value = option.substr(std::min(equals + 1, option.size()));
    if (!url->seeds.front().unix_socket) {
        return read_network_option(name, value, url);
    }
    if (name == "db") {
        return read_database(value, url);
    }
    if (name == "user" || name == "password") {
        return read_secret(value, name == "user" ? &url->login.user : &url->login.password);
    }
    return wrong("option: neither db, user nor password");
}

Status read_options(std::string_view options, Url* url) {
    while (!options.empty()) {
        const std::size_t end = std::min(options.find('&'), options.size());
        if (Status status = read_option(options.substr(0, end), url); !status.ok()) {
            return status;
        }
        options.remove_prefix(std::min(end + 1, options.size()));
    }
    return {};
}

Status read_network(std::string_view text, Url* url) {
    // The last '@', so that a password may hold one.
    if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
        if (Status status = read_login(text.substr(0, at), &url->login); !status.ok()) {
            return status;
        }
        text.remove_prefix(at + 1);
    }
    const std::size_t query = std::min(text.find('?'), text.size());
    const std::string_view options = text.substr(std::min(query + 1, text.size()));
    text = text.substr(0, query);
    const std::size_t slash = std::min(text.find('/'), text.size());
    Status status = read_hosts(text.substr(0, slash), url);
    if (status.ok()) {
        status = read_path(text.substr(std::min(slash + 1, text.size())), url);
    }
    if (status.ok()) {
        status = read_options(options, url);
    }
    const Login& sentinel = url->sentinel_login;
    return status.ok() && !sentinel.user.empty() && sentinel.password.empty()
               ? wrong("sentinel_password: missing")
               : status;
}

Status read_unix(std::string_view text, Url* url) {
    const std::size_t query = std::min(text.find('?'), text.size());
    const Endpoint endpoint{.unix_socket = true, .host = std::string(text.substr(0, query))};
    if (!endpoint.host.starts_with('/') || endpoint.host.size() > kMaxSocketPath ||
        endpoint.host.find('\0') != std::string::npos) {
        return wrong("path: not an absolute path of at most 107 bytes");
    }
    url->seeds.push_back(endpoint);
    Status status = read_options(text.substr(std::min(query + 1, text.size())), url);
    if (status.ok() && !url->login.user.empty() && url->login.password.empty()) {
        return wrong("password: missing");
    }
    return status;
}

struct Scheme {
    std::string_view text;
    Url::Kind kind;
    bool tls;
};

constexpr Scheme kSchemes[] = {
    {"redis://", Url::Kind::server, false},
    {"rediss://", Url::Kind::server, true},
    {"redis+cluster://", Url::Kind::cluster, false},
    {"rediss+cluster://", Url::Kind::cluster, true},
    {"redis+sentinel://", Url::Kind::sentinel, false},
    {"rediss+sentinel://", Url::Kind::sentinel, true},
};

}  // namespace

std::string Endpoint::name() const {
    if (unix_socket) {
        return host;
    }
    const bool v6 = host.find(':') != std::string::npos;
    return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool is_host(std::string_view text) {
    return text.size() <= kMaxHost && std::all_of(text.begin(), text.end(), [](char c) {
               return is_host_character(c) || c == ':';
           });
}

Result<Url> parse_url(std::string_view text) {
    Url url;
    Status status = wrong("not a Redis address");
    if (text.starts_with(kUnix)) {
        status = read_unix(text.substr(kUnix.size()), &url);
    }
    for (const Scheme& scheme : kSchemes) {
        if (text.starts_with(scheme.text)) {
            url.kind = scheme.kind;
            url.tls = scheme.tls;
            status = read_network(text.substr(scheme.text.size()), &url);
        }
    }
    return status.ok() ? Result<Url>(std::move(url)) : Result<Url>(std::move(status));
}

Result<Login> parse_login(std::string_view text) {
    while (text.ends_with('\n') || text.ends_with('\r')) {
        text.remove_suffix(1);
    }
    Login login;
    const std::size_t colon = text.find(':');
    if (colon != std::string_view::npos) {
        login.user = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    login.password = text;
    if (text.empty() || text.find_first_of("\r\n") != std::string_view::npos) {
        return Status::error("not one line of `password` or `user:password`");
    }
    return login;
}

}  // namespace pz::redis
