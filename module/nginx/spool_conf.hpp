// personalize_spool path [max_size=64m] [fsync=1s|always|off] | off
#pragma once

#include <cstdint>
#include <string>

#include "nginx/ngx.hpp"
#include "store/status.hpp"

namespace pz::ngx {

struct SpoolConf {
    bool configured = false;  // else, the rest says nothing
    std::string path;
    std::uint64_t max_size = std::uint64_t{64} * 1024 * 1024;  // of each worker
    bool sync_always = false;      // an event is acknowledged when it is on the disk
    ngx_msec_t sync_every = 1000;  // 0: never
    std::string place;             // of the directive: file and line
    bool given = false;            // the directive, be it `off`
};

char* set_spool(ngx_conf_t* cf, ngx_command_t* command, void* conf) noexcept;
// When the whole configuration is known: nginx makes the directory, and workers will be able to
// write there, or the error says why not.
Status check_spool(const SpoolConf& conf, bool has_redis);

}  // namespace pz::ngx
