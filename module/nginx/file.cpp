#include "nginx/file.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pz::ngx {

namespace {

Status unreadable(const std::string& path, const char* why) {
    return Status::error("'" + path + "': " + why);
}

Result<std::string> read_open_file(int fd, const std::string& path) {
    struct stat info;
    if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        return unreadable(path, "not a regular file; name the file itself");
    }
    std::string text;
    std::array<char, 4096> piece;
    for (;;) {
        const ssize_t size = ::read(fd, piece.data(), piece.size());
        if (size == 0) {
            return text;
        }
        if (size < 0 && errno != EINTR) {
            return unreadable(path, std::strerror(errno));
        }
        text.append(piece.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    }
}

}  // namespace

// O_NONBLOCK: opening a FIFO would wait for its writer.
Result<std::string> read_file(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return unreadable(path, std::strerror(errno));
    }
    auto text = read_open_file(fd, path);
    ::close(fd);
    return text;
}

}  // namespace pz::ngx
