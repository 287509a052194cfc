// Characters: the byte classes of HTML's tokenizer. Bytes, not code points: every byte that decides
// something is ASCII in each of the encodings that nginx serves. Thread rules: constants.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pz::rewrite {

namespace byte_class {
inline constexpr std::uint8_t kSpace = 1;      // tab, LF, FF, CR, space
inline constexpr std::uint8_t kAlpha = 2;      // ASCII letters
inline constexpr std::uint8_t kNameEnd = 4;    // space / >
inline constexpr std::uint8_t kAttrEnd = 8;    // space / > =
inline constexpr std::uint8_t kValueEnd = 16;  // space >
}  // namespace byte_class

namespace detail {
inline constexpr std::array<std::uint8_t, 256> make_byte_classes() {
    using namespace byte_class;
    std::array<std::uint8_t, 256> table{};
    for (const unsigned char c : {'\t', '\n', '\f', '\r', ' '}) {
        table[c] = kSpace | kNameEnd | kAttrEnd | kValueEnd;
    }
    for (unsigned char c = 'a'; c <= 'z'; ++c) {
        table[c] = kAlpha;
        table[static_cast<std::size_t>(c - 32)] = kAlpha;
    }
    table['/'] = kNameEnd | kAttrEnd;
    table['>'] = kNameEnd | kAttrEnd | kValueEnd;
    table['='] = kAttrEnd;
    return table;
}
inline constexpr std::array<std::uint8_t, 256> kByteClasses = make_byte_classes();
}  // namespace detail

inline bool byte_is(char c, std::uint8_t classes) {
    return (detail::kByteClasses[static_cast<unsigned char>(c)] & classes) != 0;
}

inline constexpr char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

inline constexpr bool equal_ignoring_case(std::string_view left, std::string_view right) {
    if (left.size() != right.size()) {
        return false;
    }
    for (std::size_t i = 0; i < left.size(); ++i) {
        if (to_lower(left[i]) != to_lower(right[i])) {
            return false;
        }
    }
    return true;
}

}  // namespace pz::rewrite
