#include "nginx/store_watch.hpp"

#include <chrono>
#include <utility>

#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>

#include "nginx/ngx.hpp"

namespace pz::ngx {

namespace {

constexpr std::chrono::milliseconds kLook{200};

}  // namespace

StoreWatch::StoreWatch(std::string path, Stats& stats)
    : path_(std::move(path)), stats_(stats), retired_(std::make_shared<Retired>()) {
    look();
    current();
    // nginx's signals are for its own thread.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

StoreWatch::~StoreWatch() {
    {
        const std::lock_guard lock(retired_->mutex);
        retired_->stop = true;
    }
    retired_->wake.notify_one();
    thread_.join();
}

const SnapshotPtr& StoreWatch::current() {
    if (news_.load(std::memory_order_acquire)) {
        const std::lock_guard lock(mutex_);
        news_.store(false, std::memory_order_relaxed);
        if (next_ != nullptr) {
            current_ = std::move(next_);
            next_.reset();
            stats_.store_swaps.add();
            log(NGX_LOG_INFO, ngx_cycle->log,
                "store generation " + std::to_string(current_->generation()) + " in service, " +
                    std::to_string(current_->item_count()) + " items");
        }
        if (!error_.empty()) {
            log(NGX_LOG_ERR, ngx_cycle->log,
                error_ + (current_ ? "; the last good store stays in service"
                                   : "; pages stay as the origin made them until there is one"));
            error_.clear();
        }
    }
    return current_;
}

SnapshotPtr StoreWatch::share(std::unique_ptr<const store::Snapshot> snapshot) const {
    // Unmapping a large file takes long: the thread does it, not whoever lets go last.
    return {snapshot.release(), [retired = retired_](const store::Snapshot* last) {
                std::unique_ptr<const store::Snapshot> owned(last);
                const std::lock_guard lock(retired->mutex);
                if (!retired->stop) {
                    retired->list.push_back(std::move(owned));
                }
            }};
}

void StoreWatch::look() {
    struct stat info;
    if (::stat(path_.c_str(), &info) != 0) {
        // open() below words the error; only once for a file that stays away.
        info = {};
    }
    const Identity identity{info.st_dev, info.st_ino, info.st_size};
    const Modified modified{info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
    // The modification time changes with every in-place update: a new generation is a new inode.
    // One that did not open may be a copy that is still being written.
    const bool same = complained_.empty() ? identity.inode != 0 : modified == modified_;
    if (identity == seen_ && same) {
        return;
    }
    seen_ = identity;
    modified_ = modified;
    auto opened = store::Snapshot::open(path_);
    const std::lock_guard lock(mutex_);
    if (opened.ok()) {
        next_ = share(std::move(*opened));
        complained_.clear();
    } else if (opened.message() != complained_) {
        complained_ = opened.message();
        error_ = complained_;
    } else {
        return;
    }
    news_.store(true, std::memory_order_release);
}

void StoreWatch::run() {
    std::unique_lock lock(retired_->mutex);
    while (!retired_->stop) {
        std::vector<std::unique_ptr<const store::Snapshot>> dead;
        dead.swap(retired_->list);
        lock.unlock();
        dead.clear();
        // Memory is out: the last good store stays, the next look tries again.
        try {
            look();
        } catch (const std::exception&) {
            seen_ = {};
        }
        lock.lock();
        retired_->wake.wait_for(lock, kLook, [this] { return retired_->stop; });
    }
}

}  // namespace pz::ngx
