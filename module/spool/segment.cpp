#include "spool/segment.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "spool/frame.hpp"
#include "store/checksum.hpp"

namespace pz::spool {

namespace {

constexpr std::string_view kMagic = "pzspool\n";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kReadAhead = std::size_t{64} * 1024;

struct Position {
    std::uint64_t value, checksum;
};

struct Header {
    char magic[8];
    std::uint32_t version, reserved;
    Position position;
};
static_assert(sizeof(Header) == Segment::kBegin);

Position position(std::uint64_t value) {
    return {value, store::checksum_of({reinterpret_cast<const char*>(&value), sizeof value})};
}

// False, with errno, when not all of it could be written.
bool write_all(int fd, std::string_view bytes, std::uint64_t at) {
    while (!bytes.empty()) {
        const ssize_t n = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (n < 0 && errno != EINTR) {
            return false;
        }
        const auto written = static_cast<std::size_t>(std::max<ssize_t>(n, 0));
        bytes.remove_prefix(written);
        at += written;
    }
    return true;
}

// How many bytes there were.
ssize_t read_at(int fd, char* to, std::size_t size, std::uint64_t at) {
    ssize_t n = 0;
    do {
        n = ::pread(fd, to, size, static_cast<off_t>(at));
    } while (n < 0 && errno == EINTR);
    return n;
}

bool locked(int fd) {
    return ::flock(fd, LOCK_EX | LOCK_NB) == 0;
}

}  // namespace

// It has its name when it is locked and has its header: nobody takes it for one that was left.
Result<Segment> Segment::create(const std::string& directory, const std::string& name) {
    const std::string path = directory + "/" + name + std::string(kSuffix);
    const std::string unnamed = directory + "/" + name + std::string(kUnnamedSuffix);
    store::FileHandle file(::open(unnamed.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file.valid()) {
        return store::system_error(unnamed, "cannot be created");
    }
    Header header{{}, kVersion, 0, position(kBegin)};
    std::memcpy(header.magic, kMagic.data(), sizeof header.magic);
    const bool made =
        locked(file.get()) &&
        write_all(file.get(), {reinterpret_cast<const char*>(&header), sizeof header}, 0) &&
        ::link(unnamed.c_str(), path.c_str()) == 0;
    Status status = made ? Status() : store::system_error(path, "cannot be written");
    ::unlink(unnamed.c_str());
    return made ? Result<Segment>(Segment(std::move(file), path)) : status;
}

Result<std::optional<Segment>> Segment::adopt(const std::string& path) {
    store::FileHandle file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!file.valid()) {
        return errno == ENOENT ? Result<std::optional<Segment>>(std::nullopt)
                               : store::system_error(path, "cannot be opened");
    }
    struct stat info {};
    if (!locked(file.get()) || ::fstat(file.get(), &info) != 0 || info.st_nlink == 0) {
        return std::optional<Segment>();
    }
    Segment segment(std::move(file), path);
    segment.end_ = static_cast<std::uint64_t>(info.st_size);
    if (const Status status = segment.load(); !status.ok()) {
        if (segment.damaged_) {
            (void)segment.remove();
        }
        return status;
    }
    return std::optional<Segment>(std::move(segment));
}

Status Segment::load() {
    Header header{};
    if (read_at(file_.get(), reinterpret_cast<char*>(&header), sizeof header, 0) !=
            static_cast<ssize_t>(sizeof header) ||
        std::string_view(header.magic, sizeof header.magic) != kMagic) {
        return damaged("is no spool file");
    }
    if (header.version != kVersion) {
        return Status::error(path_ + ": is of version " + std::to_string(header.version) +
                             ", which this module cannot read; start the version that wrote it");
    }
    const bool sound = header.position.checksum == position(header.position.value).checksum &&
                       header.position.value >= kBegin && header.position.value <= end_;
    first_ = read_to_ = sound ? header.position.value : kBegin;
    return {};
}

Status Segment::append(std::string_view frames) {
    if (write_all(file_.get(), frames, end_)) {
        end_ += frames.size();
        return {};
    }
    Status status = store::system_error(path_, "cannot be written");
    // What came of it is no record; should cutting fail, the next append writes over it.
    (void)!::ftruncate(file_.get(), static_cast<off_t>(end_));
    return status;
}

// So that the buffer holds `size` bytes from read_to_ on.
Segment::Filled Segment::fill(std::size_t size) {
    if (read_to_ >= buffer_at_ && read_to_ - buffer_at_ + size <= buffer_.size()) {
        return Filled::yes;
    }
    const std::uint64_t left = end_ - std::min(end_, read_to_);
    buffer_.resize(
        static_cast<std::size_t>(std::min<std::uint64_t>(left, std::max(size, kReadAhead))));
    buffer_at_ = read_to_;
    const ssize_t n = read_at(file_.get(), buffer_.data(), buffer_.size(), buffer_at_);
    buffer_.resize(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    return n < 0 ? Filled::failed : buffer_.size() >= size ? Filled::yes : Filled::at_end;
}

Result<std::optional<std::string_view>> Segment::read() {
    std::size_t needed = kFrameHead;
    Filled filled = Filled::at_end;
    while (!damaged_ && (filled = fill(needed)) == Filled::yes) {
        const auto at = static_cast<std::size_t>(read_to_ - buffer_at_);
        const Frame frame = read_frame(std::string_view(buffer_).substr(at));
        if (frame.kind == Frame::Kind::whole) {
            read_from_ = std::exchange(read_to_, read_to_ + frame.size);
            if (!frame.done) {
                return std::optional(frame.payload);
            }
            needed = kFrameHead;
            continue;
        }
        if (frame.kind == Frame::Kind::broken) {
            return damaged("holds something else than events");
        }
        needed = frame.size;
    }
    if (filled == Filled::failed) {
        return damaged("cannot be read");
    }
    return std::optional<std::string_view>();
}

Result<std::string_view> Segment::read_again(std::uint64_t begin, std::uint64_t end) {
    again_.resize(static_cast<std::size_t>(end - begin));
    const ssize_t n = read_at(file_.get(), again_.data(), again_.size(), begin);
    const Frame frame = read_frame(
        std::string_view(again_).substr(0, static_cast<std::size_t>(std::max<ssize_t>(n, 0))));
    return frame.kind == Frame::Kind::whole
               ? Result<std::string_view>(frame.payload)
               : Status::error(path_ + ": cannot be read again at byte " + std::to_string(begin));
}

Status Segment::mark_done(std::uint64_t begin) {
    return write_all(file_.get(), {&kDone, 1}, begin + kDoneAt)
               ? Status()
               : store::system_error(path_, "cannot be written");
}

Status Segment::damaged(const char* what) {
    damaged_ = true;
    return Status::error(path_ + ": " + what + " at byte " + std::to_string(read_to_) +
                         "; what follows, " + std::to_string(end_ - std::min(end_, read_to_)) +
                         " bytes, is put aside in " + path_ + std::string(kDamagedSuffix));
}

Status Segment::set_position(std::uint64_t value) {
    const Position bytes = position(value);
    return write_all(file_.get(), {reinterpret_cast<const char*>(&bytes), sizeof bytes},
                     offsetof(Header, position))
               ? Status()
               : store::system_error(path_, "cannot be written");
}

Status Segment::remove() {
    const int rc = damaged_
                       ? std::rename(path_.c_str(), (path_ + std::string(kDamagedSuffix)).c_str())
                       : ::unlink(path_.c_str());
    return rc == 0 || errno == ENOENT ? Status() : store::system_error(path_, "cannot be removed");
}

}  // namespace pz::spool
