// Syncer: a thread that waits for the disk (fdatasync), so that nobody else need.
//
// What is asked for while it waits is done together afterwards. Thread rules: public members are for
// one thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "store/mapping.hpp"

namespace pz::spool {

class Syncer {
  public:
    // Throws std::system_error when there is no thread to be had.
    Syncer();
    // Does first what was asked for.
    ~Syncer();
    Syncer(const Syncer&) = delete;
    Syncer& operator=(const Syncer&) = delete;

    // The number of the request; numbers go up.
    std::uint64_t request(std::vector<store::FileHandle> files);
    // Of the last request whose files, and those of all before it, are on the disk or failed.
    std::uint64_t finished() const { return finished_.load(std::memory_order_acquire); }
    // Of the last request that failed, or was done together with one that did; 0: none. Asked after
    // finished(), it tells of all up to there. After a failure the kernel takes what it could not
    // write for written: a later request for the same file may succeed without it.
    std::uint64_t failed() const { return failed_.load(std::memory_order_acquire); }
    int failure() const { return failure_; }  // errno of it

  private:
    void run();

    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<store::FileHandle> files_;  // to be synced
    std::uint64_t requested_ = 0;
    bool stop_ = false;
    std::atomic<std::uint64_t> finished_{0}, failed_{0};
    std::atomic<int> failure_{0};
    std::thread thread_;
};

}  // namespace pz::spool
