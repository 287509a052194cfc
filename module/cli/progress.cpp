#include "cli/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace pz::cli {

namespace {

constexpr int kWidth = 40;

}  // namespace

Progress::Progress(std::string what)
    : what_(std::move(what)), terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    if (terminal_ && shown_ >= 0) {
        std::fputc('\n', stderr);
    }
}

void Progress::update(double share) {
    const int step = terminal_ ? 1 : 10;
    const int percent = static_cast<int>(std::clamp(share, 0.0, 1.0) * 100) / step * step;
    if (percent > shown_) {
        shown_ = percent;
        draw(percent);
    }
}

void Progress::draw(int percent) {
    if (!terminal_) {
        std::fprintf(stderr, "%s: %d %%\n", what_.c_str(), percent);
        return;
    }
    const int done = percent * kWidth / 100;
    const std::string bar = std::string(static_cast<std::size_t>(done), '#') +
                            std::string(static_cast<std::size_t>(kWidth - done), '.');
    std::fprintf(stderr, "\r%s [%s] %3d %%", what_.c_str(), bar.c_str(), percent);
    std::fflush(stderr);
}

}  // namespace pz::cli
