// What generations read from the fields of a product. Internal to learn.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "learn/trainer_state.hpp"

namespace pz::learn {

// Empty: no such field.
std::string_view field_of(const store::ItemInput& input, std::string_view name);
// Unix seconds: the shop's date_added, else of the first event; 0: not known.
std::int64_t first_seen(const Product& product);
// The share taken off, 0 when there is no sale.
float discount_of(const store::ItemInput& input);
// Without the columns for which there is no room; `left_out` is in order.
void drop_columns(const std::vector<std::string>& left_out, store::ItemInput& input);

}  // namespace pz::learn
