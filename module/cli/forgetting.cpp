#include "cli/forgetting.hpp"

#include <algorithm>
#include <charconv>

#include "cli/command.hpp"
#include "cli/visitor_erasure.hpp"

namespace pz::cli {

namespace {

constexpr std::string_view kMost = "999";  // at a time, less one

std::int64_t number_of(std::string_view text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

Status Forgetting::step(RedisClient& client) {
    if (!busy() && Clock::now() < next_look_) {
        return {};
    }
    Status status = busy() ? walk(client) : look(client);
    if (status.ok() || !client.usable()) {
        return status;
    }
    give_up(status);
    return {};
}

// The server's answer was an error, as where its ACL forbids it: the queue stays.
void Forgetting::give_up(const Status& why) {
    asked_.clear();
    known_.clear();
    streams_.clear();
    next_look_ = Clock::now() + kRetry;
    if (why.message() != told_) {
        told_ = why.message();
        warn("visitors who had themselves forgotten are still in the streams: " + told_ +
             "; trying again every minute");
    }
}

Status Forgetting::look(RedisClient& client) {
    next_look_ = Clock::now() + kLook;
    const std::string queue = keys_.forgotten();
    const auto reply = client.command(queue, {"ZRANGE", queue, "0", kMost, "WITHSCORES"});
    if (!reply.ok()) {
        return reply.status();
    }
    const auto parts = elements_of(**reply);
    const std::int64_t now = unix_now();
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
        const std::string score(text_of(*parts[i + 1]));
        if (number_of(score) + kGrace > now) {
            continue;
        }
        if (Status status = take(client, std::string(text_of(*parts[i])), score); !status.ok()) {
            return status;
        }
    }
    if (asked_.empty()) {
        return {};
    }
    const auto streams = streams_of(client, keys_);
    if (!streams.ok()) {
        return streams.status();
    }
    for (const std::string& stream : *streams) {
        streams_.emplace_back(stream);
    }
    return {};
}

Status Forgetting::take(RedisClient& client, const std::string& visitor, const std::string& score) {
    const auto identities = identities_of(client, keys_, visitor);
    if (!identities.ok()) {
        return identities.status();
    }
    const std::int64_t until = number_of(score) + kGrace;
    for (const auto& [name, last] : *identities) {
        std::int64_t& known = known_.try_emplace(name, until).first->second;
        known = std::max(known, until);
        forget_(name);
    }
    Identities former = *identities;
    former.erase(visitor);  // whose own keys the endpoint has erased
    const auto erased = erase_keys(client, keys_, former);
    if (erased.ok()) {
        asked_.emplace(visitor, score);
    }
    return erased.status();
}

// An entry's id begins with the server's time in milliseconds.
bool Forgetting::chosen(const StreamEntry& entry) const {
    const auto known = known_.find(entry.visitor());
    return known != known_.end() && number_of(entry.id) / 1000 <= known->second;
}

Status Forgetting::walk(RedisClient& client) {
    for (int page = 0; page < kPages && !streams_.empty(); page++) {
        Status status = streams_.front().next(
            client, [&](const std::string& stream, std::span<const StreamEntry> entries) {
                return erase_entries(client, stream, entries,
                                     [this](const StreamEntry& entry) { return chosen(entry); })
                    .status();
            });
        if (!status.ok()) {
            return status;
        }
        if (streams_.front().done()) {
            streams_.pop_front();
        }
    }
    return streams_.empty() ? finish(client) : Status();
}

// Who asked once more meanwhile stays in the queue.
Status Forgetting::finish(RedisClient& client) {
    const std::string queue = keys_.forgotten();
    for (const auto& [visitor, score] : asked_) {
        const auto now = client.command(queue, {"ZSCORE", queue, visitor});
        if (!now.ok()) {
            return now.status();
        }
        if (text_of(**now) != score) {
            continue;
        }
        const auto aliases = erase_aliases(client, keys_, {{visitor, 0}});
        const auto removed = aliases.ok() ? client.command(queue, {"ZREM", queue, visitor})
                                          : Result<RedisReply>(aliases.status());
        if (!removed.ok()) {
            return removed.status();
        }
    }
    asked_.clear();
    known_.clear();
    return {};
}

}  // namespace pz::cli
