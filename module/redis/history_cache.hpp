// HistoryCache: the events of visitors who were here just now, so that Redis need not send them all
// again.
//
// It never answers by itself. Each page asks Redis, in its one round trip, for what tells whether
// the list is still the one that is known: its length, its first events, and the event at the place
// where the known list ends. Up to kNewest - 1 events that came in front since are put there;
// whatever else the answer says, everything is read anew. So a page knows what the server of the
// list knows, whoever wrote it, and however failovers and moving slots changed who that is. What is
// saved is sending, receiving and parsing the rest.
//
// What does not show is an event exchanged for another in the middle of a list. For its sake
// everything is read anew when `max_age` has passed since it was last.
//
// Thread rules: one thread. Errors: none, but for std::bad_alloc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "redis/breaker.hpp"
#include "redis/session.hpp"

namespace pz::redis {

// Texts one behind the other, newest event first.
class History {
  public:
    std::size_t size() const { return ends_.size(); }
    std::string_view operator[](std::size_t i) const;
    std::string_view bytes() const { return bytes_; }
    // What it takes in memory.
    std::size_t held() const;
    void add(std::string_view text);
    void reserve(std::size_t events, std::size_t bytes);

  private:
    std::string bytes_;
    std::vector<std::uint32_t> ends_;
};

struct HistoryLimits {
    std::size_t capacity = std::size_t{8} * 1024 * 1024;  // bytes; 0: nothing is kept
    Millis max_age = Millis{5} * 60 * 1000;
    unsigned events = 100;  // of a list, as append_read() asks for
};

class HistoryCache {
  public:
    // How many of the first events are asked for.
    static constexpr unsigned kNewest = 8;
    // Lists of fewer events are read as cheaply as they are compared.
    static constexpr std::size_t kLeast = 2 * std::size_t{kNewest};

    explicit HistoryCache(const HistoryLimits& limits) : limits_(limits) {}
    HistoryCache(const HistoryCache&) = delete;
    HistoryCache& operator=(const HistoryCache&) = delete;

    // The last place (from 0) of the visitor's list as it is known, for append_check() with
    // kNewest; nothing: read everything.
    std::optional<std::uint32_t> last_place(std::string_view visitor, Millis now);
    // The list as it is now, by the replies to append_check() of this place; lives until the next
    // call. nullptr: it is not known any more, read everything.
    const History* confirm(std::string_view visitor, std::uint32_t place,
                           std::span<const Reply> replies, Millis now);
    // What was read. Returns how many visitors had to leave since the last call, for want of room.
    std::size_t keep(std::string_view visitor, const Reply& events, Millis now);
    // Those who have not been here for max_age leave.
    void expire(Millis now);

    std::size_t bytes() const { return bytes_; }
    std::size_t visitors() const { return by_use_.size(); }

  private:
    struct Entry {
        std::string visitor;
        History history;
        Millis read_at, used_at;
    };
    using Entries = std::list<Entry>;

    static std::size_t size_of(const Entry& entry);
    Entry* find(std::string_view visitor);
    std::optional<std::size_t> pushed(const History& known, std::uint32_t place,
                                      std::span<const Reply> replies) const;
    bool follows(const History& known, std::size_t count, std::uint32_t place,
                 std::span<const Reply> replies) const;
    void put_in_front(Entry& entry, std::span<const Reply> newest);
    void remove(Entries::iterator entry);
    void make_room();

    const HistoryLimits limits_;
    bool denied_ = false;  // Redis does not let us ask
    std::size_t bytes_ = 0, left_ = 0;
    Entries by_use_;  // the last used first
    std::unordered_map<std::string_view, Entries::iterator> index_;
};

}  // namespace pz::redis
