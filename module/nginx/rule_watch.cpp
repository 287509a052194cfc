#include "nginx/rule_watch.hpp"

#include <utility>

#include <sys/stat.h>

#include "nginx/file.hpp"
#include "recommend/rank.hpp"
#include "rules/definition.hpp"
#include "rules/lint.hpp"

namespace pz::ngx {

Result<std::string> read_rule_file(const std::string& path) {
    auto source = read_file(path);
    return source.ok() ? std::move(source) : Status::error("rule file " + source.message());
}

RuleWatch::RuleWatch(const RuleFile& file, Stats& stats) : file_(file), stats_(stats) {
    look();
    if (current_ == nullptr) {
        load(file_.source);
    }
}

bool RuleWatch::load(const std::string& source) {
    auto loaded = rules::RuleSet::load(source, file_.path, recommend::rule_limits());
    if (!loaded.ok()) {
        complain(loaded.message());
        return false;
    }
    current_ = std::move(*loaded);
    return true;
}

void RuleWatch::complain(const std::string& error) {
    stats_.rule_reload_failures.add();
    log(NGX_LOG_ERR, ngx_cycle->log, error + "; the last good version of the rules stays in force");
}

void RuleWatch::look() {
    if (used_ && current_ != nullptr) {
        current_->collect();
        used_ = false;
    }
    struct stat info;
    if (::stat(file_.path.c_str(), &info) != 0) {
        return;  // an editor may be between unlink and rename
    }
    const Identity identity{info.st_ino,          info.st_size,        info.st_mtim.tv_sec,
                            info.st_mtim.tv_nsec, info.st_ctim.tv_sec, info.st_ctim.tv_nsec};
    if (identity == seen_) {
        return;
    }
    auto source = read_rule_file(file_.path);
    if (!source.ok()) {
        if (identity != unreadable_) {
            unreadable_ = identity;
            complain(source.message());
        }
        return;
    }
    seen_ = identity;
    const bool first = current_ == nullptr;
    if (load(*source) && !first) {
        stats_.rule_reloads.add();
        log(NGX_LOG_NOTICE, ngx_cycle->log,
            "rules of '" + file_.path + "' changed, now in force: version " +
                current_->version_text());
    }
}

void RuleWatch::compare(const store::Snapshot& snapshot) {
    if (current_ == nullptr || compared_ == current_->version()) {
        return;
    }
    compared_ = current_->version();
    for (const auto& finding : rules::missing_columns(current_->definitions(), snapshot)) {
        log(NGX_LOG_WARN, ngx_cycle->log,
            file_.path + ":" + std::to_string(finding.line) + ": rule '" + finding.rule +
                "': " + finding.text);
    }
}

void RuleWatch::failed(const std::string& error) {
    const time_t now = ngx_time();
    if (now - last_complaint_ >= 60) {
        last_complaint_ = now;
        log(NGX_LOG_ERR, ngx_cycle->log, error);
    }
}

}  // namespace pz::ngx
