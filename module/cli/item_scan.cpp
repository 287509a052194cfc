#include "cli/item_scan.hpp"

#include <algorithm>
#include <string_view>

#include "cli/stop.hpp"

namespace pz::cli {

namespace {

// Redis's glob patterns: a prefix may hold what means something there.
std::string glob_escaped(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        if (std::string_view("*?[]\\^-").find(c) != std::string_view::npos) {
            escaped += '\\';
        }
        escaped += c;
    }
    return escaped;
}

}  // namespace

Status scan_items(RedisClient& client, const redis::Keys& keys,
                  const std::function<Status(std::vector<std::string>)>& page) {
    const std::string prefix = keys.item("");
    const std::string pattern = glob_escaped(prefix) + "*";
    std::string cursor = "0";
    do {
        const auto reply = client.command({"SCAN", cursor, "MATCH", pattern, "COUNT", "1000"});
        if (!reply.ok()) {
            return reply.status();
        }
        const auto parts = elements_of(**reply);
        if (parts.size() != 2) {
            return Status::error("SCAN: not the reply of a Redis server");
        }
        std::vector<std::string> ids;
        for (const redisReply* key : elements_of(*parts[1])) {
            ids.emplace_back(text_of(*key).substr(std::min(prefix.size(), text_of(*key).size())));
        }
        if (Status status = page(std::move(ids)); !status.ok()) {
            return status;
        }
        cursor = text_of(*parts[0]);
    } while (cursor != "0" && !stop_requested());
    return {};
}

}  // namespace pz::cli
