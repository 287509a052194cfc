#include "spool/syncer.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace pz::spool {

// Signals are for the process's own thread.
Syncer::Syncer() {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

Syncer::~Syncer() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    wake_.notify_one();
    thread_.join();
}

std::uint64_t Syncer::request(std::vector<store::FileHandle> files) {
    const std::lock_guard lock(mutex_);
    for (store::FileHandle& file : files) {
        files_.push_back(std::move(file));
    }
    wake_.notify_one();
    return ++requested_;
}

void Syncer::sync(const std::vector<store::FileHandle>& files) {
    for (const store::FileHandle& file : files) {
        if (::fdatasync(file.get()) != 0) {
            failure_ = errno;
        }
    }
}

void Syncer::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return stop_ || requested_ != finished_; });
        if (requested_ == finished_) {
            return;
        }
        const std::uint64_t upto = requested_;
        {
            const auto files = std::exchange(files_, {});
            lock.unlock();
            sync(files);
        }
        finished_.store(upto, std::memory_order_release);
        lock.lock();
    }
}

}  // namespace pz::spool
