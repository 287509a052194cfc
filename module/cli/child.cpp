#include "cli/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <string>
#include <system_error>

namespace pz::cli {

namespace {

constexpr std::size_t kMaxReport = 4096;  // a pipe takes so much at once

Status system_error(const char* what) {
    return Status::error(std::string(what) + ": " + std::generic_category().message(errno));
}

Result<std::string> guarded(const Child::Work& work) {
    try {
        return work();
    } catch (const std::exception& error) {
        return Status::error(error.what());
    }
}

// Never returns to the caller's code: buffers and destructors are the parent's business.
[[noreturn]] void be_child(pid_t parent, int report, const Child::Work& work) {
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || ::getppid() != parent) {
        ::_exit(1);
    }
    const auto done = guarded(work);
    const std::string message = (done.ok() ? *done : done.message()).substr(0, kMaxReport);
    const bool told =
        ::write(report, message.data(), message.size()) == static_cast<ssize_t>(message.size());
    ::_exit(done.ok() && told ? 0 : 1);
}

}  // namespace

Result<Child> Child::start(const Work& work) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return system_error("cannot make a pipe");
    }
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid == 0) {
        be_child(parent, ends[1], work);
    }
    Status status = pid < 0 ? system_error("cannot fork") : Status();
    ::close(ends[1]);
    if (!status.ok()) {
        ::close(ends[0]);
        return status;
    }
    return Child(pid, ends[0]);
}

Child::~Child() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    if (report_ >= 0) {
        ::close(report_);
    }
}

std::optional<Result<std::string>> Child::result() {
    int status = 0;
    const pid_t ended = pid_ > 0 ? ::waitpid(pid_, &status, WNOHANG) : 0;
    if (ended == 0 || (ended < 0 && errno == EINTR)) {
        return {};
    }
    pid_ = -1;  // which may be another's from now on
    if (ended < 0) {
        return system_error("cannot tell how the process that did it ended");
    }
    if (WIFSIGNALED(status)) {
        return Status::error("the process that did it was killed by signal " +
                             std::to_string(WTERMSIG(status)));
    }
    std::string report = read_report();
    if (WEXITSTATUS(status) == 0) {
        return report;
    }
    return Status::error(report.empty() ? "the process that did it ended without a word" : report);
}

std::string Child::read_report() const {
    std::array<char, kMaxReport> text{};
    const ssize_t size = ::read(report_, text.data(), text.size());
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

}  // namespace pz::cli
