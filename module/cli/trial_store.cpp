#include "cli/trial_store.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace pz::cli {

Result<std::unique_ptr<TrialStore>> TrialStore::make(
    const std::function<Status(const std::string&)>& write) {
    std::error_code no_directory;
    std::string name =
        (std::filesystem::temp_directory_path(no_directory) / "personalize-XXXXXX").string();
    if (no_directory || ::mkdtemp(name.data()) == nullptr) {
        return Status::error(name + ": cannot make a directory for the trial store: " +
                             std::strerror(errno) + "; set TMPDIR");
    }
    const std::string path = name + "/store";
    const Status status = write(path);
    auto opened = status.ok() ? store::Snapshot::open(path) : status;
    // The mapping lives on: a process that is killed leaves nothing behind.
    std::error_code ignored;  // nothing to be done about it
    std::filesystem::remove_all(name, ignored);
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

Result<std::unique_ptr<TrialStore>> TrialStore::write_past(const learn::Trainer& trainer,
                                                           std::int64_t until) {
    return make(
        [&trainer, until](const std::string& path) { return trainer.write_past(path, until); });
}

}  // namespace pz::cli
