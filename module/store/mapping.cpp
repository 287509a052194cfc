#include "store/mapping.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace pz::store {

Status system_error(const std::string& path, const char* what) {
    const int error = errno;
    return Status::error(path + ": " + what + ": " + std::generic_category().message(error));
}

FileHandle::~FileHandle() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

bool FileHandle::close() {
    return ::close(std::exchange(fd_, -1)) == 0;
}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
    std::swap(base_, other.base_);
    std::swap(size_, other.size_);
    return *this;
}

Mapping::~Mapping() {
    if (base_ != nullptr) {
        ::munmap(base_, size_);
    }
}

Result<Mapping> Mapping::read_only(const FileHandle& file, const std::string& path) {
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) {
        return system_error(path, "cannot read");
    }
    if (!S_ISREG(info.st_mode) || info.st_size <= 0) {
        return Status::error(path + ": empty or not a regular file");
    }
    const auto size = static_cast<std::size_t>(info.st_size);
    void* base = ::mmap(nullptr, size, PROT_READ, MAP_SHARED | MAP_POPULATE, file.get(), 0);
    if (base == MAP_FAILED) {
        return system_error(path, "cannot map");
    }
    return Mapping(base, size);
}

Result<Mapping> Mapping::writable(const FileHandle& file, const std::string& path,
                                  std::uint64_t offset, std::uint64_t size) {
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::uint64_t start = offset / page * page;
    const std::uint64_t length = offset - start + size;
    void* base = ::mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(),
                        static_cast<off_t>(start));
    if (base == MAP_FAILED) {
        return system_error(path, "cannot map for writing");
    }
    return Mapping(base, length);
}

}  // namespace pz::store
