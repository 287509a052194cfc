#include "learn/record_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace pz::learn {

namespace {

constexpr std::int64_t kLatest = std::int64_t{1} << 40;  // unix seconds
constexpr std::uint64_t kMagic = 0x314e524c5a50000aULL;  // "\n\0PZLRN1"
constexpr std::size_t kChunk = std::size_t{1} << 16;
constexpr std::size_t kBuffer = std::size_t{1} << 18;

template <class Number>
std::span<const std::byte> bytes_of(const Number& value) {
    return std::as_bytes(std::span(&value, 1));
}

}  // namespace

RecordWriter::RecordWriter(std::string path)
    : path_(std::move(path)),
      file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    status_ = file_.valid() ? Status() : store::system_error(path_, "cannot create");
    chunk_.reserve(kChunk);
    put(bytes_of(kMagic));
}

void RecordWriter::begin(std::uint32_t section) {
    put(bytes_of(section));
}

void RecordWriter::text(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    bytes(std::as_bytes(std::span(text)));
}

void RecordWriter::end() {
    flush();
    put(bytes_of(std::uint32_t{0}));
}

Status RecordWriter::finish() {
    put(bytes_of(std::uint32_t{0}));
    put(bytes_of(sum_.value()));
    if (status_.ok() && (::fsync(file_.get()) != 0 || !file_.close())) {
        status_ = store::system_error(path_, "cannot sync");
    }
    return status_;
}

void RecordWriter::bytes(std::span<const std::byte> bytes) {
    if (chunk_.size() + bytes.size() > kChunk) {
        flush();
    }
    chunk_.insert(chunk_.end(), bytes.begin(), bytes.end());
}

void RecordWriter::flush() {
    if (!chunk_.empty()) {
        put(bytes_of(static_cast<std::uint32_t>(chunk_.size())));
        put(chunk_);
        chunk_.clear();
    }
}

void RecordWriter::put(std::span<const std::byte> bytes) {
    sum_.add(bytes.data(), bytes.size());
    while (status_.ok() && !bytes.empty()) {
        const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            status_ = store::system_error(path_, "cannot write");
        }
        bytes = bytes.subspan(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
}

RecordReader::RecordReader(std::string path)
    : path_(std::move(path)),
      file_(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)),
      buffer_(kBuffer) {
    status_ = file_.valid() ? Status() : store::system_error(path_, "cannot open");
    std::uint64_t magic = 0;
    if (take(std::as_writable_bytes(std::span(&magic, 1))) && magic != kMagic) {
        refuse("not of this version and kind of machine");
    }
}

std::uint32_t RecordReader::next() {
    std::byte passed{};
    while (!at_end()) {
        bytes({&passed, 1});
    }
    std::uint32_t section = 0;
    if (take(std::as_writable_bytes(std::span(&section, 1))) && section == 0) {
        check_sum();
    }
    in_section_ = status_.ok() && section != 0;
    return in_section_ ? section : 0;
}

bool RecordReader::at_end() {
    if (in_section_ && chunk_ == 0) {
        in_section_ = take(std::as_writable_bytes(std::span(&chunk_, 1))) && chunk_ != 0;
    }
    return !in_section_;
}

std::uint32_t RecordReader::below(std::size_t limit, std::string_view problem) {
    const auto value = number<std::uint32_t>();
    if (value >= limit) {
        refuse(problem);
        return 0;
    }
    return value;
}

std::int64_t RecordReader::time() {
    const auto time = number<std::int64_t>();
    if (time < 0 || time > kLatest) {
        refuse("a time that cannot be");
        return 0;
    }
    return time;
}

std::string RecordReader::text(std::size_t limit) {
    const auto size = number<std::uint32_t>();
    if (size > limit) {
        refuse("a text is too long");
        return {};
    }
    std::string text(size, '\0');
    bytes(std::as_writable_bytes(std::span(text)));
    return status_.ok() ? text : std::string();
}

void RecordReader::refuse(std::string_view what) {
    if (status_.ok()) {
        status_ = Status::error(path_ + ": damaged: " + std::string(what));
    }
    in_section_ = false;
    chunk_ = 0;
}

void RecordReader::bytes(std::span<std::byte> bytes) {
    const std::span<std::byte> wanted = bytes;
    while (!bytes.empty() && !at_end()) {
        const auto part = bytes.first(std::min<std::size_t>(bytes.size(), chunk_));
        if (!take(part)) {
            break;
        }
        chunk_ -= static_cast<std::uint32_t>(part.size());
        bytes = bytes.subspan(part.size());
    }
    if (!bytes.empty()) {
        refuse("a section ends early");
        std::fill(wanted.begin(), wanted.end(), std::byte{});
    }
}

bool RecordReader::take(std::span<std::byte> bytes) {
    const std::span<std::byte> wanted = bytes;
    while (status_.ok() && !bytes.empty() && fill()) {
        const std::size_t size = std::min(bytes.size(), filled_ - at_);
        std::memcpy(bytes.data(), buffer_.data() + at_, size);
        at_ += size;
        bytes = bytes.subspan(size);
    }
    if (!bytes.empty()) {
        refuse("it ends early");
        std::fill(wanted.begin(), wanted.end(), std::byte{});
        return false;
    }
    sum_.add(wanted.data(), wanted.size());
    return true;
}

bool RecordReader::fill() {
    if (at_ < filled_) {
        return true;
    }
    ssize_t size = 0;
    do {
        size = ::read(file_.get(), buffer_.data(), buffer_.size());
    } while (size < 0 && errno == EINTR);
    if (size < 0) {
        status_ = store::system_error(path_, "cannot read");
    }
    at_ = 0;
    filled_ = static_cast<std::size_t>(std::max<ssize_t>(size, 0));
    return filled_ > 0;
}

void RecordReader::check_sum() {
    const std::uint64_t expected = sum_.value();
    std::uint64_t written = 0;
    if (take(std::as_writable_bytes(std::span(&written, 1))) && written != expected) {
        refuse("its checksum is wrong");
    }
}

}  // namespace pz::learn
