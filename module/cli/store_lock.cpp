#include "cli/store_lock.hpp"

#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "cli/command.hpp"

namespace pz::cli {

namespace {

struct flock whole_file() {
    struct flock place {};
    place.l_type = F_WRLCK;
    place.l_whence = SEEK_SET;
    return place;
}

}  // namespace

Result<StoreLock> StoreLock::open(const std::string& path) {
    const std::string name = path + ".lock";
    StoreLock lock(store::FileHandle(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)));
    return lock.file_.valid() ? Result<StoreLock>(std::move(lock))
                              : Result<StoreLock>(store::system_error(name, "cannot open"));
}

// A lock of the process, not of the open file: children do not have it, and it says whose it is.
bool StoreLock::lock(int command) const {
    struct flock place = whole_file();
    int result = 0;
    do {
        result = ::fcntl(file_.get(), command, &place);
    } while (result != 0 && errno == EINTR);
    return result == 0;
}

std::string StoreLock::holder() const {
    struct flock place = whole_file();
    const bool known = ::fcntl(file_.get(), F_GETLK, &place) == 0 && place.l_type != F_UNLCK;
    return known ? "process " + std::to_string(place.l_pid) : "another process";
}

Result<StoreLock> StoreLock::take(const std::string& path) {
    auto lock = open(path);
    if (lock.ok() && !lock->lock(F_SETLK)) {
        return Status::error(path + ": " + lock->holder() +
                             " is learning for this store; end it first, or name another --store");
    }
    return lock;
}

Result<StoreLock> StoreLock::wait(const std::string& path) {
    auto lock = open(path);
    if (lock.ok() && !lock->lock(F_SETLK)) {
        warn(path + ": " + lock->holder() +
             " is learning for this store; standing by until it ends");
        if (!lock->lock(F_SETLKW)) {
            return store::system_error(path + ".lock", "cannot lock");
        }
        warn(path + ": taking over");
    }
    return lock;
}

}  // namespace pz::cli
