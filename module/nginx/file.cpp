#include "nginx/file.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
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
    std::ostringstream text;
    text << file.rdbuf();
    if (text.bad()) {
        return unreadable(path, "cannot be read to its end");
    }
    return std::move(text).str();
}

}  // namespace pz::ngx
