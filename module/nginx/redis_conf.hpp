// What nginx.conf says of Redis: address, login, TLS.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "nginx/ngx.hpp"
#include "redis/url.hpp"
#include "store/status.hpp"

namespace pz::ngx {

// personalize_redis_ssl_...: nginx's own setters fill it.
struct RedisTls {
    ngx_str_t trusted_certificate{}, certificate{}, certificate_key{}, name{};
    ngx_flag_t verify = NGX_CONF_UNSET;
    ngx_int_t verify_depth = NGX_CONF_UNSET;
};

struct RedisConf {
    bool configured = false;
    redis::Url url;
    // What the names of the URL meant when nginx started.
    std::map<redis::Endpoint, std::vector<ngx_addr_t>> known;
    std::string login_file;
    RedisTls tls;
    ngx_ssl_t* ssl = nullptr;  // when the URL says rediss
};

// Reads the directive's URL and resolves its hosts. `cf` for memory.
Status parse_redis(ngx_conf_t* cf, std::string_view text, RedisConf& conf);
// When all directives are read: the login of the file, the context for TLS.
Status finish_redis(ngx_conf_t* cf, RedisConf& conf);

}  // namespace pz::ngx
