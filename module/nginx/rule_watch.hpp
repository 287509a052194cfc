// RuleWatch: one rule file in one worker: loaded, watched, swapped between requests.
//
// A change counts when the file looks the same twice, for it may be half written. A changed file that
// does not load, takes long to, or has no rules left is named in the log once and the last good
// version stays. What cannot be read is tried again at every look; what cannot even be looked at is
// named, too, when it stays so: an editor may be between unlink and rename. A worker that starts beside a
// broken file begins with what was good when the configuration was read. Thread rules: event loop
// only.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>
#include <time.h>

#include "nginx/conf.hpp"
#include "nginx/stats.hpp"
#include "rules/rules.hpp"

namespace pz::ngx {

// Reads a rule file; the error names the path.
Result<std::string> read_rule_file(const std::string& path);

class RuleWatch {
  public:
    RuleWatch(const RuleFile& file, Stats& stats);

    const std::string& path() const { return file_.path; }
    // Shared, so that a request that is under way keeps the version it began with.
    const std::shared_ptr<rules::RuleSet>& current() {
        used_ = true;
        return current_;
    }
    // Of what is in force; empty: nothing is.
    std::string_view version() const {
        return current_ == nullptr ? std::string_view() : current_->version_text();
    }
    std::size_t rule_count() const {
        return current_ == nullptr ? 0 : current_->rule_names().size();
    }
    // Of what is in force, in this worker.
    std::vector<rules::RuleSet::Failing> failing() const {
        return current_ == nullptr ? std::vector<rules::RuleSet::Failing>() : current_->failing();
    }
    // Looks at the file and loads it when it changed; collects the garbage of what ran since.
    void look();
    // Names in the log what the rules ask for and the catalog lacks: once for each version.
    void compare(const store::Snapshot& snapshot);
    // Looks for a short time at what the catalog has of the items that the rules name; false: all of
    // it was looked at.
    bool survey(const store::Snapshot& snapshot);
    // Logs what failed in `rules`, each rule at most once a minute.
    static void failed(rules::RuleSet& rules);

  private:
    struct Identity {
        ino_t inode = 0;
        off_t size = 0;
        time_t seconds = 0;
        long nanoseconds = 0;
        // Of the last change of its mode or owner, too.
        time_t changed_seconds = 0;
        long changed_nanoseconds = 0;
        bool operator==(const Identity& other) const = default;
    };

    bool look_at_file(Identity& out);
    bool load(const std::string& source);
    void complain(const std::string& error);

    const RuleFile& file_;
    Stats& stats_;
    std::shared_ptr<rules::RuleSet> current_;
    Identity seen_;        // read, whether it loaded or not
    Identity unreadable_;  // complained about
    Identity changed_;     // at the last look
    unsigned missed_ = 0;  // looks in a row that found no file
    bool used_ = false;
    std::uint64_t compared_ = 0;  // the version
};

}  // namespace pz::ngx
