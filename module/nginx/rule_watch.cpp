#include "nginx/rule_watch.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/stat.h>

#include "nginx/file.hpp"
#include "recommend/rank.hpp"
#include "rules/definition.hpp"
#include "rules/lint.hpp"

namespace pz::ngx {
namespace {

// Of a changed file, on the processor: no request is served meanwhile.
constexpr std::uint32_t kLoadBudgetUs = 20'000;
constexpr unsigned kMissedLooks = 3;
constexpr std::size_t kSurveyed = 4096;  // items at a time: some 0.1 ms for ten rules

}  // namespace

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
    rules::RuleLimits limits = recommend::rule_limits();
    if (current_ != nullptr) {
        limits.load_budget_us = kLoadBudgetUs;
    }
    auto loaded = rules::RuleSet::load(source, file_.path, limits);
    if (!loaded.ok()) {
        complain(loaded.message());
        return false;
    }
    if (current_ != nullptr && !current_->rule_names().empty() && (*loaded)->rule_names().empty()) {
        complain("rule file '" + file_.path +
                 "' has no rules any more: to have none, reload the configuration");
        return false;
    }
    current_ = std::move(*loaded);
    return true;
}

void RuleWatch::complain(const std::string& error) {
    stats_.rule_reload_failures.add();
    log(NGX_LOG_ERR, ngx_cycle->log, error + "; the last good version of the rules stays in force");
}

bool RuleWatch::look_at_file(Identity& out) {
    struct stat info;
    if (::stat(file_.path.c_str(), &info) != 0) {
        const int error = errno;
        if (++missed_ == kMissedLooks) {
            complain("rule file '" + file_.path +
                     "' cannot be looked at: " + std::generic_category().message(error));
        }
        return false;
    }
    missed_ = 0;
    out = {info.st_ino,          info.st_size,        info.st_mtim.tv_sec,
           info.st_mtim.tv_nsec, info.st_ctim.tv_sec, info.st_ctim.tv_nsec};
    return true;
}

void RuleWatch::look() {
    if (used_ && current_ != nullptr) {
        current_->collect();
        used_ = false;
    }
    Identity identity;
    if (!look_at_file(identity) || identity == seen_) {
        return;
    }
    if (current_ != nullptr && identity != std::exchange(changed_, identity)) {
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

bool RuleWatch::survey(const store::Snapshot& snapshot) {
    return current_ != nullptr && current_->survey(snapshot, ngx_time(), kSurveyed);
}

void RuleWatch::failed(rules::RuleSet& rules) {
    for (const std::string& error : rules.take_complaints(ngx_time())) {
        log(NGX_LOG_ERR, ngx_cycle->log, error);
    }
}

}  // namespace pz::ngx
