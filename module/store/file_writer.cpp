#include "store/file_writer.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "store/builder.hpp"
#include "store/mapping.hpp"

namespace pz::store {

namespace {

constexpr std::array<std::byte, 8> kPadding{};

std::size_t padding(std::size_t size) {
    return aligned(size) - size;
}

std::uint64_t checksum(const Header& header, const Image::Sections& sections) {
    Checksum sum;
    sum.add(&header, sizeof header);
    for (std::size_t i = 0; i + 1 < kSectionCount; ++i) {
        sum.add(sections[i].data(), sections[i].size());
        sum.add(kPadding.data(), padding(sections[i].size()));
    }
    return sum.value();
}

bool write_all(const FileHandle& file, std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return false;
        }
        bytes = bytes.subspan(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    return true;
}

bool write_file(const FileHandle& file, const Header& header, const Image::Sections& sections) {
    if (!write_all(file, std::as_bytes(std::span(&header, 1)))) {
        return false;
    }
    for (const std::span<const std::byte> section : sections) {
        if (!write_all(file, section) ||
            !write_all(file, std::span(kPadding).first(padding(section.size())))) {
            return false;
        }
    }
    return true;
}

std::string folder_of(const std::string& path) {
    const std::string folder = std::filesystem::path(path).parent_path().string();
    return folder.empty() ? "." : folder;
}

bool abandoned(std::string_view pid_text) {
    pid_t pid = 0;
    const char* end = pid_text.data() + pid_text.size();
    const auto [stop, error] = std::from_chars(pid_text.data(), end, pid);
    if (error != std::errc() || stop != end || pid <= 0) {
        return false;
    }
    return ::kill(pid, 0) != 0 && errno == ESRCH;
}

// Only a directory that was synced keeps its new entry through a power failure.
void sync_folder(const std::string& path) {
    const FileHandle handle(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (handle.valid()) {
        (void)::fsync(handle.get());
    }
}

Status write_temporary(const std::string& name, const Header& header,
                       const Image::Sections& sections) {
    FileHandle file(
        ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!file.valid()) {
        return system_error(name, "cannot create");
    }
    if (!write_file(file, header, sections)) {
        return system_error(name, "cannot write");
    }
    if (::fsync(file.get()) != 0 || !file.close()) {
        return system_error(name, "cannot sync");
    }
    return {};
}

}  // namespace

StagedFile::StagedFile(const std::string& path)
    : path_(path), name_(path + ".tmp." + std::to_string(::getpid())) {}

Status StagedFile::publish() const {
    if (::rename(name_.c_str(), path_.c_str()) != 0) {
        Status status = system_error(path_, "cannot rename the new store to this name");
        discard();
        return status;
    }
    sync_folder(path_);
    return {};
}

void StagedFile::discard() const {
    ::unlink(name_.c_str());
}

// A writer killed again and again must not fill the disk.
void StagedFile::clear() const {
    discard();  // of a writer that was killed and had our pid
    const std::string prefix = std::filesystem::path(path_).filename().string() + ".tmp.";
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder_of(path_), error), end;
         !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name.starts_with(prefix) && abandoned(std::string_view(name).substr(prefix.size()))) {
            ::unlink(entry->path().c_str());
        }
    }
}

Status write_image(const std::string& name, Header header, const Image& image) {
    const Image::Sections sections = image.sections();
    header.checksum = checksum(header, sections);
    Status status = write_temporary(name, header, sections);
    if (!status) {
        ::unlink(name.c_str());
    }
    return status;
}

}  // namespace pz::store
