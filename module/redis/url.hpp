// Where Redis is, and who we are there.
//
//   redis://[user:password@]host[:port][,host[:port]...][/db]   one server; of several, whichever
//                                                               is the primary
//   redis+cluster://[user:password@]host[:port][,...]           Redis Cluster, by some of its nodes
//   redis+sentinel://[user:password@]host[:port][,...]/name[/db]  by Sentinels, and the name they
//                                                               know the primary by; for Sentinels
//                                                               with a password of their own
//                                                               ?sentinel_password=..
//                                                               [&sentinel_user=..], an @ as %40
//   unix:/path[?db=N&user=..&password=..]
//
// rediss instead of redis: TLS. `?replicas=on` behind all but unix: reads from the nearest server
// that holds the data, not from the primary alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "store/status.hpp"

namespace pz::redis {

struct Endpoint {
    bool unix_socket = false;
    std::string host;  // or the path of the unix socket
    std::uint16_t port = 6379;

    // For people: "host:port", "[::1]:port", or the path.
    std::string name() const;
    bool operator==(const Endpoint&) const = default;
    bool operator<(const Endpoint& other) const {
        return std::tie(unix_socket, host, port) <
               std::tie(other.unix_socket, other.host, other.port);
    }
};

// What is said before the first command.
struct Login {
    std::string user;      // empty: default user
    std::string password;  // empty: no AUTH
    unsigned database = 0;
    bool read_only = false;  // a replica of a cluster: may it be read?
    bool primary = false;    // nobody but a primary will do
};

struct Url {
    enum class Kind : std::uint8_t { server, cluster, sentinel };
    Kind kind = Kind::server;
    bool tls = false;
    bool replicas = false;        // read from the nearest
    std::vector<Endpoint> seeds;  // never empty; of Sentinels, if these know the primary
    std::string master;           // the Sentinels' name for the primary
    Login login;
    Login sentinel_login;  // to the Sentinels themselves
};

// Whether a server may call itself so: letters, digits and . - _ :, at most 253; or nothing.
bool is_host(std::string_view text);

// Percent-encoding is understood in user and password. The error says what to write instead; it
// never repeats the password.
Result<Url> parse_url(std::string_view text);

// The content of a file of secrets: one line, `password` or `user:password`, taken as it stands.
Result<Login> parse_login(std::string_view text);

}  // namespace pz::redis
