#include "rewrite/json_text.hpp"

#include <charconv>

namespace pz::rewrite {

namespace {

constexpr std::size_t kUnicodeEscape = 6;  // \u0041

// 0 where there is none: \u0000 pairs with nothing either.
unsigned code_unit(std::string_view raw, std::size_t at) {
    unsigned unit = 0;
    if (raw.substr(at, 2) == "\\u" && at + kUnicodeEscape <= raw.size()) {
        std::from_chars(raw.data() + at + 2, raw.data() + at + kUnicodeEscape, unit, 16);
    }
    return unit;
}

void append_byte(unsigned byte, std::string& out) {
    out.push_back(static_cast<char>(byte));
}

void append_utf8(unsigned point, std::string& out) {
    if (point < 0x80) {
        append_byte(point, out);
        return;
    }
    if (point < 0x800) {
        append_byte(0xc0 | point >> 6, out);
    } else if (point < 0x10000) {
        append_byte(0xe0 | point >> 12, out);
        append_byte(0x80 | (point >> 6 & 0x3f), out);
    } else {
        append_byte(0xf0 | point >> 18, out);
        append_byte(0x80 | (point >> 12 & 0x3f), out);
        append_byte(0x80 | (point >> 6 & 0x3f), out);
    }
    append_byte(0x80 | (point & 0x3f), out);
}

char single(char escaped) {
    switch (escaped) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return escaped;  // " \ /
    }
}

}  // namespace

std::size_t decode_json_escape(std::string_view raw, std::size_t at, std::string& out) {
    if (raw[at + 1] != 'u') {
        out.push_back(single(raw[at + 1]));
        return 2;
    }
    const unsigned high = code_unit(raw, at);
    const unsigned low = code_unit(raw, at + kUnicodeEscape);
    if (high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
        append_utf8(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), out);
        return 2 * kUnicodeEscape;
    }
    append_utf8(high, out);
    return kUnicodeEscape;
}

void decode_json_text(std::string_view raw, std::string& out) {
    for (std::size_t at = 0; at < raw.size();) {
        const std::size_t escape = std::min(raw.find('\\', at), raw.size());
        out.append(raw.substr(at, escape - at));
        at = escape;
        if (at < raw.size()) {
            at += decode_json_escape(raw, at, out);
        }
    }
}

}  // namespace pz::rewrite
