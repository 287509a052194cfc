// Counters of all workers, in shared memory, so that any worker can answer personalize_status.
//
// Plain relaxed atomics, no pointers: old and new workers share the zone over a reload. A changed
// layout has another size and thereby gets a fresh zone.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace pz::ngx {

// Why a page left as the origin made it.
enum class Skip : std::uint8_t {
    none,
    redis,         // the lookup failed: Redis is away, or its queue is full
    timeout,       // the lookup was late
    store,         // no snapshot in service
    type,          // another content type
    status,        // not 200
    encoding,      // the origin compressed it
    transform,     // Cache-Control: no-transform
    limit,         // personalize_buffer_size was reached
    no_placement,  // no selector matched
    slice,         // nginx's slice filter sends the page in parts
    invalid,       // no JSON, though it says so
    charset,       // one that no scanner of ASCII can read
    undecided,     // no verdict, as when the client goes away before there is one
    count
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Skip::count)> kSkipNames = {
    "none",      "redis", "timeout",      "store", "type",    "status",  "encoding",
    "transform", "limit", "no_placement", "slice", "invalid", "charset", "undecided"};

// Upper bounds of the histograms, in microseconds; one more bucket above.
using Bounds = std::array<std::uint32_t, 9>;
inline constexpr Bounds kLatencyBounds = {250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000};
inline constexpr Bounds kWorkBounds = {50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000};

struct Counter {
    std::atomic<std::uint64_t> value;
    void add(std::uint64_t n = 1) { value.fetch_add(n, std::memory_order_relaxed); }
    std::uint64_t get() const { return value.load(std::memory_order_relaxed); }
};

template <const Bounds& kBounds>
struct Histogram {
    Counter bucket[kBounds.size() + 1], sum_us;

    void observe(std::uint64_t us) {
        std::size_t i = 0;
        while (i < kBounds.size() && us > kBounds[i]) {
            i++;
        }
        bucket[i].add();
        sum_us.add(us);
    }
};

// How often each placement was shown, by tier. A table that only grows: a place in it is taken once
// and then keeps its name. Names beyond kPlaces are not counted.
class Renders {
  public:
    static constexpr std::size_t kPlaces = 128;
    static constexpr std::size_t kMaxName = 100;
    static constexpr std::size_t kTiers = 3;

    struct Place {
        std::atomic<std::uint64_t> hash;  // 0: free
        std::atomic<std::uint32_t> size;  // of the name; 0: not yet written
        char name[kMaxName];
        Counter shown[kTiers];
    };

    void add(std::string_view name, std::size_t tier);
    const Place* begin() const { return places_; }
    const Place* end() const { return places_ + kPlaces; }

  private:
    Place places_[kPlaces];
};

struct Stats {
    Counter personal, popular;
    Counter passed[static_cast<std::size_t>(Skip::count)];
    Counter lookups, lookup_failures, lookup_timeouts;
    Counter visitor_cache_hits, visitor_cache_changed, visitor_cache_evictions;
    Histogram<kLatencyBounds> lookup_time;  // from the read's begin to its last reply
    Histogram<kLatencyBounds> added_time;   // by which a page was later for being personal
    Histogram<kWorkBounds> rewrite_time;    // of it, the worker's own work
    Renders renders;
    Counter redis_connects, redis_failures, redis_redirects;
    Counter widgets_filled, listings_reordered, placements_kept, over_budget, over_limit, ambiguous;
    Counter events, events_failed, beacons_refused, values_refused, impressions,
        impressions_dropped;
    Counter events_spooled, events_replayed, events_unreplayable, spool_full, spool_failures;
    Counter without_consent, not_of_visitors;
    Counter forgets, forgets_failed, joins, joins_failed;
    Counter rules_failed, rule_reloads, rule_reload_failures;
    Counter store_swaps;
    Counter page_cache_hits, page_cache_misses, page_cache_evictions, gzip_joined;
};

}  // namespace pz::ngx
