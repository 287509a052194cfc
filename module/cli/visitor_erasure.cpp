#include "cli/visitor_erasure.hpp"

#include <vector>

#include "redis/visitor_commands.hpp"

namespace pz::cli {

Result<long long> erase_keys(RedisClient& client, const redis::Keys& keys,
                             const Identities& identities) {
    long long erased = 0;
    for (const auto& [visitor, until] : identities) {
        std::string command;
        redis::append_forget(command, keys, visitor);
        client.append_commands(keys.events(visitor), command);
        const auto removed = client.next();
        if (!removed.ok()) {
            return removed.status();
        }
        erased += (*removed)->integer;
    }
    return erased;
}

Result<long long> erase_entries(RedisClient& client, const std::string& stream,
                                std::span<const StreamEntry> entries,
                                const std::function<bool(const StreamEntry&)>& chosen) {
    std::vector<std::string_view> command = {"XDEL", stream};
    for (const StreamEntry& entry : entries) {
        if (chosen(entry)) {
            command.push_back(entry.id);
        }
    }
    if (command.size() == 2) {
        return 0;
    }
    const auto removed = client.command(stream, command);
    return removed.ok() ? Result<long long>((*removed)->integer)
                        : Result<long long>(removed.status());
}

Result<long long> erase_aliases(RedisClient& client, const redis::Keys& keys,
                                const Identities& identities) {
    long long erased = 0;
    for (const auto& [visitor, until] : identities) {
        const std::string key = keys.aliases(visitor);
        const auto removed = client.command(key, {"UNLINK", key});
        if (!removed.ok()) {
            return removed.status();
        }
        erased += (*removed)->integer;
    }
    return erased;
}

}  // namespace pz::cli
