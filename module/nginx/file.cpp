#include "nginx/file.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace pz::ngx {

namespace {

Status unreadable(const std::string& path, const std::string& why) {
    return Status::error("'" + path + "': " + why);
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
        return unreadable(path, "not a regular file; name the file itself");
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return unreadable(path, std::strerror(errno));
    }
    std::string text;
    std::array<char, 4096> piece;
    while (file.read(piece.data(), piece.size()) || file.gcount() > 0) {
        text.append(piece.data(), static_cast<std::size_t>(file.gcount()));
    }
    if (file.bad()) {
        return unreadable(path, "cannot be read to its end");
    }
    return text;
}

}  // namespace pz::ngx
