// The catalog in Redis: all its items, and the stream that names those that changed.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/redis_client.hpp"
#include "redis/commands.hpp"

namespace pz::cli {

// Names them in the catalog's stream. Their records must be there by then: whoever reads the stream
// reads them next, in a cluster from another server.
Status name_changed(RedisClient& client, const redis::Keys& keys, std::span<const std::string> ids);

// Calls page(ids) now and then, and stops at its first error. Every item that is there all the time
// is named, some perhaps twice; in a cluster also those whose slots move meanwhile, unless they do so
// twice. Stops early, without an error, when the program is asked to end.
Status scan_items(RedisClient& client, const redis::Keys& keys,
                  const std::function<Status(std::vector<std::string>)>& page);

}  // namespace pz::cli
