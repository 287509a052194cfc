#include "cli/forgetting.hpp"

#include <algorithm>
#include <charconv>

#include "cli/command.hpp"
#include "cli/stop.hpp"
#include "cli/visitor_erasure.hpp"

namespace pz::cli {

namespace {

constexpr std::string_view kMost = "99";  // at a time, less one

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
    if (status.ok()) {
        return status;
    }
    begin_anew();
    if (!client.usable()) {
        return status;
    }
    // The server's answer was an error, as where its ACL forbids it.
    next_look_ = Clock::now() + kRetry;
    tell(status);
    return {};
}

Status Forgetting::work_off(RedisClient& client) {
    Status status;
    do {
        status = step(client);
    } while (status.ok() && !stop_requested() && (busy() || Clock::now() >= next_look_));
    return status;
}

// From the queue, which has everybody still: another server may know less of what was done.
void Forgetting::begin_anew() {
    asked_.clear();
    known_.clear();
    streams_.clear();
    next_look_ = {};
}

void Forgetting::tell(const Status& why) {
    if (why.message() != told_) {
        told_ = why.message();
        warn("visitors who had themselves forgotten are still in the streams: " + told_ +
             "; they stay in the queue until it works");
    }
}

Status Forgetting::look(RedisClient& client) {
    next_look_ = Clock::now() + kLook;
    passed_over_ = false;
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
        Status status = take(client, std::string(text_of(*parts[i])), score);
        passed_over_ = passed_over_ || !status.ok();
        if (status.ok()) {
            continue;
        }
        if (!client.usable() || client.refusal() != "WRONGTYPE") {
            return status;
        }
        tell(status);  // of this visitor alone
    }
    return asked_.empty() ? Status() : find_streams(client);
}

Status Forgetting::find_streams(RedisClient& client) {
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
    // Not those of the visitor, whose end is none: the endpoint has erased them.
    Identities former = *identities;
    std::erase_if(former, [until](const auto& identity) { return identity.second > until; });
    const auto erased = erase_keys(client, keys_, former);
    if (!erased.ok()) {
        return erased.status();
    }
    for (const auto& [name, last] : *identities) {
        std::int64_t& known = known_.try_emplace(name, until).first->second;
        known = std::max(known, until);
        forget_(name);
    }
    asked_.emplace(visitor, score);
    return {};
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

Status Forgetting::finish(RedisClient& client) {
    for (const auto& [name, until] : known_) {
        forget_(name);  // what was read meanwhile brought them back
        if (Status status = erase_logins(client, name, until); !status.ok()) {
            return status;
        }
    }
    for (const auto& [visitor, score] : asked_) {
        if (Status status = leave_queue(client, visitor, score); !status.ok()) {
            return status;
        }
    }
    begin_anew();  // more may wait than are taken at a time
    if (!passed_over_) {
        told_.clear();
    }
    return {};
}

Status Forgetting::erase_logins(RedisClient& client, const std::string& name, std::int64_t until) {
    const std::string key = keys_.aliases(name);
    return client.command(key, {"ZREMRANGEBYSCORE", key, "-inf", std::to_string(until)}).status();
}

// Who asked once more meanwhile stays.
Status Forgetting::leave_queue(RedisClient& client, const std::string& visitor,
                               const std::string& score) {
    const std::string queue = keys_.forgotten();
    const auto now = client.command(queue, {"ZSCORE", queue, visitor});
    if (!now.ok() || text_of(**now) != score) {
        return now.status();
    }
    return client.command(queue, {"ZREM", queue, visitor}).status();
}

}  // namespace pz::cli
