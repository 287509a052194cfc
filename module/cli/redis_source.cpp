#include "cli/redis_source.hpp"

#include <algorithm>

#include "cli/command.hpp"
#include "cli/item_fields.hpp"
#include "cli/progress.hpp"
#include "cli/stop.hpp"

namespace pz::cli {

namespace {

constexpr std::size_t kItemsAtOnce = 500;
constexpr std::size_t kMaxComplaints = 20;
// The catalog's stream is trimmed at about so many: a longer one no longer names all items.
constexpr long long kCatalogEntries = 1'000'000;

std::vector<std::string> stream_keys(const redis::Keys& keys, unsigned partitions) {
    std::vector<std::string> all = {keys.catalog()};
    for (unsigned i = 0; i < partitions; i++) {
        all.push_back(keys.stream(i));
    }
    return all;
}

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

RedisSource::RedisSource(Learner& learner, const redis::Keys& keys, unsigned partitions,
                         std::vector<std::string> history)
    : learner_(learner),
      keys_(keys),
      history_(std::move(history)),
      tail_(stream_keys(keys, partitions)) {}

Status RedisSource::load(RedisClient& client) {
    Status status = load_catalog(client);
    if (status.ok()) {
        status = load_history();
    }
    if (status.ok()) {
        status = load_events(client);
    }
    end_complaints();
    loaded_ = status.ok() && !stop_requested();
    return status;
}

// Each file once, however often Redis goes away meanwhile.
Status RedisSource::load_history() {
    while (!history_.empty() && !stop_requested()) {
        if (Status status = learner_.read_history(history_.front()); !status.ok()) {
            return status;
        }
        history_.erase(history_.begin());
    }
    return {};
}

Status RedisSource::follow(RedisClient& client, unsigned block_ms) {
    // What an error left behind comes first.
    Status status = digest(client);
    if (status.ok()) {
        const auto entries = read_page(client, tail_.size(), block_ms);
        status = entries.status();
    }
    end_complaints();
    return status;
}

Status RedisSource::load_catalog(RedisClient& client) {
    for (std::size_t entries = 1; entries > 0 && !stop_requested();) {
        const auto page = read_page(client, 1, 0);
        if (!page.ok()) {
            return page.status();
        }
        entries = *page;
    }
    const auto length = client.command({"XLEN", keys_.catalog()});
    if (!length.ok()) {
        return length.status();
    }
    const bool whole = (*length)->integer > 0 && (*length)->integer < kCatalogEntries;
    return whole ? Status() : scan_items(client);
}

Status RedisSource::scan_items(RedisClient& client) {
    const std::string prefix = keys_.item("");
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
        for (const redisReply* key : elements_of(*parts[1])) {
            changed_.emplace(text_of(*key).substr(std::min(prefix.size(), text_of(*key).size())));
        }
        Status status = digest(client);
        if (!status.ok()) {
            return status;
        }
        cursor = text_of(*parts[0]);
    } while (cursor != "0" && !stop_requested());
    return {};
}

Status RedisSource::load_events(RedisClient& client) {
    long long total = 0;
    for (std::size_t stream = 1; stream < tail_.size(); stream++) {
        const auto length = client.command({"XLEN", tail_.key(stream)});
        if (!length.ok()) {
            return length.status();
        }
        total += (*length)->integer;
    }
    Progress progress("events");
    const std::uint64_t before = learner_.event_count();
    for (std::size_t entries = 1; entries > 0 && !stop_requested();) {
        const auto page = read_page(client, tail_.size(), 0);
        if (!page.ok()) {
            return page.status();
        }
        entries = *page;
        if (total > 0) {
            progress.update(static_cast<double>(learner_.event_count() - before) /
                            static_cast<double>(total));
        }
    }
    return {};
}

Result<std::size_t> RedisSource::read_page(RedisClient& client, std::size_t streams,
                                           unsigned block_ms) {
    auto entries = tail_.read(client, streams, block_ms,
                              [this](std::size_t stream, std::span<const std::string_view> fields) {
                                  if (stream == 0) {
                                      take_change(fields);
                                  } else {
                                      take_event(fields);
                                  }
                              });
    if (!entries.ok()) {
        return entries;
    }
    const Status status = digest(client);
    return status.ok() ? std::move(entries) : Result<std::size_t>(status);
}

// Items first: an event of an unknown item teaches nothing.
Status RedisSource::digest(RedisClient& client) {
    while (!changed_.empty()) {
        Status status = read_items(client);
        if (!status.ok()) {
            return status;
        }
    }
    for (const auto& [visitor, event] : events_) {
        learner_.add(visitor, event);
    }
    events_.clear();
    return {};
}

Status RedisSource::read_items(RedisClient& client) {
    std::vector<std::string> ids;
    for (const std::string& id : changed_) {
        if (ids.size() == kItemsAtOnce) {
            break;
        }
        ids.push_back(id);
        client.append({"HGETALL", keys_.item(id)});
    }
    for (const std::string& id : ids) {
        const auto reply = client.next();
        if (!reply.ok() && !client.usable()) {
            return reply.status();
        }
        if (reply.ok()) {
            take_item(id, **reply);
        } else {
            complain("item '" + id + "': " + reply.message());
        }
        changed_.erase(id);
    }
    return {};
}

void RedisSource::take_item(const std::string& id, const redisReply& reply) {
    if (elements_of(reply).empty()) {
        learner_.remove_item(id);
        return;
    }
    const Status status = learner_.set_item(id, item_of_hash(id, reply));
    if (!status.ok()) {
        complain(status.message());
    }
}

void RedisSource::take_change(std::span<const std::string_view> fields) {
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        if (fields[i] == "id" && !fields[i + 1].empty()) {
            changed_.emplace(fields[i + 1]);
        }
    }
}

void RedisSource::take_event(std::span<const std::string_view> fields) {
    std::string visitor;
    auto event = visitor::event_of_stream(fields, &visitor);
    if (event.ok()) {
        events_.emplace_back(std::move(visitor), std::move(*event));
    } else {
        complain("event: " + event.message());
    }
}

// One bad record is worth a line; a million of them are not worth a million.
void RedisSource::complain(const std::string& problem) {
    if (complaints_++ < kMaxComplaints) {
        warn(problem);
    }
}

void RedisSource::end_complaints() {
    if (complaints_ > kMaxComplaints) {
        warn("and " + std::to_string(complaints_ - kMaxComplaints) + " more like these");
    }
    complaints_ = 0;
}

}  // namespace pz::cli
