#include "rewrite/json_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

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

// Appends the escape at raw[at], decoded; returns how many bytes it takes.
std::size_t decode_escape(std::string_view raw, std::size_t at, std::string& out) {
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

// The code point that begins at text[at], and its length; U+FFFD and 1 where none does.
struct Point {
    unsigned value;
    std::size_t size;
};

Point read_utf8(std::string_view text, std::size_t at) {
    constexpr Point kNone = {0xfffd, 1};
    constexpr std::array<unsigned, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
    const auto first = static_cast<unsigned char>(text[at]);
    const std::size_t size = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                                            : 4;
    if (size == 1) {
        return {first, 1};
    }
    if (size == 0 || first > 0xf4 || at + size > text.size()) {
        return kNone;
    }
    unsigned value = first & (0xffU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        const auto byte = static_cast<unsigned char>(text[at + i]);
        if ((byte & 0xc0) != 0x80) {
            return kNone;
        }
        value = value << 6 | (byte & 0x3f);
    }
    const bool good =
        value >= kLeast[size] && value < 0x110000 && (value < 0xd800 || value > 0xdfff);
    return good ? Point{value, size} : kNone;
}

void append_code_unit(unsigned unit, std::string& out) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
        out.push_back(kDigits[unit >> shift & 0xf]);
    }
}

void append_escape(unsigned point, std::string& out) {
    if (point == '"' || point == '\\') {
        out.push_back('\\');
        out.push_back(static_cast<char>(point));
    } else if (point == '\n') {
        out.append("\\n");
    } else if (point < 0x10000) {
        append_code_unit(point, out);
    } else {
        append_code_unit(0xd800 + ((point - 0x10000) >> 10), out);
        append_code_unit(0xdc00 + ((point - 0x10000) & 0x3ff), out);
    }
}

bool plain(char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '<';
}

}  // namespace

void decode_json_text(std::string_view raw, std::string& out) {
    for (std::size_t at = 0; at < raw.size();) {
        const std::size_t escape = std::min(raw.find('\\', at), raw.size());
        out.append(raw.substr(at, escape - at));
        at = escape;
        if (at < raw.size()) {
            at += decode_escape(raw, at, out);
        }
    }
}

void append_json_text(std::string_view text, std::string& out) {
    for (std::size_t at = 0; at < text.size();) {
        const auto* from = text.data() + at;
        const auto* end = std::find_if_not(from, text.data() + text.size(), plain);
        out.append(from, end);
        at += static_cast<std::size_t>(end - from);
        if (at < text.size()) {
            const Point point = read_utf8(text, at);
            append_escape(point.value, out);
            at += point.size;
        }
    }
}

DecodedText::DecodedText(std::string_view raw) : raw_(raw) {
    std::size_t escapes = 0;
    for (std::size_t at = 0; at < raw.size();) {
        const std::string_view ahead = raw.substr(at, kBytesPerMark);
        const std::size_t plain = std::min(ahead.find('\\'), ahead.size());
        text_.append(ahead.substr(0, plain));
        at += plain;
        const bool escape = plain < ahead.size();
        if (escape) {
            at += decode_escape(raw, at, text_);
        }
        if (!escape || ++escapes % kEscapesPerMark == 0) {
            marks_.push_back({text_.size(), at});
        }
    }
}

std::size_t DecodedText::raw_offset(std::size_t text_offset) const {
    const auto behind =
        std::upper_bound(marks_.begin(), marks_.end(), text_offset,
                         [](std::size_t offset, const Mark& mark) { return offset < mark.text; });
    Mark at = behind == marks_.begin() ? Mark{0, 0} : *std::prev(behind);
    std::string said;
    while (true) {
        const std::string_view ahead = raw_.substr(at.raw, text_offset - at.text);
        const std::size_t plain = ahead.find('\\');
        if (plain == std::string_view::npos) {
            return at.raw + ahead.size();
        }
        said.clear();
        const std::size_t size = decode_escape(raw_, at.raw + plain, said);
        if (text_offset < at.text + plain + said.size()) {
            return at.raw + plain;
        }
        at = {at.text + plain + said.size(), at.raw + plain + size};
    }
}

std::string_view DecodedText::raw(std::size_t begin, std::size_t end) const {
    const std::size_t from = raw_offset(begin);
    return raw_.substr(from, raw_offset(end) - from);
}

}  // namespace pz::rewrite
