// personalize learn: catalog and events -> the store, once or for as long as the shop is open.
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "cli/command.hpp"
#include "cli/learn_daemon.hpp"
#include "cli/store_lock.hpp"
#include "cli/stream_group.hpp"

namespace pz::cli {

namespace {

using std::chrono::milliseconds;

constexpr unsigned kMaxPartitions = 1024;

struct LearnOptions {
    std::string store, catalog, interval = "30s", checkpoint = "5m", group = default_group();
    std::vector<std::string> history;
    unsigned partitions = 1;
    bool once = false, anew = false, tune = true;
    learn::TrainerOptions trainer;
    RedisOptions redis;
};

// "500ms", "30s", "5m", "2h", "30" (seconds): nginx's units.
Result<milliseconds> parse_interval(std::string_view option, std::string_view text) {
    constexpr std::pair<std::string_view, long long> kUnits[] = {
        {"ms", 1}, {"s", 1000}, {"", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
    constexpr long long kLongest = 365LL * 86'400'000;
    long long count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    for (const auto& [name, factor] : kUnits) {
        if (error == std::errc() && unit == name && count > 0 && count <= kLongest / factor) {
            return milliseconds(count * factor);
        }
    }
    return Status::error(std::string(option) +
                         ": not a time: write it like 30s, 500ms or 5m, 365d at most");
}

int learn_files(const LearnOptions& options) {
    const auto lock = StoreLock::take(options.store);
    if (!lock.ok()) {
        return fail(lock.status());
    }
    Learner learner(options.store, options.trainer, options.tune);
    Status status = learner.read_catalog(options.catalog);
    status = status.ok() ? learner.read_histories(options.history) : status;
    status = status.ok() ? learner.write() : status;
    if (!status.ok()) {
        return fail(status);
    }
    std::printf("%s\n", learner.summary().c_str());
    return kDone;
}

// They are read later, when the catalog is known; that they are missing is said at once.
Status check_readable(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        if (::access(path.c_str(), R_OK) != 0) {
            return Status::error(path + ": cannot open: " + std::strerror(errno));
        }
    }
    return {};
}

int learn_redis(const LearnOptions& options) {
    const auto access = read_access(options.redis.access);
    const auto interval = parse_interval("--interval", options.interval);
    const auto checkpoint = parse_interval("--checkpoint", options.checkpoint);
    if (!access.ok() || !interval.ok() || !checkpoint.ok()) {
        warn(!access.ok()     ? access.message()
             : !interval.ok() ? interval.message()
                              : checkpoint.message());
        return kUsage;
    }
    if (Status status = check_readable(options.history); !status.ok()) {
        return fail(status);
    }
    const auto lock =
        options.once ? StoreLock::take(options.store) : StoreLock::wait(options.store);
    if (!lock.ok()) {
        return fail(lock.status());
    }
    Learner learner(options.store, options.trainer, options.tune);
    learner.keep_checkpoints(*checkpoint, options.anew);
    if (!options.catalog.empty()) {
        if (Status status = learner.read_catalog(options.catalog); !status.ok()) {
            return fail(status);
        }
    }
    RedisSource source(learner, options.redis.keys, options.partitions, options.history,
                       options.group);
    return run_daemon(learner, source, {options.redis.access, *interval, options.once});
}

int run_learn(const LearnOptions& options) {
    if (!options.redis.access.url.empty()) {
        return learn_redis(options);
    }
    if (options.catalog.empty()) {
        warn("where is the catalog? name a feed with --catalog, or a server with --redis");
        return kUsage;
    }
    return learn_files(options);
}

}  // namespace

void add_learn(CLI::App& app, Run& run) {
    CLI::App* command = app.add_subcommand(
        "learn", "Learn from the catalog and the events, and write the store that nginx reads");
    command->footer(
        "Without --redis: learns from files and ends. With --redis: loads what is there and then\n"
        "follows it until SIGTERM or SIGINT; prices, stock and availability reach the store at "
        "once.\n"
        "It may be killed at any time: the store in service stays whole, and what was learned is\n"
        "kept beside it in PATH.checkpoint, so that the next start goes on there. A second "
        "learner\n"
        "for the same PATH stands by until the first ends.");
    auto options = std::make_shared<LearnOptions>();
    command->add_option("--store", options->store, "The store to write")
        ->required()
        ->type_name("PATH");
    command->add_option("--catalog", options->catalog, "A product feed; - is standard input")
        ->type_name("FEED");
    command->add_option("--history", options->history, "Lines of: visitor TAB event, oldest first")
        ->type_name("FILE ...");
    options->redis.add_to(*command, false);
    command->add_option("--partitions", options->partitions, "Event streams, as in nginx")
        ->check(CLI::Range(1U, kMaxPartitions))
        ->capture_default_str()
        ->type_name("N");
    command->add_flag("--once", options->once, "With --redis: end when all has been read");
    command->add_flag(
        "--tune,!--no-tune", options->tune,
        "Find what suits this shop on the end of its own history, at the start and once "
        "a day (the default); or keep what the store has");
    command->add_option("--interval", options->interval, "The time between generations")
        ->capture_default_str()
        ->type_name("TIME");
    command->add_option("--checkpoint", options->checkpoint, "The time between checkpoints")
        ->capture_default_str()
        ->type_name("TIME");
    command->add_flag("--anew", options->anew,
                      "Forget the checkpoint: begin with the history and what Redis has");
    command
        ->add_option("--group", options->group,
                     "The consumer group that shows in Redis how far the streams were read")
        ->capture_default_str()
        ->type_name("NAME");
    command
        ->add_option("--found-segments", options->trainer.found_segments,
                     "Segments to find in the sessions, at most; 0: none")
        ->check(CLI::Range(std::size_t{0}, store::kMaxFoundSegments))
        ->capture_default_str()
        ->type_name("N");
    command->callback([&run, options] { run = [options] { return run_learn(*options); }; });
}

}  // namespace pz::cli
