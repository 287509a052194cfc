#include "rewrite/template.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "rewrite/characters.hpp"

namespace pz::rewrite {
namespace {

// What stands for a byte; empty: nothing does.
struct Escape {
    bool needed = false;
    std::string_view text;
};

constexpr std::array<Escape, 256> make_escapes() {
    std::array<Escape, 256> escapes{};
    for (std::size_t control = 0; control < ' '; ++control) {
        escapes[control].needed = true;
    }
    escapes['\t'].needed = escapes['\n'].needed = escapes['\r'].needed = false;
    escapes[0x7F].needed = true;
    escapes['&'] = {true, "&amp;"};
    escapes['<'] = {true, "&lt;"};
    escapes['>'] = {true, "&gt;"};
    escapes['"'] = {true, "&quot;"};
    escapes['\''] = {true, "&#39;"};
    return escapes;
}

constexpr auto kEscapes = make_escapes();

// The same for text that must stay ASCII: other bytes are not for this table, but stop a run.
constexpr auto kAsciiEscapes = [] {
    auto escapes = make_escapes();
    for (std::size_t i = 0x80; i < escapes.size(); ++i) {
        escapes[i].needed = true;
    }
    return escapes;
}();

// The first byte from `from` on that needs something else, or the text's size.
std::size_t run_end(std::string_view text, std::size_t from,
                    const std::array<Escape, 256>& escapes) {
    while (from < text.size() && !escapes[static_cast<unsigned char>(text[from])].needed) {
        ++from;
    }
    return from;
}

// As browsers read it: leading controls and spaces, and any tab or line break, do not count.
bool has_other_scheme(std::string_view url) {
    std::array<char, 6> scheme{};
    std::size_t size = 0;
    bool leading = true;
    for (const char c : url) {
        leading = leading && static_cast<unsigned char>(c) <= ' ';
        if (leading || c == '\t' || c == '\n' || c == '\r') {
            continue;
        }
        if (c == '/' || c == '?' || c == '#') {
            return false;
        }
        if (c == ':') {
            const std::string_view name(scheme.data(), size < scheme.size() ? size : 0);
            return name != "http" && name != "https";
        }
        if (size < scheme.size()) {
            scheme[size++] = to_lower(c);
        }
    }
    return false;
}

// What a byte of a URL is, RFC 3986, 2.2 and 2.3; the quote, which is reserved, is left out.
enum class UrlByte : std::uint8_t { other, reserved, unreserved };

constexpr auto kUrlBytes = [] {
    std::array<UrlByte, 256> bytes{};
    for (const char c : std::string_view(":/?#[]@!$&()*+,;=")) {
        bytes[static_cast<unsigned char>(c)] = UrlByte::reserved;
    }
    for (const char c : std::string_view("0123456789-._~abcdefghijklmnopqrstuvwxyz"
                                         "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
        bytes[static_cast<unsigned char>(c)] = UrlByte::unreserved;
    }
    return bytes;
}();

bool is_hex(char c) {
    const char lower = to_lower(c);
    return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'f');
}

// Whether the byte at `at` stays as it is. `component`: it must not end its part of the URL.
bool stays(std::string_view url, std::size_t at, bool component) {
    const UrlByte kind = kUrlBytes[static_cast<unsigned char>(url[at])];
    const bool encoded =
        url[at] == '%' && url.size() - at > 2 && is_hex(url[at + 1]) && is_hex(url[at + 2]);
    return kind == UrlByte::unreserved || (!component && (kind == UrlByte::reserved || encoded));
}

void escape_url(std::string_view url, bool component, std::string& out) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    for (std::size_t i = 0; i < url.size(); ++i) {
        const auto byte = static_cast<unsigned char>(url[i]);
        if (!stays(url, i, component)) {
            out.push_back('%');
            out.push_back(kDigits[byte >> 4U]);
            out.push_back(kDigits[byte & 15U]);
        } else if (byte == '&') {
            out.append("&amp;");
        } else {
            out.push_back(url[i]);
        }
    }
}

// Without what browsers leave out at both ends of a URL.
std::string_view trim_url(std::string_view url) {
    const auto counts = [](char c) { return static_cast<unsigned char>(c) > ' '; };
    const auto begin = std::find_if(url.begin(), url.end(), counts);
    const auto end = std::find_if(url.rbegin(), std::make_reverse_iterator(begin), counts);
    return {begin, end.base()};
}

}  // namespace

void escape_html(std::string_view text, std::string& out, Charset charset) {
    const auto& stops = charset == Charset::utf8 ? kEscapes : kAsciiEscapes;
    for (std::size_t from = 0; from < text.size();) {
        std::size_t end = run_end(text, from, stops);
        out.append(text, from, end - from);
        from = end;
        if (from == text.size()) {
            return;
        }
        if (const Escape& escape = kEscapes[static_cast<unsigned char>(text[from])];
            escape.needed) {
            out.append(escape.text);
            ++from;
        } else {
            end = run_end(text, from, kEscapes);
            append_ascii(text.substr(from, end - from), out);
            from = end;
        }
    }
}

void Template::write_value(std::uint32_t step, std::string_view value, std::string& out,
                           Charset charset) const {
    switch (steps_[step].op) {
        case Op::url:
            escape_url(has_other_scheme(value) ? "#" : trim_url(value), false, out);
            break;
        case Op::url_part:
        case Op::url_component:
            escape_url(value, steps_[step].op == Op::url_component, out);
            break;
        case Op::raw:
            charset == Charset::utf8 ? void(out.append(value)) : append_ascii(value, out);
            break;
        default:
            escape_html(value, out, charset);
            break;
    }
}

void Template::render(std::span<const std::string_view> values, std::string& out, Charset charset,
                      std::vector<TilePart>* parts) const {
    for (std::uint32_t i = 0; i < steps_.size(); ++i) {
        const Step& step = steps_[i];
        const std::size_t begin = out.size();
        auto slot = step.argument;
        if (step.op == Op::section || step.op == Op::inverted) {
            const bool hidden = values[step.argument].empty() == (step.op == Op::section);
            i = hidden ? step.skip - 1 : i;
            continue;
        }
        if (step.op == Op::literal) {
            const Literal& literal = literals_[step.argument];
            out.append(charset == Charset::utf8 ? literal.utf8 : literal.ascii);
        } else {
            write_value(i, values[step.argument], out, charset);
            slot += static_cast<std::uint32_t>(literals_.size());
        }
        if (parts != nullptr && begin < out.size()) {
            parts->push_back({slot, begin, out.size()});
        }
    }
}

}  // namespace pz::rewrite
