#include "integration/support/process.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "integration/support/temp_dir.hpp"

namespace pz::test {

namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> list;
    list.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        list.push_back(text.data());
    }
    list.push_back(nullptr);
    return list;
}

// Everything is prepared before the fork: other threads may hold locks in the child.
[[noreturn]] void become(char* const* arguments, char* const* variables, int output,
                         int death_signal) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, death_signal);
    ::dup2(output, STDOUT_FILENO);
    ::dup2(output, STDERR_FILENO);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    ::execvpe(arguments[0], arguments, variables);
    ::_exit(127);
}

}  // namespace

std::string environment(const char* name, std::string_view fallback) {
    const char* value = std::getenv(name);
    return value != nullptr ? std::string(value) : std::string(fallback);
}

Process::Process(const Command& command) {
    std::vector<std::string> arguments = command.arguments;
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; variable++) {
        variables.emplace_back(*variable);
    }
    for (const auto& [name, value] : command.environment) {
        variables.push_back(name);
        variables.back().append("=").append(value);
    }
    const auto argv = pointers(arguments);
    const auto envp = pointers(variables);
    const int output =
        ::open(command.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    pid_ = output < 0 ? -1 : ::fork();
    if (pid_ == 0) {
        become(argv.data(), envp.data(), output, command.death_signal);
    }
    ::close(output);
    if (pid_ < 0) {
        throw std::runtime_error("cannot start " + command.arguments[0]);
    }
    ::setpgid(pid_, pid_);
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), status_(std::exchange(other.status_, {})) {}

Process& Process::operator=(Process&& other) noexcept {
    if (this != &other) {
        kill();
        pid_ = std::exchange(other.pid_, -1);
        status_ = std::exchange(other.status_, {});
    }
    return *this;
}

Process::~Process() {
    kill();
}

bool Process::running() {
    if (pid_ <= 0 || status_) {
        return false;
    }
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) != pid_) {
        return true;
    }
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return false;
}

void Process::signal(int number) const {
    if (pid_ > 0 && !status_) {
        ::kill(pid_, number);
    }
}

std::optional<int> Process::wait(Duration patience) {
    wait_until([this] { return !running(); }, patience);
    return status_;
}

void Process::kill() {
    if (pid_ <= 0) {
        return;
    }
    // The group too: what it forked must not stay behind.
    ::kill(-pid_, SIGKILL);
    if (!status_) {
        ::kill(pid_, SIGKILL);
        wait();
    }
    pid_ = -1;
}

Outcome run(const std::vector<std::string>& arguments, const std::string& output,
            const std::vector<std::pair<std::string, std::string>>& environment) {
    Process process({arguments, output, environment});
    const auto status = process.wait(30s);
    return {status.value_or(-1), read_text(output)};
}

std::vector<pid_t> children_of(pid_t pid) {
    const std::string id = std::to_string(pid);
    std::ifstream file("/proc/" + id + "/task/" + id + "/children");
    std::vector<pid_t> children;
    for (pid_t child = 0; file >> child;) {
        children.push_back(child);
    }
    return children;
}

std::string title_of(pid_t pid) {
    const std::string arguments = read_text("/proc/" + std::to_string(pid) + "/cmdline");
    return arguments.substr(0, arguments.find('\0'));
}

std::size_t resident_bytes(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
    std::size_t size = 0;
    std::size_t resident = 0;
    file >> size >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace pz::test
