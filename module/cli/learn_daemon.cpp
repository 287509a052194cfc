#include "cli/learn_daemon.hpp"

#include <algorithm>
#include <cstdio>

#include "cli/command.hpp"
#include "cli/stop.hpp"

namespace pz::cli {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kRetry{1000};
// How long a wish to end, or the end of a generation's writing, may go unseen.
constexpr milliseconds kLongestBlock{500};
constexpr milliseconds kBlockWhileWriting{20};

class Daemon {
  public:
    Daemon(Learner& learner, RedisSource& source, const DaemonOptions& options)
        : learner_(learner), source_(source), options_(options) {}

    int run();

  private:
    Status serve(RedisClient& client);
    milliseconds block() const;
    void report(const Status& status);
    void write_when_due();
    void tell(const Status& written);

    Learner& learner_;
    RedisSource& source_;
    const DaemonOptions& options_;
    Clock::time_point due_ = Clock::now();
    std::string reported_;
};

int Daemon::run() {
    while (!stop_requested()) {
        auto client = RedisClient::connect(options_.access, RedisClient::Patience::none);
        const Status status = client.ok() ? serve(*client) : client.status();
        if (source_.hopeless()) {
            return fail(status);
        }
        if (!status.ok()) {
            report(status);
            write_when_due();
            pause_unless_stopped(kRetry);
        }
    }
    learner_.end();
    return kDone;
}

// Until an error, or until asked to end.
Status Daemon::serve(RedisClient& client) {
    Status status = source_.loaded() ? source_.settle(client) : source_.load(client);
    while (status.ok() && !stop_requested()) {
        if (!reported_.empty()) {
            warn("redis answers again");
            reported_.clear();
        }
        write_when_due();
        status = source_.follow(client, static_cast<unsigned>(block().count()));
        learner_.refresh_popularity();
    }
    return status;
}

milliseconds Daemon::block() const {
    return std::min(learner_.writing() ? kBlockWhileWriting : kLongestBlock, options_.interval);
}

// Redis may be away for hours: say so once, not every second.
void Daemon::report(const Status& status) {
    if (status.message() != reported_) {
        reported_ = status.message();
        warn(reported_ + "; trying again every second");
    }
}

void Daemon::write_when_due() {
    if (learner_.writing()) {
        if (const auto written = learner_.end_write()) {
            tell(*written);
        }
        return;
    }
    // Half a catalog is worse than the store in service.
    if (!source_.loaded() || !learner_.changed() || learner_.item_count() == 0 ||
        Clock::now() < due_) {
        return;
    }
    // From here: what comes while this one is written waits for one interval, not for two.
    due_ = Clock::now() + options_.interval;
    const Status begun = learner_.begin_write();
    if (!learner_.writing()) {
        tell(begun);
    }
}

void Daemon::tell(const Status& written) {
    if (written.ok()) {
        std::printf("%s\n", learner_.summary().c_str());
        std::fflush(stdout);
    } else {
        warn(written.message() + "; trying again at the next interval");
    }
}

int learn_once(Learner& learner, RedisSource& source, const RedisAccess& access) {
    auto client = RedisClient::connect(access);
    if (!client.ok()) {
        return fail(client.status());
    }
    Status status = source.load(*client);
    if (status.ok() && !source.loaded()) {
        return fail("ended before all was read; the store is as it was");
    }
    if (!status.ok()) {
        return fail(status);
    }
    const Status forgotten = source.forget_who_asked(*client);
    status = learner.write();
    if (!status.ok()) {
        return fail(status);
    }
    std::printf("%s\n", learner.summary().c_str());
    return forgotten.ok() ? kDone : fail(forgotten);
}

}  // namespace

int run_daemon(Learner& learner, RedisSource& source, const DaemonOptions& options) {
    defer_stop_signals();
    if (options.once) {
        return learn_once(learner, source, options.access);
    }
    return Daemon(learner, source, options).run();
}

}  // namespace pz::cli
