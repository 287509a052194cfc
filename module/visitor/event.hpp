// Events: what a visitor did, with GA4's names, and their text form
//
//   <event> <item> <unix-seconds>[ k=v ...]     view_item SKU-1 1763660000 price=19.90 list=home
//
// Every token is percent-encoded (RFC 3986; everything but A-Z a-z 0-9 - . _ ~ : , / is encoded by
// us, any encoding is understood). An event without an item has "-" as its item. The text form is
// what the visitor's list holds and what anyone may write with redis-cli.
// Thread rules: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/status.hpp"

namespace pz::visitor {

enum class EventType : std::uint8_t {
    view_item,
    view_item_list,
    select_item,
    add_to_cart,
    remove_from_cart,
    view_cart,
    begin_checkout,
    purchase,
    refund,
    search,
    add_to_wishlist,
    like,
    unlike,
    dislike,
    select_filter,
    select_variant,
    other,  // any other name of the shop; kept, counted, without meaning to the recommenders
    count
};

// "view_item"; "other" for EventType::other.
std::string_view name(EventType type);
EventType event_type(std::string_view name);
// Whether it says what the visitor thinks of an item: of several the newest counts.
bool is_opinion(EventType type);
// How much interest in an item one event shows: view and select 1, wishlist and like 3, cart 4,
// purchase 6 (one piece), dislike -6, others 0.
float interest(EventType type);

// Limits, so that nothing a client sends can grow. Anything beyond is an error, not cut.
inline constexpr std::size_t kMaxNameLength = 40;
inline constexpr std::size_t kMaxItemIdLength = 50;  // as in the Merchant feed
inline constexpr std::size_t kMaxParameters = 16;
inline constexpr std::size_t kMaxParameterLength = 200;  // of a value; a key: kMaxNameLength
inline constexpr std::size_t kMaxEventLength = 2048;     // of the text form

struct Event {
    EventType type = EventType::other;
    std::string name;       // as written; equals visitor::name(type) unless type is other
    std::string item;       // decoded id; empty: none
    std::int64_t time = 0;  // unix seconds
    // Decoded, in the order written. Known: price (number), qty (integer >= 1), list, value,
    // currency, segment, term, variant, eid (event id, for exactly-once), nth (identity.hpp). Never
    // v, e, i or t: those are the stream entry's own. Of two with the same key the first counts.
    std::vector<std::pair<std::string, std::string>> parameters;

    std::string_view parameter(std::string_view key) const;  // empty when absent
    std::int64_t price_micros() const;                       // 0 when absent or not a price
    std::uint32_t quantity() const;                          // 1 when absent or not a number
};

// The error says which part is wrong: "time: not a number of seconds: 'x'".
Result<Event> parse_event(std::string_view text);
// The text form. The event must be valid (validate()).
std::string format_event(const Event& event);
Status validate(const Event& event);

// 1 to 64 of A-Z a-z 0-9 . _ -
bool valid_visitor_id(std::string_view id);

// Both append to `out`.
void percent_encode(std::string_view text, std::string& out);
// False on a broken escape; what was appended is then unspecified.
bool percent_decode(std::string_view text, std::string& out);

// The stream entry of an event: v e i t with their values, then the parameters (not encoded).
std::vector<std::string> stream_fields(std::string_view visitor, const Event& event);
// The other way. `fields` are name, value, name, value, ...; unknown names become parameters.
// `visitor` (may be null) is left empty when the entry names none or not a valid one.
Result<Event> event_of_stream(std::span<const std::string_view> fields, std::string* visitor);

}  // namespace pz::visitor
