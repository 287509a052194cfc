// FileHandle: an open file. Mapping: a file, or a part of one, in memory; unmapped on destruction.
// Mapping is internal to the store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "store/status.hpp"

namespace pz::store {

// "path: what: errno's text"
Status system_error(const std::string& path, const char* what);

class FileHandle {
  public:
    explicit FileHandle(int fd) : fd_(fd) {}
    FileHandle(FileHandle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    FileHandle& operator=(FileHandle&&) = delete;
    ~FileHandle();

    int get() const { return fd_; }
    bool valid() const { return fd_ >= 0; }
    // False, with errno, when the file system reports a late error.
    bool close();

  private:
    int fd_;
};

class Mapping {
  public:
    Mapping() = default;
    Mapping(Mapping&& other) noexcept
        : base_(std::exchange(other.base_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    Mapping& operator=(Mapping&& other) noexcept;
    ~Mapping();

    // The whole file, for reading; its pages are fetched before this returns.
    static Result<Mapping> read_only(const FileHandle& file, const std::string& path);
    // From the page that holds `offset` on; bytes() begins at that page.
    static Result<Mapping> writable(const FileHandle& file, const std::string& path,
                                    std::uint64_t offset, std::uint64_t size);

    std::span<const std::byte> bytes() const { return {static_cast<std::byte*>(base_), size_}; }
    std::span<std::byte> writable_bytes() { return {static_cast<std::byte*>(base_), size_}; }

  private:
    Mapping(void* base, std::size_t size) : base_(base), size_(size) {}
    void* base_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace pz::store
