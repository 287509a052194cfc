// UTF-8, one sequence at a time. Thread rules: pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace pz::store {

struct CodePoint {
    char32_t value;    // U+FFFD where the bytes are no UTF-8
    std::size_t size;  // bytes of the sequence; of what is no UTF-8, one
    bool valid;
};

// What `text`, which is not empty, begins with. Overlong forms, surrogates and what lies beyond
// U+10FFFF are no UTF-8 (Unicode 15, table 3-7).
inline CodePoint decode_utf8(std::string_view text) {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) {
        return {lead, 1, true};
    }
    constexpr CodePoint kInvalid = {0xFFFD, 1, false};
    const std::size_t size = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (size == 0 || lead > 0xF4 || text.size() < size) {
        return kInvalid;
    }
    char32_t value = lead & (0x7FU >> size);
    for (std::size_t i = 1; i < size; i++) {
        if ((byte(i) & 0xC0U) != 0x80) {
            return kInvalid;
        }
        value = value << 6U | (byte(i) & 0x3FU);
    }
    const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
    const bool surrogate = value >= 0xD800 && value < 0xE000;
    return overlong || surrogate || value > 0x10FFFF ? kInvalid : CodePoint{value, size, true};
}

}  // namespace pz::store
