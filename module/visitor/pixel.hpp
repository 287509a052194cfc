// The query of a pixel: one event, in GA4's words.
//
//   name=view_item&item_id=SKU-1&price=19.90&item_list_id=home
//
// Names and meaning are those of a beacon (beacon.hpp), with the item's fields beside the event's:
// name, item_id, price, quantity, timestamp_micros, value, search_term, event_id and so on. Events
// of the shop's own keep all others. Fields without a value do not count; of two with the same name
// the first does. Thread rules: a pure function.
#pragma once

#include <cstdint>
#include <string_view>

#include "visitor/beacon.hpp"
#include "visitor/event.hpp"

namespace pz::visitor {

// `query` is form-encoded. The error names the field: "price: not a number".
Result<Event> parse_pixel(std::string_view query, std::int64_t now,
                          const BeaconLimits& limits = {});

}  // namespace pz::visitor
