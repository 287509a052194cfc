#include "cli/redis_source.hpp"

#include <algorithm>

#include "cli/command.hpp"
#include "cli/item_fields.hpp"
#include "cli/item_scan.hpp"
#include "cli/progress.hpp"
#include "cli/stop.hpp"

namespace pz::cli {

namespace {

constexpr std::size_t kFirstEvents = 1;  // of the streams; the one before is the catalog's
constexpr std::size_t kItemsAtOnce = 500;
constexpr std::chrono::milliseconds kCatalogPause{100};  // while a history is read
constexpr unsigned kNoBlock = 0;  // Redis ends even a wait of 1 ms up to 100 ms late
using Clock = std::chrono::steady_clock;

std::vector<std::string> stream_keys(const redis::Keys& keys, unsigned partitions) {
    std::vector<std::string> all = {keys.catalog()};
    for (unsigned i = 0; i < partitions; i++) {
        all.push_back(keys.stream(i));
    }
    return all;
}

}  // namespace

RedisSource::RedisSource(Learner& learner, const redis::Keys& keys, unsigned partitions,
                         std::vector<std::string> history, std::string group)
    : learner_(learner),
      keys_(keys),
      history_(std::move(history)),
      tail_(stream_keys(keys, partitions)),
      group_(std::move(group)),
      forgetting_(keys, [this](std::string_view visitor) { learner_.forget(visitor); }) {
    const auto& places = learner_.sources().streams;
    for (std::size_t stream = kFirstEvents; stream < tail_.size(); stream++) {
        if (const auto known = places.find(tail_.key(stream)); known != places.end()) {
            tail_.set_place(stream, known->second);
        }
    }
}

Status RedisSource::load(RedisClient& client) {
    settled_.reset();
    Status status = check_partitions(client);
    if (status.ok()) {
        status = load_catalog(client);
    }
    if (status.ok()) {
        status = load_history(client);
    }
    if (status.ok()) {
        status = load_events(client);
    }
    end_complaints(true);
    loaded_ = status.ok() && !stop_requested();
    if (loaded_) {
        taken_.clear();
        learner_.all_loaded();
    }
    return status;
}

// nginx may write more streams than are read here.
Status RedisSource::check_partitions(RedisClient& client) {
    const std::size_t partitions = tail_.size() - kFirstEvents;
    const std::string next = keys_.stream(static_cast<unsigned>(partitions));
    const auto reply = client.command(next, {"EXISTS", next});
    if (reply.ok() && (*reply)->integer > 0) {
        warn(next + " exists, and is not read: is --partitions (" + std::to_string(partitions) +
             ") less than nginx's personalize_partitions?");
    }
    return reply.ok() || client.usable() ? Status() : reply.status();
}

// Once, however often Redis goes away meanwhile. Prices and stock go on: years of events take
// minutes.
Status RedisSource::load_history(RedisClient& client) {
    auto read = Clock::now();
    Status status = learner_.read_histories(history_, [&] {
        if (client.usable() && Clock::now() - read >= kCatalogPause) {
            (void)read_page(client, kFirstEvents, 0);  // what fails here fails again behind it
            read = Clock::now();
        }
    });
    history_.clear();
    hopeless_ = !status.ok();
    return status;
}

Status RedisSource::settle(RedisClient& client) {
    const auto catalog = tail_.settle(client, 0);
    if (!catalog.ok() && !client.usable()) {
        return catalog.status();
    }
    return settle_events(client).status();
}

// Servers may follow each other without a new client.
Status RedisSource::settle_if_changed(RedisClient& client) {
    while (settled_ != client.changes()) {
        if (Status status = settle(client); !status.ok()) {
            return status;
        }
    }
    return {};
}

// How many events wait. A server that does not tell is believed to have kept them.
Result<std::uint64_t> RedisSource::settle_events(RedisClient& client) {
    std::uint64_t waiting = 0;
    settled_ = client.changes();
    for (std::size_t stream = kFirstEvents; stream < tail_.size(); stream++) {
        const auto unread = tail_.settle(client, stream);
        if (!unread.ok() && !client.usable()) {
            return unread.status();
        }
        waiting += unread.ok() ? unread->waiting : 0;
        if (unread.ok() && unread->gone > 0) {
            warn(tail_.key(stream) + ": " + std::to_string(unread->gone) +
                 " events were trimmed before they were learned; keep more of the stream (MAXLEN) "
                 "or more partitions, or learn them from a --history");
        }
    }
    return waiting;
}

Status RedisSource::follow(RedisClient& client, unsigned block_ms) {
    // What an error left behind comes first.
    Status status = digest(client);
    if (status.ok()) {
        const auto entries =
            read_page(client, tail_.size(), forgetting_.busy() ? kNoBlock : block_ms);
        status = entries.status();
    }
    if (status.ok()) {
        status = forgetting_.step(client);
    }
    if (status.ok()) {
        status = group_.show_when_due(client, tail_, kFirstEvents);
    }
    end_complaints(false);
    return status;
}

Status RedisSource::forget_who_asked(RedisClient& client) {
    return forgetting_.work_off(client);
}

// What changes meanwhile is behind the place in the stream. What an earlier attempt took may be
// gone since, and nothing that is read now would say so: it is asked for again.
Status RedisSource::load_catalog(RedisClient& client) {
    Status status = tail_.skip_to_end(client, 0);
    changed_.merge(taken_);
    return !status.ok() ? status
                        : scan_items(client, keys_, [&](const std::vector<std::string>& ids) {
                              changed_.insert(ids.begin(), ids.end());
                              return digest(client);
                          });
}

Status RedisSource::load_events(RedisClient& client) {
    const auto waiting = settle_events(client);
    if (!waiting.ok()) {
        return waiting.status();
    }
    Progress progress("events");
    const std::uint64_t before = learner_.event_count();
    for (std::size_t entries = 1; entries > 0 && !stop_requested();) {
        const auto page = read_page(client, tail_.size(), 0);
        if (!page.ok()) {
            return page.status();
        }
        entries = *page;
        if (*waiting > 0) {
            progress.update(static_cast<double>(learner_.event_count() - before) /
                            static_cast<double>(*waiting));
        }
    }
    return group_.show(client, tail_, kFirstEvents);
}

Result<std::size_t> RedisSource::read_page(RedisClient& client, std::size_t streams,
                                           unsigned block_ms) {
    const auto take = [this](std::size_t stream, std::span<const std::string_view> fields) {
        stream == 0 ? take_change(fields) : take_event(fields);
    };
    Result<std::size_t> entries = Status();
    do {
        if (Status status = settle_if_changed(client); !status.ok()) {
            return status;
        }
        entries = tail_.read(client, streams, block_ms, take);
        if (!entries.ok()) {
            return entries;
        }
    } while (settled_ != client.changes());
    const Status status = digest(client);
    return status.ok() ? std::move(entries) : Result<std::size_t>(status);
}

// Items first: an event of an unknown item teaches nothing. They may be a whole catalog.
Status RedisSource::digest(RedisClient& client) {
    while (!changed_.empty()) {
        if (stop_requested()) {
            return {};
        }
        Status status = read_items(client);
        if (!status.ok()) {
            return status;
        }
    }
    for (const auto& [visitor, event] : events_) {
        learner_.add(visitor, event);
    }
    events_.clear();
    remember_places();
    return {};
}

// Only now, when all that was read is learned.
void RedisSource::remember_places() {
    for (std::size_t stream = kFirstEvents; stream < tail_.size(); stream++) {
        learner_.sources().streams[tail_.key(stream)] = tail_.place(stream);
    }
}

Status RedisSource::read_items(RedisClient& client) {
    std::vector<std::string> ids;
    for (const std::string& id : changed_) {
        if (ids.size() == kItemsAtOnce) {
            break;
        }
        ids.push_back(id);
        const std::string key = keys_.item(id);
        client.append(key, {"HGETALL", key});
    }
    Status first_problem;  // all replies are read, whatever the first says
    for (const std::string& id : ids) {
        const auto reply = client.next();
        if (reply.ok()) {
            take_item(id, **reply);
        } else if (client.refusal() == "WRONGTYPE") {
            complain("item '" + id + "': " + reply.message());
        } else {
            first_problem = first_problem.ok() ? reply.status() : first_problem;
            continue;
        }
        changed_.erase(id);
    }
    return first_problem;
}

void RedisSource::take_item(const std::string& id, const redisReply& reply) {
    if (elements_of(reply).empty()) {
        learner_.remove_item(id);
        return;
    }
    if (!loaded_) {
        taken_.insert(id);
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

void RedisSource::complain(const std::string& problem) {
    if (complaints_.add(Clock::now())) {
        warn(problem);
    }
}

void RedisSource::end_complaints(bool at_once) {
    mention_strangers();
    if (const std::size_t unsaid = complaints_.end(Clock::now(), at_once); unsaid > 0) {
        warn("and " + std::to_string(unsaid) + " more like these");
    }
}

void RedisSource::mention_strangers() {
    if (learner_.stranger_count() > 0 && !strangers_mentioned_) {
        strangers_mentioned_ = true;
        warn(std::to_string(learner_.stranger_count()) +
             " events without a visitor id count for popularity only; give each its field v, 1 to "
             "64 of A-Z a-z 0-9 . _ - (each generation's line says how many there are)");
    }
    if (learner_.refused_count() > 0 && !refused_mentioned_) {
        refused_mentioned_ = true;
        warn(std::to_string(learner_.refused_count()) +
             " events teach nothing: they are dated before 1970 or more than a day ahead of this "
             "machine's clock; write t in unix seconds, and check the clock (each generation's "
             "line says how many there are)");
    }
}

}  // namespace pz::cli
