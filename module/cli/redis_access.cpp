#include "cli/redis_access.hpp"

#include "learn/catalog.hpp"

namespace pz::cli {

namespace {

// Whoever names a certificate means to be safe: without TLS nobody would be.
Status check_tls(const RedisTls& tls, const redis::Url& url) {
    const bool named =
        !(tls.trusted.empty() && tls.certificate.empty() && tls.key.empty() && tls.name.empty());
    return !named || url.tls
               ? Status()
               : Status::error(
                     "--redis: a URL without TLS beside --redis-ssl-...; write rediss "
                     "instead of redis");
}

}  // namespace

Result<redis::Url> read_access(const RedisAccess& access) {
    auto url = redis::parse_url(access.url);
    if (!url.ok()) {
        return Status::error("--redis: " + url.message());
    }
    if (Status status = check_tls(access.tls, *url); !status.ok()) {
        return status;
    }
    if (access.auth_file.empty()) {
        return url;
    }
    const auto text = learn::read_file(access.auth_file);
    if (!text.ok()) {
        return Status::error("--redis-auth: " + text.message());
    }
    const auto login = redis::parse_login(*text);
    if (!login.ok()) {
        return Status::error("--redis-auth: " + access.auth_file + ": " + login.message());
    }
    url->login.user = login->user;
    url->login.password = login->password;
    return url;
}

}  // namespace pz::cli
