// Values of beacon fields, read from parsed JSON. Internal to the room. Thread rules: pure
// functions.
#pragma once

#include <simdjson.h>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "visitor/event.hpp"

namespace pz::visitor {

// A field of GA4 and what we call it.
struct MappedField {
    std::string_view theirs, ours;
};

// Of the item, else of params. Of two with the same meaning the first that is there counts.
inline constexpr std::array<MappedField, 4> kItemFields = {{{"item_list_id", "list"},
                                                            {"item_list_name", "list"},
                                                            {"item_variant", "variant"},
                                                            {"currency", "currency"}}};
// Of params only.
inline constexpr std::array<MappedField, 3> kEventFields = {
    {{"search_term", "term"}, {"event_id", "eid"}, {"transaction_id", "eid"}}};

// Events that keep parameters of the shop's own: those that GA4 does not know.
bool keeps_custom(EventType type);
// Not for such a parameter to say: what is read by its own rules, the segments, which only the shop
// knows, and the number of an order's line.
bool reserved(std::string_view key);

// What is wrong with an event's name as a client sends it: by GA4's rules letters, digits and _, a
// letter first. Empty: nothing is.
std::string_view sent_name_problem(std::string_view name);

// Unix seconds. A clock that is wrong, or an event that waited too long, must not rewrite history:
// it is of `now`.
std::int64_t credible_time(std::int64_t seconds, std::int64_t now, std::int64_t max_age);

// False when there is none. null is none: JavaScript writes it for what a page does not know.
bool find_field(simdjson::dom::object object, std::string_view name,
                simdjson::dom::element* element);

// Texts, numbers and truth values. False: an array or an object.
bool scalar_text(simdjson::dom::element element, std::string* text);

// Each returns what is wrong; empty: nothing is. A text must be nothing but the number: shops write
// "19.90" as often as 19.90.
// Money as the shortest decimal text, cut to micros.
std::string_view read_amount(simdjson::dom::element element, std::string* text);
std::string_view read_amount(std::string_view number, std::string* text);
std::string_view read_quantity(simdjson::dom::element element, std::string* text);
std::string_view read_quantity(std::string_view number, std::string* text);
// GA4's timestamp_micros as unix seconds.
std::string_view read_micros(simdjson::dom::element element, std::int64_t* seconds);
std::string_view read_micros(std::string_view number, std::int64_t* seconds);

}  // namespace pz::visitor
