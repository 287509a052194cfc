#include "cli/json.hpp"

#include <cstdint>
#include <cstdio>

namespace pz::cli {

namespace {

// How many bytes the UTF-8 sequence at the text's begin has; 0: it is not well-formed (Unicode 15,
// table 3-7).
std::size_t sequence_length(std::string_view text) {
    const auto byte = [text](std::size_t i) {
        return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
    };
    const auto tail = [&byte](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
    const std::uint8_t first = byte(0);
    const std::uint8_t second = byte(1);
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xC2 && first <= 0xDF) {
        return tail(1) ? 2 : 0;
    }
    if ((first & 0xF0U) == 0xE0U) {
        const bool valid = first == 0xE0 ? second >= 0xA0 : first != 0xED || second <= 0x9F;
        return valid && tail(1) && tail(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool valid = first == 0xF0 ? second >= 0x90 : first != 0xF4 || second <= 0x8F;
        return valid && tail(1) && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

void append_escaped(char c, std::string& out) {
    if (c == '"' || c == '\\') {
        out.append({'\\', c});
    } else if (static_cast<std::uint8_t>(c) < 0x20) {
        char code[8];
        std::snprintf(code, sizeof(code), "\\u%04x", static_cast<unsigned>(c));
        out += code;
    } else {
        out += c;
    }
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
    out += '"';
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        if (length == 1) {
            append_escaped(text.front(), out);
        } else {
            out.append(length == 0 ? std::string_view("\xEF\xBF\xBD") : text.substr(0, length));
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    out += '"';
}

}  // namespace pz::cli
