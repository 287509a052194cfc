// Message: how a file's version and its places are written.
// Thread rules: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pz::rules {

std::uint64_t hash_of(std::string_view text);  // FNV-1a
std::string first_digits(std::uint64_t hash);  // 8 hex digits

// "rules:12: text" -> "shop.lua:12: rule 'x': text"; `title` is "rule 'x': " or empty.
std::string explain(std::string_view message, const std::string& file, const std::string& title);

// Puts `reason` between a message's place and its text: "rules:12: <reason>attempt to ...".
std::string with_reason(std::string_view message, std::string_view reason);

}  // namespace pz::rules
