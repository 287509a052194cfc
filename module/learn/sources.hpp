// Sources: how far a learner has read what it learns from. Kept in one file with what was learned
// (Trainer::save()), so that after any end every event is learned once: those of before are in the
// file, the others are behind the places.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store/status.hpp"

namespace pz::learn {

struct StreamPlace {
    std::string last = "0-0";  // id of the last entry read
    // Entries that the stream has had up to there since it began, where the server counts them
    // (Redis 7).
    std::optional<std::uint64_t> count;

    friend bool operator==(const StreamPlace&, const StreamPlace&) = default;
};

// A history file, known again by its size and ends, whatever its name.
struct HistoryFile {
    std::uint64_t size = 0;  // bytes, as it is on disk
    std::uint64_t head = 0;  // XXH3 of its first kHistoryEnd bytes
    std::uint64_t tail = 0;  // and of its last

    friend bool operator==(const HistoryFile&, const HistoryFile&) = default;
};
inline constexpr std::uint64_t kHistoryEnd = 4096;

// Nothing for what is no regular file, such as a pipe: it is never known again.
Result<std::optional<HistoryFile>> look_at_history(const std::string& path);
// `file`, which stands at `path`, begins as `known` does but goes on otherwise: it has grown since.
bool grown(const std::string& path, const HistoryFile& file, const HistoryFile& known);

struct Sources {
    std::map<std::string, StreamPlace> streams;  // by key
    std::vector<HistoryFile> histories;
    std::uint64_t strangers = 0;  // events of no visitor
};

}  // namespace pz::learn
