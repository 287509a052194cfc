// Currencies as numbers. Internal to the room. Thread rules: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pz::page {

// No currency has this code; where it stands, an unknown one's code goes.
inline constexpr std::string_view kPlaceholder = "QZQ";

// Bytes of what feeds write for one: "EUR", "kr", "руб.". The longest for which Locale::kMaxText is
// enough.
inline constexpr std::size_t kMaxCurrency = 7;

// Of three bytes.
inline std::uint32_t currency_code(std::string_view letters) {
    std::uint32_t code = 0;
    for (const char c : letters) {
        code = code << 8U | static_cast<unsigned char>(c);
    }
    return code;
}

}  // namespace pz::page
