// Currencies as numbers. Internal to the room. Thread rules: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace pz::page {

// No currency has this code; where it stands, an unknown one's code goes.
inline constexpr std::string_view kPlaceholder = "QZQ";

// Of three letters.
inline std::uint32_t currency_code(std::string_view letters) {
    std::uint32_t code = 0;
    for (const char c : letters) {
        code = code << 8U | static_cast<unsigned char>(c);
    }
    return code;
}

}  // namespace pz::page
