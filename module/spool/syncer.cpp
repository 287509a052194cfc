#include "spool/syncer.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace pz::spool {

namespace {

// For as long as it lives, in this thread and those that it begins.
class NoSignals {
  public:
    NoSignals() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    NoSignals(const NoSignals&) = delete;
    NoSignals& operator=(const NoSignals&) = delete;

  private:
    sigset_t before_{};
};

// errno of the last that failed; 0: none did.
int sync(const std::vector<store::FileHandle>& files) {
    int failure = 0;
    for (const store::FileHandle& file : files) {
        if (::fdatasync(file.get()) != 0) {
            failure = errno;
        }
    }
    return failure;
}

}  // namespace

// Signals are for the process's own thread.
Syncer::Syncer() {
    const NoSignals here;
    thread_ = std::thread([this] { run(); });
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
            if (const int failure = sync(files); failure != 0) {
                failure_ = failure;
                failed_.store(upto, std::memory_order_release);
            }
        }
        finished_.store(upto, std::memory_order_release);
        lock.lock();
    }
}

}  // namespace pz::spool
