// Child: a piece of work in a process of its own, which sees everything as it was when it began and
// ends with the process that began it.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "store/status.hpp"

namespace pz::cli {

class Child {
  public:
    using Work = std::function<Result<std::string>()>;
    // Forks. `work` may print to stderr and write files; what it changes in memory is lost. Only
    // for a process of one thread, which must live as long as the child is wanted.
    static Result<Child> start(const Work& work);
    Child(Child&& other) noexcept
        : pid_(std::exchange(other.pid_, -1)), report_(std::exchange(other.report_, -1)) {}
    Child& operator=(Child&&) = delete;
    ~Child();  // ends it at once

    // What `work` returned (of a text the first 4096 bytes), or how the process ended without;
    // nothing while it goes on.
    std::optional<Result<std::string>> result();

  private:
    Child(pid_t pid, int report) : pid_(pid), report_(report) {}
    std::string read_report() const;

    pid_t pid_;
    int report_;  // the end of a pipe to read from
};

}  // namespace pz::cli
