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
    std::unique_ptr<TrialStore> trial(new TrialStore(name));
    const std::string path = name + "/store";
    if (Status status = write(path); !status.ok()) {
        return status;
    }
    auto opened = store::Snapshot::open(path);
    if (!opened.ok()) {
        return opened.status();
    }
    trial->snapshot_ = std::move(*opened);
    return trial;
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

TrialStore::~TrialStore() {
    std::error_code ignored;  // nothing to be done about it
    std::filesystem::remove_all(directory_, ignored);
}

}  // namespace pz::cli
