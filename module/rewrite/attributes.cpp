#include "rewrite/attributes.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "rewrite/characters.hpp"

namespace pz::rewrite {
namespace {

std::size_t skip_while(std::string_view text, std::size_t at, std::uint8_t classes) {
    while (at < text.size() && byte_is(text[at], classes)) {
        ++at;
    }
    return at;
}

std::size_t skip_until(std::string_view text, std::size_t at, std::uint8_t classes) {
    while (at < text.size() && !byte_is(text[at], classes)) {
        ++at;
    }
    return at;
}

// From behind '=' and white space. Returns the position behind the value.
std::size_t read_value(std::string_view text, std::size_t at, std::string_view& value) {
    if (at < text.size() && (text[at] == '"' || text[at] == '\'')) {
        const std::size_t end = std::min(text.find(text[at], at + 1), text.size());
        value = text.substr(at + 1, end - at - 1);
        return std::min(end + 1, text.size());
    }
    const std::size_t end = skip_until(text, at, byte_class::kValueEnd);
    value = text.substr(at, end - at);
    return end;
}

void append_utf8(std::uint32_t code, std::string& out) {
    if (code < 0x80) {
        out.push_back(static_cast<char>(code));
        return;
    }
    if (code < 0x800) {
        out.push_back(static_cast<char>(0xC0 | (code >> 6)));
    } else {
        if (code < 0x10000) {
            out.push_back(static_cast<char>(0xE0 | (code >> 12)));
        } else {
            out.push_back(static_cast<char>(0xF0 | (code >> 18)));
            out.push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3F)));
        }
        out.push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    }
    out.push_back(static_cast<char>(0x80 | (code & 0x3F)));
}

int digit_of(char c, bool hex) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = to_lower(c);
    return hex && lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// "&#..." at the start of `text`. Returns its length, 0 when it is none.
std::size_t decode_number(std::string_view text, std::string& out) {
    const bool hex = text.size() > 2 && to_lower(text[2]) == 'x';
    const std::size_t first = hex ? 3 : 2;
    std::size_t at = first;
    std::uint32_t code = 0;
    for (int digit = 0; at < text.size() && (digit = digit_of(text[at], hex)) >= 0; ++at) {
        code = std::min<std::uint32_t>(code * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit),
                                       0x110000);
    }
    if (at == first) {
        return 0;
    }
    const bool valid = code != 0 && code < 0x110000 && (code < 0xD800 || code > 0xDFFF);
    append_utf8(valid ? code : 0xFFFD, out);
    return at < text.size() && text[at] == ';' ? at + 1 : at;
}

std::size_t decode_name(std::string_view text, std::string& out) {
    static constexpr std::array<std::pair<std::string_view, char>, 5> kNames = {
        {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};
    for (const auto& [name, character] : kNames) {
        if (text.starts_with(name)) {
            out.push_back(character);
            return name.size();
        }
    }
    return 0;
}

}  // namespace

void parse_attributes(std::string_view text, std::vector<Attribute>& out) {
    std::size_t at = 0;
    while (out.size() < kMaxAttributes) {
        while (at < text.size() && (text[at] == '/' || byte_is(text[at], byte_class::kSpace))) {
            ++at;
        }
        if (at >= text.size() || text[at] == '>') {
            return;
        }
        const std::size_t name_end = skip_until(text, at + 1, byte_class::kAttrEnd);
        Attribute attribute{text.substr(at, name_end - at), {}};
        at = skip_while(text, name_end, byte_class::kSpace);
        if (at < text.size() && text[at] == '=') {
            at = read_value(text, skip_while(text, at + 1, byte_class::kSpace), attribute.value);
        }
        out.push_back(attribute);
    }
}

const Attribute* find_attribute(std::span<const Attribute> attributes, std::string_view name) {
    for (const Attribute& attribute : attributes) {
        if (equal_ignoring_case(attribute.name, name)) {
            return &attribute;
        }
    }
    return nullptr;
}

void decode_references(std::string_view text, std::string& out) {
    while (!text.empty()) {
        const std::size_t ampersand = std::min(text.find('&'), text.size());
        out.append(text.substr(0, ampersand));
        text.remove_prefix(ampersand);
        if (text.empty()) {
            return;
        }
        const bool number = text.size() > 1 && text[1] == '#';
        const std::size_t used = number ? decode_number(text, out) : decode_name(text, out);
        if (used == 0) {
            out.push_back('&');
        }
        text.remove_prefix(std::max<std::size_t>(used, 1));
    }
}

void TagAttributes::reset(std::string_view tag, std::size_t name_size) {
    text_ = tag.empty() ? tag : tag.substr(1 + name_size);
    parsed_ = false;
}

void TagAttributes::parse() {
    attributes_.clear();
    parse_attributes(text_, attributes_);
    list_ = attributes_;
    parsed_ = true;
}

}  // namespace pz::rewrite
