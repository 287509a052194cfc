#include "integration/support/temp_dir.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

namespace pz::test {

TempDir::TempDir() {
    // Short, because a unix socket's path has at most 107 characters.
    char name[] = "/tmp/pzi-XXXXXX";
    if (::mkdtemp(name) == nullptr) {
        throw std::runtime_error("cannot make a directory in /tmp");
    }
    path_ = name;
}

TempDir::~TempDir() {
    if (std::getenv("KEEP") != nullptr) {
        std::cerr << "kept: " << path_ << "\n";
        return;
    }
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string TempDir::write(std::string_view name, std::string_view bytes) const {
    std::string target = *this / name;
    const std::string fresh = target + ".new";
    std::filesystem::create_directories(std::filesystem::path(target).parent_path());
    std::ofstream(fresh, std::ios::binary) << bytes;
    std::filesystem::rename(fresh, target);
    return target;
}

std::string TempDir::read(std::string_view name) const {
    return read_text(*this / name);
}

// Not a stream: reading /proc of a process that just ended fails late, and a stream would throw.
std::string read_text(const std::string& path) {
    std::string text;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    char buffer[65536];
    for (ssize_t size = 0; fd >= 0 && (size = ::read(fd, buffer, sizeof(buffer))) > 0;) {
        text.append(buffer, static_cast<std::size_t>(size));
    }
    if (fd >= 0) {
        ::close(fd);
    }
    return text;
}

}  // namespace pz::test
