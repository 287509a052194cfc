#include "rewrite/template.hpp"

#include <array>

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

}  // namespace

void escape_html(std::string_view text, std::string& out, Charset charset) {
    const auto append = [&out, charset](std::string_view safe) {
        if (charset == Charset::utf8) {
            out.append(safe);
        } else {
            append_ascii(safe, out);
        }
    };
    std::size_t from = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const Escape& escape = kEscapes[static_cast<unsigned char>(text[i])];
        if (escape.needed) {
            append(text.substr(from, i - from));
            out.append(escape.text);
            from = i + 1;
        }
    }
    append(text.substr(from));
}

void Template::render(std::span<const std::string_view> values, std::string& out,
                      Charset charset) const {
    const bool utf8 = charset == Charset::utf8;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
        const Step& step = steps_[i];
        if (step.op == Op::literal) {
            const Literal& literal = literals_[step.argument];
            out.append(utf8 ? literal.utf8 : literal.ascii);
            continue;
        }
        const std::string_view value = values[step.argument];
        const bool hidden = value.empty() == (step.op == Op::section);
        switch (step.op) {
            case Op::url:
                escape_html(has_other_scheme(value) ? std::string_view("#") : value, out, charset);
                break;
            case Op::raw:
                utf8 ? void(out.append(value)) : append_ascii(value, out);
                break;
            case Op::section:
            case Op::inverted:
                i = hidden ? step.skip - 1 : i;
                break;
            default:
                escape_html(value, out, charset);
                break;
        }
    }
}

}  // namespace pz::rewrite
