#include "cli/trial_store.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

namespace pz::cli {

namespace {

constexpr std::string_view kPrefix = "personalize-trial-";  // then the writer's pid

void remove_with_files(const std::filesystem::path& directory) {
    std::error_code ignored;  // nothing to be done about it
    std::filesystem::remove_all(directory, ignored);
}

bool is_gone(std::string_view pid) {
    pid_t number = 0;
    const auto [end, error] = std::from_chars(pid.data(), pid.data() + pid.size(), number);
    return error == std::errc() && *end == '-' && number > 0 && ::kill(number, 0) != 0 &&
           errno == ESRCH;
}

// Of those that were killed while they wrote.
void clear_abandoned(const std::filesystem::path& parent) {
    std::error_code ended;
    for (std::filesystem::directory_iterator entry(parent, ended), end; !ended && entry != end;
         entry.increment(ended)) {
        const std::string name = entry->path().filename().string();
        if (name.starts_with(kPrefix) && is_gone(name.c_str() + kPrefix.size())) {
            remove_with_files(entry->path());
        }
    }
}

}  // namespace

Result<std::unique_ptr<TrialStore>> TrialStore::make(
    const std::function<Status(const std::string&)>& write) {
    std::error_code no_directory;
    const auto parent = std::filesystem::temp_directory_path(no_directory);
    clear_abandoned(parent);
    std::string name =
        (parent / (std::string(kPrefix) + std::to_string(::getpid()) + "-XXXXXX")).string();
    if (no_directory || ::mkdtemp(name.data()) == nullptr) {
        return Status::error(name + ": cannot make a directory for the trial store: " +
                             std::strerror(errno) + "; set TMPDIR");
    }
    // The name is gone before the first use, however this process ends; the mapping stays.
    const std::string path = name + "/store";
    Status status = write(path);
    auto opened = status.ok() ? store::Snapshot::open(path) : std::move(status);
    remove_with_files(name);
    if (!opened.ok()) {
        return opened.status();
    }
    return std::unique_ptr<TrialStore>(new TrialStore(std::move(*opened)));
}

Result<std::unique_ptr<TrialStore>> TrialStore::write(learn::Trainer& trainer) {
    return make([&trainer](const std::string& path) {
        return trainer.write(path, 1, trainer.newest_event());
    });
}

Result<std::unique_ptr<TrialStore>> TrialStore::write_live(learn::Trainer& trainer) {
    std::unique_ptr<store::LiveWriter> live;
    auto trial = make([&](const std::string& path) {
        Status status = trainer.write(path, 1, trainer.newest_event());
        auto opened = status.ok() ? store::LiveWriter::open(path) : std::move(status);
        if (opened.ok()) {
            live = std::move(*opened);
        }
        return opened.status();
    });
    if (trial.ok()) {
        (*trial)->live_ = std::move(live);
    }
    return trial;
}

Result<std::unique_ptr<TrialStore>> TrialStore::write_past(const learn::Trainer& trainer,
                                                           std::int64_t until) {
    return make(
        [&trainer, until](const std::string& path) { return trainer.write_past(path, until); });
}

}  // namespace pz::cli
