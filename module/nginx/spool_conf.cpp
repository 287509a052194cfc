#include "nginx/spool_conf.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "nginx/conf.hpp"
#include "nginx/setter.hpp"

namespace pz::ngx {

namespace {

constexpr std::uint64_t kSmallest = std::uint64_t{1024} * 1024;

char* refuse(ngx_conf_t* cf, std::string_view why) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "personalize_spool: %*s", why.size(), why.data());
    return static_cast<char*>(NGX_CONF_ERROR);
}

// nginx makes the directory, and gives it to the user of its workers, as it does with
// proxy_temp_path.
bool add_path(ngx_conf_t* cf, const std::string& name) {
    auto* path = static_cast<ngx_path_t*>(ngx_pcalloc(cf->pool, sizeof(ngx_path_t)));
    if (path == nullptr) {
        return false;
    }
    path->name = copy(cf->pool, name);
    path->conf_file = cf->conf_file->file.name.data;
    path->line = cf->conf_file->line;
    return path->name.data != nullptr && ngx_add_path(cf, &path) == NGX_OK;
}

bool read_fsync(SpoolConf& spool, std::string_view text) {
    spool.sync_always = text == "always";
    if (spool.sync_always || text == "off") {
        spool.sync_every = 0;
        return true;
    }
    ngx_str_t time = str(text);
    const ngx_int_t every = ngx_parse_time(&time, 0);
    spool.sync_every = static_cast<ngx_msec_t>(every);
    return every > 0;
}

bool read_option(SpoolConf& spool, std::string_view option) {
    constexpr std::string_view kMaxSize = "max_size=";
    constexpr std::string_view kFsync = "fsync=";
    if (option.starts_with(kFsync)) {
        return read_fsync(spool, option.substr(kFsync.size()));
    }
    if (!option.starts_with(kMaxSize)) {
        return false;
    }
    ngx_str_t value = str(option.substr(kMaxSize.size()));
    const off_t size = ngx_parse_offset(&value);
    spool.max_size = static_cast<std::uint64_t>(size);
    return size >= static_cast<off_t>(kSmallest);
}

char* read_spool(ngx_conf_t* cf, SpoolConf& spool) {
    const auto* values = static_cast<const ngx_str_t*>(cf->args->elts);
    if (std::exchange(spool.given, true)) {
        return const_cast<char*>("is duplicate");
    }
    if (cf->args->nelts == 2 && view(values[1]) == "off") {
        return static_cast<char*>(NGX_CONF_OK);
    }
    for (ngx_uint_t i = 2; i < cf->args->nelts; i++) {
        if (!read_option(spool, view(values[i]))) {
            return refuse(cf,
                          "'" + std::string(view(values[i])) +
                              "': behind the directory write max_size=64m (1m or more), fsync=1s, "
                              "fsync=always or fsync=off");
        }
    }
    ngx_str_t name = copy(cf->pool, view(values[1]));
    if (name.data == nullptr || ngx_conf_full_name(cf->cycle, &name, 0) != NGX_OK) {
        return static_cast<char*>(NGX_CONF_ERROR);
    }
    spool.path = view(name);
    while (spool.path.size() > 1 && spool.path.ends_with('/')) {
        spool.path.pop_back();
    }
    spool.configured = true;
    spool.place = place(cf);
    return static_cast<char*>(add_path(cf, spool.path) ? NGX_CONF_OK : NGX_CONF_ERROR);
}

// Empty: there is none.
std::string problem(const std::string& path, bool has_redis) {
    if (!has_redis) {
        return "events wait here for Redis; add personalize_redis";
    }
    struct stat info;
    if (::stat(path.c_str(), &info) != 0) {
        const std::string parent = path.substr(0, path.rfind('/') + 1);
        return ::stat(parent.c_str(), &info) == 0 && S_ISDIR(info.st_mode)
                   ? ""
                   : "make the directory " + parent + " first, nginx makes only the last of a path";
    }
    if (!S_ISDIR(info.st_mode)) {
        return "is no directory; name one, or a place for one";
    }
    // As root, nginx gives it to the user of its workers.
    return ::geteuid() == 0 || ::access(path.c_str(), R_OK | W_OK | X_OK) == 0
               ? ""
               : "workers cannot write here; give it to their user";
}

}  // namespace

char* set_spool(ngx_conf_t* cf, ngx_command_t*, void* conf) noexcept {
    return guarded(cf->log, static_cast<char*>(NGX_CONF_ERROR),
                   [&] { return read_spool(cf, static_cast<MainConf*>(conf)->spool); });
}

Status check_spool(const SpoolConf& conf, bool has_redis) {
    const std::string why = conf.configured ? problem(conf.path, has_redis) : "";
    return why.empty() ? Status()
                       : Status::error("personalize_spool: '" + conf.path + "': " + why + " in " +
                                       conf.place);
}

}  // namespace pz::ngx
