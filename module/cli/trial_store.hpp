// TrialStore: a store to try recommendations on, gone with the object, however its process ends. It
// is written in a directory of its own under the system's temporary one; that of a process that was
// killed meanwhile is removed by the next. Thread rules: one thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "learn/trainer.hpp"
#include "store/builder.hpp"
#include "store/snapshot.hpp"

namespace pz::cli {

class TrialStore {
  public:
    // What a trainer has learned, written as of its newest event and opened as a worker does.
    static Result<std::unique_ptr<TrialStore>> write(learn::Trainer& trainer);
    // The same; its prices and stock can change while it is tried, as a shop's do.
    static Result<std::unique_ptr<TrialStore>> write_live(learn::Trainer& trainer);
    // Trainer::write_past().
    static Result<std::unique_ptr<TrialStore>> write_past(const learn::Trainer& trainer,
                                                          std::int64_t until);
    const store::Snapshot& snapshot() const { return *snapshot_; }
    // Of a store of write_live().
    store::LiveWriter& live() { return *live_; }

  private:
    explicit TrialStore(std::unique_ptr<const store::Snapshot> snapshot)
        : snapshot_(std::move(snapshot)) {}
    static Result<std::unique_ptr<TrialStore>> make(
        const std::function<Status(const std::string&)>& write);

    std::unique_ptr<const store::Snapshot> snapshot_;
    std::unique_ptr<store::LiveWriter> live_;
};

}  // namespace pz::cli
