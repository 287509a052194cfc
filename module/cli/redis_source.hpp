// RedisSource: the shop's catalog and events in Redis -> a Learner.
//
// First everything that is there, then what comes. Places in the streams of events are those of the
// learner's sources: after a reconnection, or with another learner's checkpoint, reading goes on
// there and no event is learned twice. The catalog is what has an
// item's key: its stream names changes only, and may have lost most of them. An item's record is
// read again whenever the stream names it, and again until Redis gives it; items come before the
// events of the same page.
// Thread rules: one thread.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/complaints.hpp"
#include "cli/forgetting.hpp"
#include "cli/learner.hpp"
#include "cli/redis_client.hpp"
#include "cli/stream_group.hpp"
#include "cli/stream_tail.hpp"
#include "redis/commands.hpp"

namespace pz::cli {

class RedisSource {
  public:
    // `history`: files to be learned between the catalog and the streams' events, since events of
    // unknown items teach nothing.
    // `group`: that shows how far the streams were read.
    RedisSource(Learner& learner, const redis::Keys& keys, unsigned partitions,
                std::vector<std::string> history, std::string group);

    // The whole catalog, the history, then all events. May be called again after an error, unless
    // hopeless(): the catalog is then what Redis has by that time. Stops early, without an error,
    // when the program is asked to end: loaded() is then false.
    Status load(RedisClient& client);
    bool loaded() const { return loaded_; }
    // A history could not be read to its end: to read it again would learn its beginning twice.
    bool hopeless() const { return hopeless_; }
    // To be called when a client is new, before follow().
    Status settle(RedisClient& client);
    // What is new since then; waits up to `block_ms` for it, not at all while visitors are to be
    // forgotten, of which it does a piece.
    Status follow(RedisClient& client, unsigned block_ms);
    // All who wait for it, but for those who asked in the last seconds.
    Status forget_who_asked(RedisClient& client);

  private:
    Status load_catalog(RedisClient& client);
    Status load_history(RedisClient& client);
    Status load_events(RedisClient& client);
    Result<std::uint64_t> settle_events(RedisClient& client);
    void remember_places();
    Status settle_if_changed(RedisClient& client);
    Result<std::size_t> read_page(RedisClient& client, std::size_t streams, unsigned block_ms);
    Status digest(RedisClient& client);
    Status read_items(RedisClient& client);
    void take_item(const std::string& id, const redisReply& reply);
    void take_change(std::span<const std::string_view> fields);
    void take_event(std::span<const std::string_view> fields);
    void mention_strangers();
    void complain(const std::string& problem);
    void end_complaints(bool at_once);
    Status check_partitions(RedisClient& client);

    Learner& learner_;
    redis::Keys keys_;
    std::vector<std::string> history_;  // not yet read
    StreamTail tail_;                   // the catalog's stream, then one for each partition
    StreamGroup group_;
    Forgetting forgetting_;
    std::optional<std::uint64_t> settled_;        // the client's changes(), when the streams were
    std::set<std::string, std::less<>> changed_;  // items whose records are to be read
    std::set<std::string, std::less<>> taken_;    // items that Redis had, until all is loaded
    std::vector<std::pair<std::string, visitor::Event>> events_;  // to be learned after that
    Complaints complaints_;
    bool loaded_ = false;
    bool hopeless_ = false;
    bool strangers_mentioned_ = false;
    bool refused_mentioned_ = false;
};

}  // namespace pz::cli
