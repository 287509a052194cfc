// The catalog in Redis: all its items, and the stream that names those that changed.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/redis_client.hpp"
#include "redis/commands.hpp"

namespace pz::cli {

// MAXLEN ~ of the catalog's stream.
inline constexpr std::string_view kCatalogEntries = "1000000";

// Calls page(ids) now and then, and stops at its first error. Every item that is there all the time
// is named, some perhaps twice. Stops early, without an error, when the program is asked to end.
Status scan_items(RedisClient& client, const redis::Keys& keys,
                  const std::function<Status(std::vector<std::string>)>& page);

}  // namespace pz::cli
