// Where Redis is: redis://[user:password@]host[:port][/db], unix:/path[?db=N&user=..&password=..].
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/status.hpp"

namespace pz::redis {

struct Url {
    bool unix_socket = false;
    std::string host;  // or the path of the unix socket
    std::uint16_t port = 6379;
    std::string user;      // empty: default user
    std::string password;  // empty: no AUTH
    unsigned database = 0;
};

// Percent-encoding is understood in user and password. The error says what to write instead; it
// never repeats the password.
Result<Url> parse_url(std::string_view text);

}  // namespace pz::redis
