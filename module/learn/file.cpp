#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "learn/catalog.hpp"

namespace pz::learn {

namespace {

struct Close {
    void operator()(gzFile file) const { gzclose(file); }
};

std::string reason(gzFile file) {
    int code = Z_OK;
    const char* text = gzerror(file, &code);
    return code == Z_ERRNO ? std::strerror(errno) : text;
}

}  // namespace

// zlib reads files that are not gzip as they are.
Result<std::string> read_file(const std::string& path, std::size_t limit) {
    const std::unique_ptr<gzFile_s, Close> file(gzopen(path.c_str(), "rb"));
    if (!file) {
        return Status::error(path + ": " + std::strerror(errno));
    }
    constexpr unsigned kChunk = 1U << 20;
    gzbuffer(file.get(), kChunk / 4);
    std::string bytes;
    for (;;) {
        const std::size_t before = bytes.size();
        bytes.resize(before + kChunk);
        const int got = gzread(file.get(), bytes.data() + before, kChunk);
        bytes.resize(before + static_cast<std::size_t>(std::max(got, 0)));
        if (bytes.size() > limit) {
            return Status::error(path + ": over " + std::to_string(limit) +
                                 " bytes (unpacked); split it");
        }
        int code = Z_OK;
        gzerror(file.get(), &code);
        if (got < 0 || code != Z_OK) {  // Z_BUF_ERROR: it ends in the middle of a gzip stream
            return Status::error(path + ": " + reason(file.get()));
        }
        if (got == 0) {
            return bytes;
        }
    }
}

}  // namespace pz::learn
