// Process: a program that a test runs. Never outlives the test, not even a crashed one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "integration/support/wait.hpp"

namespace pz::test {

// A variable of the environment, or `fallback`.
std::string environment(const char* name, std::string_view fallback = {});

class Process {
  public:
    struct Command {
        std::vector<std::string> arguments;  // the first is the program, looked up in PATH
        std::string output;                  // file that stdout and stderr are appended to
        std::vector<std::pair<std::string, std::string>> environment = {};  // beside our own
        int death_signal = 9;  // what the program gets when the tests die
    };

    Process() = default;
    // Throws when it cannot be started. Call from the main thread only: the death signal comes when
    // the starting thread ends.
    explicit Process(const Command& command);
    Process(Process&& other) noexcept;
    Process& operator=(Process&& other) noexcept;
    ~Process();  // kill()

    pid_t pid() const { return pid_; }
    bool running();
    void signal(int number) const;
    // The exit status, 128 + n after signal n; nothing when it still runs.
    std::optional<int> wait(Duration patience = kPatience);
    // SIGKILL to it and its children, and waits.
    void kill();

  private:
    pid_t pid_ = -1;
    std::optional<int> status_;
};

struct Outcome {
    int status;
    std::string output;
};
// Runs to its end; status -1 when it took too long.
Outcome run(const std::vector<std::string>& arguments, const std::string& output,
            const std::vector<std::pair<std::string, std::string>>& environment = {});

// Of /proc.
std::vector<pid_t> children_of(pid_t pid);
std::string title_of(pid_t pid);
std::size_t resident_bytes(pid_t pid);

}  // namespace pz::test
