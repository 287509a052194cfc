// StoreLock: one learner for one store. Held until the process ends, however it ends; not by its
// children. Two learners of one shop with stores of their own need no lock: they share nothing.
#pragma once

#include <string>

#include "store/mapping.hpp"
#include "store/status.hpp"

namespace pz::cli {

class StoreLock {
  public:
    // Of the store at `path`, with a file beside it. An error names the process that has it.
    static Result<StoreLock> take(const std::string& path);
    // The same, but says so and waits until that process ends.
    static Result<StoreLock> wait(const std::string& path);

  private:
    explicit StoreLock(store::FileHandle file) : file_(std::move(file)) {}
    static Result<StoreLock> open(const std::string& path);
    // False: another process has it.
    bool lock(int command) const;
    std::string holder() const;

    store::FileHandle file_;
};

}  // namespace pz::cli
