#include "learn/sources.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "store/checksum.hpp"
#include "store/mapping.hpp"

namespace pz::learn {

namespace {

// False when the file cannot be read there.
bool hash_at(const store::FileHandle& file, std::uint64_t offset, std::size_t size,
             std::uint64_t* hash) {
    std::array<char, kHistoryEnd> bytes{};
    std::size_t done = 0;
    while (done < size) {
        const ssize_t got = ::pread(file.get(), bytes.data() + done, size - done,
                                    static_cast<off_t>(offset + done));
        if (got <= 0) {
            return false;
        }
        done += static_cast<std::size_t>(got);
    }
    store::Checksum sum;
    sum.add(bytes.data(), size);
    *hash = sum.value();
    return true;
}

}  // namespace

Result<std::optional<HistoryFile>> look_at_history(const std::string& path) {
    struct stat info {};
    // A pipe would be opened for good: its writer may open it once.
    if (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
        return std::optional<HistoryFile>();
    }
    const store::FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid() || ::fstat(file.get(), &info) != 0) {
        return store::system_error(path, "cannot open");
    }
    HistoryFile found;
    found.size = static_cast<std::uint64_t>(info.st_size);
    const auto end = static_cast<std::size_t>(std::min(found.size, kHistoryEnd));
    if (!hash_at(file, 0, end, &found.head) || !hash_at(file, found.size - end, end, &found.tail)) {
        return store::system_error(path, "cannot read");
    }
    return std::optional(found);
}

bool grown(const std::string& path, const HistoryFile& file, const HistoryFile& known) {
    if (file.size <= known.size || known.size == 0) {
        return false;
    }
    std::uint64_t head = file.head;
    if (known.size < kHistoryEnd) {  // its head was all of it
        const store::FileHandle again(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        if (!again.valid() || !hash_at(again, 0, static_cast<std::size_t>(known.size), &head)) {
            return false;
        }
    }
    return head == known.head;
}

}  // namespace pz::learn
