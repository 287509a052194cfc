// What Redis keeps of one visitor.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/redis_client.hpp"
#include "redis/commands.hpp"
#include "store/snapshot.hpp"
#include "visitor/profile.hpp"

namespace pz::cli {

struct VisitorState {
    std::vector<std::string> events;  // text forms, newest first
    std::vector<std::pair<std::string, std::string>> traits;

    void build(const store::Snapshot& snapshot, std::int64_t now, visitor::Profile& profile) const;
};

Result<VisitorState> read_visitor(RedisClient& client, const redis::Keys& keys,
                                  std::string_view visitor);

// A file of events in text form, one a line, oldest first; empty lines and lines that begin with
// '#' are skipped. The error names the line.
Result<VisitorState> read_events(const std::string& path);

}  // namespace pz::cli
