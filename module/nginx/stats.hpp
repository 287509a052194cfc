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

// Upper bounds of the lookup histogram, in microseconds; one more bucket above.
inline constexpr std::array<std::uint32_t, 9> kLatencyBounds = {250,   500,   1000,  2500,  5000,
                                                                10000, 25000, 50000, 100000};

struct Counter {
    std::atomic<std::uint64_t> value;
    void add(std::uint64_t n = 1) { value.fetch_add(n, std::memory_order_relaxed); }
    std::uint64_t get() const { return value.load(std::memory_order_relaxed); }
};

struct Stats {
    Counter personal, popular;
    Counter passed[static_cast<std::size_t>(Skip::count)];
    Counter lookups, lookup_failures, lookup_timeouts;
    Counter visitor_cache_hits, visitor_cache_changed, visitor_cache_evictions;
    Counter lookup_bucket[kLatencyBounds.size() + 1], lookup_us;
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

    void observe_lookup(std::uint64_t us) {
        std::size_t bucket = 0;
        while (bucket < kLatencyBounds.size() && us > kLatencyBounds[bucket]) {
            bucket++;
        }
        lookup_bucket[bucket].add();
        lookup_us.add(us);
    }
};

}  // namespace pz::ngx
