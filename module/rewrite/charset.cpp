#include "rewrite/charset.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "rewrite/characters.hpp"
#include "store/utf8.hpp"

namespace pz::rewrite {
namespace {

constexpr std::array<std::string_view, 6> kUtf8 = {
    "utf-8",         "utf8",          "unicode-1-1-utf-8",
    "unicode11utf8", "unicode20utf8", "x-unicode20utf8"};  // Encoding Standard, 4.2

// What the labels begin with, without case.
constexpr std::array<std::string_view, 29> kUnsafe = {
    "utf-16",        "utf16",    "utf-32",    "utf32",    "utf-7",   "utf7",
    "x-utf-16",      "x-utf-32", "ucs-2",     "ucs-4",    "ucs2",    "ucs4",
    "iso-10646-ucs", "unicode",  "csunicode", "iso-2022", "iso2022", "csiso2022",
    "hz-gb",         "johab",    "cp1361",    "ms1361",   "ebcdic",  "ibm037",
    "cp037",         "ibm500",   "cp500",     "ibm1047",  "cp1047"};

template <std::size_t N>
bool any_of(const std::array<std::string_view, N>& names, std::string_view label, bool prefix) {
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
        return equal_ignoring_case(prefix ? label.substr(0, name.size()) : label, name);
    });
}

std::string_view bare(std::string_view label) {
    const std::size_t begin = label.find_first_not_of(" \t\"'");
    if (begin == std::string_view::npos) {
        return {};
    }
    return label.substr(begin, label.find_first_of(" \t\"';,", begin) - begin);
}

void append_number(std::uint32_t number, int base, std::string& out) {
    std::array<char, 12> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
    out.append(digits.data(), end);
}

// Calls `other` for each code point that is not ASCII; the rest is appended.
template <class Other>
void append_mapped(std::string_view utf8, std::string& out, const Other& other) {
    std::size_t from = 0;
    for (std::size_t i = 0; i < utf8.size();) {
        if (static_cast<unsigned char>(utf8[i]) < 0x80) {
            i++;
            continue;
        }
        const store::CodePoint code = store::decode_utf8(utf8.substr(i));
        out.append(utf8, from, i - from);
        other(code.value);
        i += code.size;
        from = i;
    }
    out.append(utf8, from, utf8.size() - from);
}

}  // namespace

Charset charset_named(std::string_view label) {
    label = bare(label);
    if (any_of(kUtf8, label, false)) {
        return Charset::utf8;
    }
    return any_of(kUnsafe, label, true) ? Charset::unsafe : Charset::ascii_based;
}

void append_ascii(std::string_view utf8, std::string& out) {
    append_mapped(utf8, out, [&out](char32_t code) {
        if (code >= 0xA0) {
            out.append("&#");
            append_number(code, 10, out);
            out += ';';
        }
    });
}

void append_ascii_json(std::string_view utf8, std::string& out) {
    const auto unit = [&out](std::uint32_t value) {
        out.append(value < 0x1000 ? "\\u0" : "\\u").append(value < 0x100 ? "0" : "");
        append_number(value, 16, out);
    };
    append_mapped(utf8, out, [&unit](char32_t code) {
        if (code >= 0x10000) {
            unit(0xD800 + ((code - 0x10000) >> 10U));
            unit(0xDC00 + ((code - 0x10000) & 0x3FFU));
        } else {
            unit(code);
        }
    });
}

}  // namespace pz::rewrite
