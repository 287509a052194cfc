// Suggestions for names that were mistyped. Thread rules: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace pz::page {

// "unknown option 'limt': did you mean 'limit'? known are limit, min, ...". The question is left
// out when no known name is near.
std::string unknown_name(std::string_view what, std::string_view name,
                         std::span<const std::string_view> known);

// The known name that was probably meant; empty when none is near.
std::string_view nearest(std::string_view name, std::span<const std::string_view> known);

}  // namespace pz::page
