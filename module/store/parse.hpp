// Texts of feeds and events -> numbers.
// Thread rules: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "store/item.hpp"

namespace pz::store {

// "19.90 GBP", "19.90", "19,90 EUR" -> micros, and the currency if one is named. False: not a
// price.
bool parse_price(std::string_view text, std::int64_t* micros, std::string_view* currency);
// Merchant ("in_stock", "in stock"), schema.org ("https://schema.org/InStock") and Nosto spellings.
// False when the text is none of them.
bool parse_availability(std::string_view text, Availability* availability);
// A whole number of pieces, "12", "+12", "12.0"; less than none is none. False: not a number.
bool parse_stock(std::string_view text, std::uint32_t* stock);
// Unix seconds, or milliseconds (numbers beyond 2^33), or YYYY-MM-DD with or without a time of day
// behind it, which is ignored.
bool parse_date(std::string_view text, std::int64_t* unix_seconds);

}  // namespace pz::store
