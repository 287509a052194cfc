// StoreWatch: keeps the worker on the newest generation of the store without stalling its event
// loop.
//
// A helper thread looks at the file a few times a second, maps, validates and reads in a new one,
// and unmaps old ones when their last user has let go. The event loop only swaps a pointer. Thread
// rules: all public members are for the event loop's thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "nginx/stats.hpp"
#include "store/snapshot.hpp"

namespace pz::ngx {

using SnapshotPtr = std::shared_ptr<const store::Snapshot>;

class StoreWatch {
  public:
    // Opens the file at once, so that a new worker's first page is personal; then watches.
    StoreWatch(std::string path, Stats& stats);
    ~StoreWatch();
    StoreWatch(const StoreWatch&) = delete;
    StoreWatch& operator=(const StoreWatch&) = delete;

    // The generation in service; null when there is none yet. A request keeps its copy to its end.
    const SnapshotPtr& current();

  private:
    struct Identity {
        dev_t device = 0;
        ino_t inode = 0;
        off_t size = 0;
        bool operator==(const Identity& other) const = default;
    };
    using Modified = std::pair<time_t, long>;
    // Shared with the deleters of snapshots, which may outlive the watch.
    struct Retired {
        std::mutex mutex;
        std::vector<std::unique_ptr<const store::Snapshot>> list;
        std::condition_variable wake;
        bool stop = false;
    };

    void run();
    void look();
    SnapshotPtr share(std::unique_ptr<const store::Snapshot> snapshot) const;

    const std::string path_;
    Stats& stats_;
    SnapshotPtr current_;
    std::shared_ptr<Retired> retired_;
    // From the thread to the event loop.
    std::atomic<bool> news_{false};
    std::mutex mutex_;
    SnapshotPtr next_;
    std::string error_;
    // The thread's own.
    Identity seen_;
    Modified modified_;
    std::string complained_;
    std::thread thread_;
};

}  // namespace pz::ngx
