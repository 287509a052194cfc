// Forgetting: works off the queue that personalize_forget writes (Keys::forgotten()). What the
// endpoint cannot do in a request's time: takes the visitor's entries from the streams of events, of
// whom they were before a login too, and what the learner itself knows of them.
//
// A visitor stays in the queue until all is done: whatever ends in between, the learner or a
// connection, it is begun again. What is newer than the request stays, for the shop may know the same
// visitor again: entries, logins, and the lists of those who became this visitor since. Thread rules:
// one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "cli/redis_client.hpp"
#include "cli/visitor_traces.hpp"
#include "redis/commands.hpp"

namespace pz::cli {

class Forgetting {
  public:
    using Clock = std::chrono::steady_clock;

    // `forget` is told each visitor's id, the former ones too.
    Forgetting(const redis::Keys& keys, std::function<void(std::string_view)> forget)
        : keys_(keys), forget_(std::move(forget)) {}

    // A piece of the work, of some milliseconds; looks into the queue every kLook. Fails only where
    // the client is of no use any more: a server that forbids it is named once.
    Status step(RedisClient& client);
    // Steps until the queue has nobody whose turn it is, or the server refuses.
    Status work_off(RedisClient& client);
    // There is more to be done at once.
    bool busy() const { return !asked_.empty(); }

  private:
    static constexpr std::chrono::seconds kLook{2};
    static constexpr std::chrono::minutes kRetry{1};  // after an error
    // Impressions that were on their way when the visitor asked; and edges' clocks differ.
    static constexpr std::int64_t kGrace = 3;  // seconds
    static constexpr int kPages = 4;           // of a stream, in a step

    Status look(RedisClient& client);
    Status take(RedisClient& client, const std::string& visitor, const std::string& score);
    Status find_streams(RedisClient& client);
    Status walk(RedisClient& client);
    Status finish(RedisClient& client);
    Status erase_logins(RedisClient& client, const std::string& name, std::int64_t until);
    Status leave_queue(RedisClient& client, const std::string& visitor, const std::string& score);
    bool chosen(const StreamEntry& entry) const;
    void begin_anew();
    void tell(const Status& why);

    const redis::Keys keys_;
    const std::function<void(std::string_view)> forget_;
    Clock::time_point next_look_;
    std::map<std::string, std::string, std::less<>> asked_;  // and the score, as the queue has it
    Identities known_;  // of them and whom they were; until when entries go, unix seconds
    std::deque<StreamWalk> streams_;
    std::string told_;
    bool passed_over_ = false;  // somebody, at the last look
};

}  // namespace pz::cli
