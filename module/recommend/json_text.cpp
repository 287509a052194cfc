#include "recommend/json_text.hpp"

#include <algorithm>

namespace pz::recommend {

namespace {

// The length of the UTF-8 sequence that `text` begins with; 0: it is none.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || text.size() < length) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) {
            return 0;
        }
    }
    const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
    const bool surrogate = lead == 0xED && byte(1) >= 0xA0;
    const bool beyond = lead == 0xF4 && byte(1) >= 0x90;
    return overlong || surrogate || beyond ? 0 : length;
}

void append_escape(unsigned char byte, std::string& out) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out.append("\\u00").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
}

}  // namespace

void append_json(std::string_view text, std::string& out) {
    out += '"';
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        const char c = text.front();
        if (length == 0) {
            out += "\\ufffd";
        } else if (length == 1 && (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '<' ||
                                   c == '>' || c == '&' || c == '"' || c == '\\')) {
            append_escape(static_cast<unsigned char>(c), out);
        } else {
            out.append(text.substr(0, length));
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    out += '"';
}

}  // namespace pz::recommend
