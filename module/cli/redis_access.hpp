// RedisAccess: where Redis is and how one gets in, as a command line says it.
//
// The options are called what nginx's directives are called: --redis-ssl-name and
// personalize_redis_ssl_name. Thread rules: values.
#pragma once

#include <string>

#include "redis/url.hpp"
#include "store/status.hpp"

namespace pz::cli {

struct RedisTls {
    std::string trusted;      // a file of authorities; empty: the system's
    std::string certificate;  // what we show when asked who we are; empty: nothing
    std::string key;          // of the certificate
    std::string name;         // that the server's certificate must be for; empty: the host's
    bool verify = true;
    unsigned depth = 1;  // authorities between the server's certificate and a trusted one
};

struct RedisAccess {
    std::string url;
    std::string auth_file;  // `password` or `user:password`, instead of the URL's; empty: none
    RedisTls tls;
};

// The URL, with what the file says. The error names the option.
Result<redis::Url> read_access(const RedisAccess& access);

}  // namespace pz::cli
