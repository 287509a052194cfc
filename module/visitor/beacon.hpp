// The body of a beacon: GA4-shaped JSON, one event or many.
//
//   {"name":"view_item","params":{"items":[{"item_id":"SKU-1","price":19.9,"quantity":1}]}}
//   [ ...such objects... ]
//   {"events":[ ... ], "client_id":"...", "timestamp_micros":...}   (Measurement Protocol)
//
// Each entry of params.items becomes one event; an event without items (search) one event without
// an item. view_item_list with items becomes one event for each list that they name, which says what
// it showed at which places (`index`) and nothing else: is_shown_list(), as the edge tells of its
// own placements. The visitor is never taken from the body: the caller knows it from the cookie.
//
// GA4's names become ours: item_id the item; price, quantity -> qty of the item; item_list_id or
// item_list_name -> list, item_variant -> variant, currency of the item, else of params; of params
// alone search_term -> term, event_id or transaction_id -> eid, and value (on the first event only,
// so that sums stay right). select_filter, select_variant and names of the shop's own keep all
// other params that are texts, numbers or truth values, where the item does not say otherwise;
// their price and qty must be such numbers as an item's. GA4's events drop other params. Items
// that their event's eid does not tell apart are numbered (identity.hpp). Never taken from a client:
// segment, nth, and `items` as a text. null is the same as absent, and "19.90" as
// good a number as 19.90. Thread rules: a BeaconReader is of one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "store/status.hpp"
#include "visitor/event.hpp"

namespace pz::visitor {

struct BeaconLimits {
    std::size_t max_bytes = 64 * 1024;
    std::size_t max_events = 25;           // GA4's own limit for one request
    std::size_t max_produced = 400;        // events that one body may become
    std::size_t max_items = 200;           // GA4's own limit for one event
    std::size_t max_members = 100;         // of params, and of one item
    std::size_t max_text = 128 * 1024;     // bytes of all its events in text form
    std::int64_t max_age = 3 * 24 * 3600;  // seconds; older or future times become `now`
};

// Keeps the memory of reading for the next body, where that is not large.
class BeaconReader {
  public:
    BeaconReader();
    ~BeaconReader();
    BeaconReader(const BeaconReader&) = delete;
    BeaconReader& operator=(const BeaconReader&) = delete;

    // `now`: unix seconds, the time of events that carry none. All or nothing: one bad event fails
    // the whole body, with an error that names it ("events[2].params.items[0].price: not a number").
    Result<std::vector<Event>> parse(std::string_view body, std::int64_t now,
                                     const BeaconLimits& limits = {});

  private:
    class Json;
    std::unique_ptr<Json> json_;
};

// The same for one body alone.
Result<std::vector<Event>> parse_beacon(std::string_view body, std::int64_t now,
                                        const BeaconLimits& limits = {});

}  // namespace pz::visitor
