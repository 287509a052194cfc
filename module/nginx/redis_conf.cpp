#include "nginx/redis_conf.hpp"

#include "nginx/file.hpp"

namespace pz::ngx {

namespace {

// What nginx's parser of addresses takes: an IPv6 address in brackets.
std::string server_address(const redis::Endpoint& where) {
    return (where.unix_socket ? "unix:" : "") + where.name();
}

Status resolve(ngx_conf_t* cf, const redis::Endpoint& where, RedisConf& conf) {
    ngx_url_t target;
    ngx_memzero(&target, sizeof(target));
    target.url = copy(cf->pool, server_address(where));
    if (ngx_parse_url(cf->pool, &target) != NGX_OK || target.naddrs == 0) {
        return Status::error("personalize_redis: '" + where.host +
                             "': " + (target.err != nullptr ? target.err : "no address"));
    }
    conf.known[where].assign(target.addrs, target.addrs + target.naddrs);
    return {};
}

Status read_login_file(RedisConf& conf) {
    const auto text = read_file(conf.login_file);
    if (!text.ok()) {
        return Status::error("personalize_redis_auth: " + text.message());
    }
    const auto login = redis::parse_login(*text);
    if (!login.ok()) {
        return Status::error("personalize_redis_auth: " + conf.login_file + ": " + login.message());
    }
    conf.url.login.user = login->user;
    conf.url.login.password = login->password;
    return {};
}

// nginx's own functions have logged what was wrong.
Status refused(std::string_view directive) {
    return Status::error(std::string(directive) + ": see the line above");
}

Status set_certificates(ngx_conf_t* cf, RedisConf& conf) {
    if (conf.tls.certificate.len != 0) {
        if (conf.tls.certificate_key.len == 0) {
            return Status::error(
                "personalize_redis_ssl_certificate: add personalize_redis_ssl_certificate_key");
        }
        if (ngx_ssl_certificate(cf, conf.ssl, &conf.tls.certificate, &conf.tls.certificate_key,
                                nullptr) != NGX_OK) {
            return refused("personalize_redis_ssl_certificate");
        }
    }
    if (!conf.tls.verify) {
        return {};
    }
    if (conf.tls.trusted_certificate.len == 0) {
        SSL_CTX_set_verify_depth(conf.ssl->ctx, static_cast<int>(conf.tls.verify_depth));
        return SSL_CTX_set_default_verify_paths(conf.ssl->ctx) == 1
                   ? Status()
                   : Status::error(
                         "personalize_redis: the system's certificates cannot be read; "
                         "name some by personalize_redis_ssl_trusted_certificate");
    }
    const ngx_int_t rc = ngx_ssl_trusted_certificate(cf, conf.ssl, &conf.tls.trusted_certificate,
                                                     conf.tls.verify_depth);
    return rc == NGX_OK ? Status() : refused("personalize_redis_ssl_trusted_certificate");
}

Status make_ssl(ngx_conf_t* cf, RedisConf& conf) {
    conf.ssl = static_cast<ngx_ssl_t*>(ngx_pcalloc(cf->pool, sizeof(ngx_ssl_t)));
    if (conf.ssl == nullptr) {
        return Status::error("out of memory");
    }
    conf.ssl->log = cf->log;
    const ngx_uint_t protocols = NGX_SSL_TLSv1_2 | NGX_SSL_TLSv1_3;
    if (ngx_ssl_create(conf.ssl, protocols, nullptr) != NGX_OK) {
        return refused("personalize_redis");
    }
    ngx_pool_cleanup_t* cleanup = ngx_pool_cleanup_add(cf->pool, 0);
    if (cleanup == nullptr) {
        ngx_ssl_cleanup_ctx(conf.ssl);
        return Status::error("out of memory");
    }
    cleanup->handler = ngx_ssl_cleanup_ctx;
    cleanup->data = conf.ssl;
    return set_certificates(cf, conf);
}

// The first of what only TLS gives a meaning; empty: none is there.
std::string_view tls_directive(const RedisTls& tls) {
    return tls.trusted_certificate.len != 0     ? "personalize_redis_ssl_trusted_certificate"
           : tls.certificate.len != 0           ? "personalize_redis_ssl_certificate"
           : tls.certificate_key.len != 0       ? "personalize_redis_ssl_certificate_key"
           : tls.name.len != 0                  ? "personalize_redis_ssl_name"
           : tls.verify != NGX_CONF_UNSET       ? "personalize_redis_ssl_verify"
           : tls.verify_depth != NGX_CONF_UNSET ? "personalize_redis_ssl_verify_depth"
                                                : "";
}

// Whoever asks for TLS, or for a login, must not get a connection without it, or none at all.
Status check_unused(const RedisConf& conf) {
    const std::string_view tls = tls_directive(conf.tls);
    if (!conf.configured) {
        const std::string unused(!conf.login_file.empty() ? "personalize_redis_auth" : tls);
        return unused.empty()
                   ? Status()
                   : Status::error(unused + ": no personalize_redis beside it; add one to http{}");
    }
    return tls.empty() || conf.url.tls
               ? Status()
               : Status::error(std::string(tls) +
                               ": the URL of personalize_redis is one without TLS; write rediss "
                               "instead of redis there, or remove this");
}

}  // namespace

Status parse_redis(ngx_conf_t* cf, std::string_view text, RedisConf& conf) {
    auto url = redis::parse_url(text);
    if (!url.ok()) {
        return Status::error("personalize_redis: " + url.message());
    }
    conf.url = std::move(*url);
    for (const redis::Endpoint& where : conf.url.seeds) {
        if (Status status = resolve(cf, where, conf); !status.ok()) {
            return status;
        }
    }
    return {};
}

Status finish_redis(ngx_conf_t* cf, RedisConf& conf) {
    if (Status status = check_unused(conf); !status.ok()) {
        return status;
    }
    ngx_conf_init_value(conf.tls.verify, 1);
    ngx_conf_init_value(conf.tls.verify_depth, 1);
    if (!conf.configured) {
        return {};
    }
    if (!conf.login_file.empty()) {
        if (Status status = read_login_file(conf); !status.ok()) {
            return status;
        }
    }
    return conf.url.tls ? make_ssl(cf, conf) : Status();
}

}  // namespace pz::ngx
