#include "spool/spool.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <functional>
#include <iterator>
#include <utility>

namespace pz::spool {

namespace {

// A file without its name that is older was left by a process that died while it made it.
constexpr std::int64_t kUnnamedFor = 60;

// Names sort by time.
std::string file_name(std::int64_t now, std::uint64_t owner, std::uint64_t number) {
    char text[80];
    std::snprintf(text, sizeof text, "%011lld-%016llx-%06llu", static_cast<long long>(now),
                  static_cast<unsigned long long>(owner), static_cast<unsigned long long>(number));
    return text;
}

// Of the directory's entries, those whose names `wanted` accepts, sorted.
Result<std::vector<std::string>> list(const std::string& directory,
                                      const std::function<bool(std::string_view)>& wanted) {
    DIR* const entries = ::opendir(directory.c_str());
    if (entries == nullptr) {
        return store::system_error(directory, "cannot be read");
    }
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(entries)) {
        if (wanted(entry->d_name)) {
            names.emplace_back(entry->d_name);
        }
    }
    ::closedir(entries);
    std::sort(names.begin(), names.end());
    return names;
}

void remove_if_old(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0 && info.st_mtime + kUnnamedFor < std::time(nullptr)) {
        ::unlink(path.c_str());
    }
}

void keep_first(Status& first, Status status) {
    if (first.ok()) {
        first = std::move(status);
    }
}

}  // namespace

Spool::Spool(SpoolOptions options, std::uint64_t owner)
    : options_(std::move(options)), owner_(owner) {}

std::uint64_t Spool::bytes() const {
    std::uint64_t sum = 0;
    for (const Held& held : held_) {
        sum += held.segment.end();
    }
    return sum;
}

bool Spool::has_room(std::size_t bytes) const {
    return this->bytes() + Segment::kBegin + bytes <= options_.max_bytes;
}

Status Spool::begin_segment(std::int64_t now) {
    auto made = Segment::create(options_.directory, file_name(now, owner_, files_made_));
    if (!made.ok()) {
        return made.status();
    }
    ++files_made_;
    held_.push_back({std::move(*made)});
    tail_ = &held_.back();
    new_file_ = true;
    return {};
}

Status Spool::append(std::string_view frames, std::int64_t now) {
    if (tail_ == nullptr || tail_->segment.end() >= options_.segment_bytes) {
        if (Status status = begin_segment(now); !status.ok()) {
            return status;
        }
    }
    tail_->unsynced = true;
    return tail_->segment.append(frames);
}

Status Spool::adopt() {
    const auto names = list(options_.directory, [](std::string_view name) {
        return name.ends_with(kSuffix) || name.ends_with(kUnnamedSuffix);
    });
    if (!names.ok()) {
        return names.status();
    }
    Status trouble;
    for (const std::string& name : *names) {
        const std::string path = options_.directory + "/" + name;
        if (name.ends_with(kUnnamedSuffix)) {
            remove_if_old(path);
        } else if (held_.size() < options_.max_adopted) {
            keep_first(trouble, take_over(path));
        }
    }
    return trouble;
}

// Its events are older than what of ours nobody has begun to read. What failed may have been short
// of descriptors or permissions: it is tried again.
Status Spool::take_over(const std::string& path) {
    auto adopted = Segment::adopt(path);
    if (!adopted.ok()) {
        return complained_.insert(path).second ? adopted.status() : Status();
    }
    complained_.erase(path);
    if (adopted->has_value()) {
        const auto place = std::find_if(held_.begin(), held_.end(), [](const Held& held) {
            return !held.exhausted && !held.segment.begun();
        });
        if (place == held_.end()) {
            end_file();  // what is behind a file that is written is not read
        }
        held_.insert(place, Held{std::move(**adopted)});
    }
    return {};
}

Result<std::optional<Spool::Record>> Spool::next() {
    for (Held& held : held_) {
        if (held.exhausted) {
            continue;
        }
        const auto payload = held.segment.read();
        if (payload.ok() && payload->has_value()) {
            outstanding_.emplace(
                next_serial_, Outstanding{&held, held.segment.read_from(), held.segment.read_to()});
            ++held.waiting;
            return std::optional(Record{next_serial_++, **payload});
        }
        if (payload.ok() && &held == tail_) {
            break;
        }
        held.exhausted = true;
        tail_ = &held == tail_ ? nullptr : tail_;
        if (!payload.ok()) {
            return payload.status();
        }
    }
    return std::optional<Record>();
}

Result<std::string_view> Spool::again(Serial serial) {
    const Outstanding& record = outstanding_.at(serial);
    return record.held->segment.read_again(record.begin, record.end);
}

// The first of a file that is not done is where its replay would begin.
void Spool::done(Serial serial) {
    const auto record = outstanding_.find(serial);
    Held& held = *record->second.held;
    const bool first = record == outstanding_.begin() || std::prev(record)->second.held != &held;
    const auto next = std::next(record);
    if (first) {
        held.position = next != outstanding_.end() && next->second.held == &held
                            ? next->second.begin
                            : held.segment.read_to();
        held.moved = true;
    } else {
        held.marks.push_back(record->second.begin);
    }
    --held.waiting;
    outstanding_.erase(record);
}

bool Spool::finished(const Held& held) const {
    const bool all_read =
        held.exhausted || (&held == tail_ && held.segment.read_to() == held.segment.end());
    return all_read && held.waiting == 0;
}

Status Spool::save_place(Held& held) {
    Status trouble;
    if (held.moved) {
        trouble = held.segment.set_position(held.position);
        held.moved = !trouble.ok();
    }
    for (const std::uint64_t begin : std::exchange(held.marks, {})) {
        if (begin >= held.position) {
            keep_first(trouble, held.segment.mark_done(begin));
        }
    }
    return trouble;
}

// The position first: a file that cannot be deleted is not replayed again.
Status Spool::save() {
    Status trouble;
    for (auto held = held_.begin(); held != held_.end();) {
        keep_first(trouble, save_place(*held));
        held->spent = held->spent || finished(*held);
        Status removed = held->spent ? remove(*held) : Status();
        held = held->spent && removed.ok() ? held_.erase(held) : std::next(held);
        keep_first(trouble, std::move(removed));
    }
    return trouble;
}

Status Spool::remove(Held& held) {
    held.exhausted = true;
    tail_ = &held == tail_ ? nullptr : tail_;
    return held.segment.remove();
}

bool Spool::drained() const {
    return std::all_of(held_.begin(), held_.end(), [](const Held& held) { return held.spent; });
}

bool Spool::has_unread() const {
    return std::any_of(held_.begin(), held_.end(), [](const Held& held) {
        return !held.exhausted && held.segment.read_to() < held.segment.end();
    });
}

Status Spool::release() {
    Status status = save();
    outstanding_.clear();
    tail_ = nullptr;
    held_.clear();
    return status;
}

std::vector<store::FileHandle> Spool::take_unsynced() {
    std::vector<store::FileHandle> files;
    for (Held& held : held_) {
        if (std::exchange(held.unsynced, false)) {
            files.emplace_back(::fcntl(held.segment.descriptor(), F_DUPFD_CLOEXEC, 0));
        }
    }
    if (std::exchange(new_file_, false)) {
        files.emplace_back(::open(options_.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    return files;
}

Survey survey(const std::string& directory) {
    Survey found;
    const auto names =
        list(directory, [](std::string_view name) { return name.ends_with(kSuffix); });
    if (!names.ok()) {
        return found;
    }
    for (const std::string& name : *names) {
        const std::string path = std::string(directory).append("/").append(name);
        struct stat info {};
        if (::stat(path.c_str(), &info) == 0) {
            ++found.files;
            found.bytes += static_cast<std::uint64_t>(info.st_size);
            std::int64_t began = 0;
            std::from_chars(name.data(), name.data() + name.size(), began);
            found.oldest = found.oldest == 0 ? began : std::min(found.oldest, began);
        }
    }
    return found;
}

}  // namespace pz::spool
