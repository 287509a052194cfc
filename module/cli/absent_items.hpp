// Items that Redis has and a complete feed lacks: they are sold no more.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "cli/redis_client.hpp"
#include "redis/commands.hpp"

namespace pz::cli {

class AbsentItems {
  public:
    explicit AbsentItems(const redis::Keys& keys) : keys_(keys) {}

    // To be called before the feed is written, so that it is compared with what was there.
    Status find(RedisClient& client, const std::set<std::string, std::less<>>& in_feed);
    // More would go than stay: rather half a feed than half a catalog sold out.
    bool too_many() const { return ids_.size() > staying_; }
    std::size_t size() const { return ids_.size(); }
    std::size_t known() const { return ids_.size() + staying_; }
    // Marks them out_of_stock, since events may name them yet, and names them in the catalog's
    // stream.
    Status mark(RedisClient& client) const;

  private:
    Status add_unmarked(RedisClient& client, const std::vector<std::string>& ids);
    Status mark_some(RedisClient& client, const std::vector<std::string>& ids) const;

    redis::Keys keys_;
    std::set<std::string, std::less<>> ids_;  // but those that are out_of_stock already
    std::size_t staying_ = 0;                 // items that Redis and the feed have
};

}  // namespace pz::cli
