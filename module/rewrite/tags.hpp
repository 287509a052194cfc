// Tags: the element names that HTML gives a meaning, and what each means for where elements begin
// and end.
//
// Names that have no rule of their own and are not frequent are TagId::other. The groups follow the HTML standard, 13.2.4.2
// (the stack of open elements), 13.1.2.4 (optional tags) and 13.2.6.5 (foreign content). Thread
// rules: constants.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace pz::rewrite {

namespace tag_flag {
inline constexpr std::uint32_t kVoid = 1U << 0;        // no content, no end tag
inline constexpr std::uint32_t kSpecial = 1U << 1;     // stops the search of an unknown end tag
inline constexpr std::uint32_t kFormatting = 1U << 2;  // reopened by browsers when cut off
inline constexpr std::uint32_t kScope = 1U << 3;       // end tags do not reach beyond it
inline constexpr std::uint32_t kList = 1U << 4;        // ... nor </li> beyond it
inline constexpr std::uint32_t kClosesP = 1U << 5;     // its start tag ends an open <p>
inline constexpr std::uint32_t kHead = 1U << 6;        // may stand in <head>
inline constexpr std::uint32_t kOptionalEnd = 1U << 7;
inline constexpr std::uint32_t kBreakout = 1U << 8;  // ends foreign content
inline constexpr std::uint32_t kTablePart = 1U << 9;
inline constexpr std::uint32_t kHeading = 1U << 10;
inline constexpr std::uint32_t kMarker = 1U << 11;    // formatting does not leak out of it
inline constexpr std::uint32_t kBlockEnd = 1U << 12;  // its end tag closes all that is open in it
inline constexpr std::uint32_t kImpliedEnd = 1U << 13;
inline constexpr std::uint32_t kTableContext = 1U
                                               << 14;  // text and most elements may not stand in it
inline constexpr std::uint32_t kSelectContent = 1U << 15;
inline constexpr std::uint32_t kEndRule = 1U << 16;  // its end tag does more than end it, or less

// Combinations that many tags share.
inline constexpr std::uint32_t kBlock = kSpecial | kClosesP | kBlockEnd;
inline constexpr std::uint32_t kVoidSpecial = kVoid | kSpecial;
inline constexpr std::uint32_t kFormat = kFormatting | kBreakout;
inline constexpr std::uint32_t kOptional = kOptionalEnd | kImpliedEnd;
inline constexpr std::uint32_t kItem = kOptional | kSpecial | kClosesP | kBreakout;
inline constexpr std::uint32_t kTitle = kSpecial | kClosesP | kHeading | kBreakout;
inline constexpr std::uint32_t kObject = kSpecial | kScope | kMarker | kBlockEnd;
inline constexpr std::uint32_t kSection = kTablePart | kSpecial | kOptionalEnd | kTableContext;
inline constexpr std::uint32_t kCell = kTablePart | kSpecial | kOptionalEnd | kScope | kMarker;
}  // namespace tag_flag

// X(identifier, name, flags)
// clang-format off
#define PZ_REWRITE_TAGS(X) \
    X(a, "a", kFormatting) X(abbr, "abbr", 0) X(address, "address", kBlock) \
    X(annotation_xml, "annotation-xml", 0) X(applet, "applet", kObject) \
    X(area, "area", kVoidSpecial) X(article, "article", kBlock) X(aside, "aside", kBlock) \
    X(b, "b", kFormat) X(base, "base", kVoidSpecial | kHead) \
    X(basefont, "basefont", kVoidSpecial | kHead) X(bgsound, "bgsound", kVoidSpecial | kHead) \
    X(big, "big", kFormat) X(blockquote, "blockquote", kBlock | kBreakout) \
    X(body, "body", kSpecial | kBreakout | kEndRule) X(br, "br", kVoidSpecial | kBreakout) \
    X(button, "button", kSpecial | kBlockEnd) X(caption, "caption", kTablePart | kSpecial | kScope | kMarker) \
    X(center, "center", kBlock | kBreakout) X(circle, "circle", 0) X(cite, "cite", 0) X(code, "code", kFormat) \
    X(col, "col", kVoidSpecial | kTablePart) X(colgroup, "colgroup", kSection) \
    X(dd, "dd", kItem) X(defs, "defs", 0) X(del, "del", 0) X(desc, "desc", 0) X(details, "details", kBlock) X(dialog, "dialog", kBlock) \
    X(dir, "dir", kBlock) X(div, "div", kBlock | kBreakout) X(dl, "dl", kBlock | kBreakout) \
    X(dt, "dt", kItem) X(ellipse, "ellipse", 0) X(em, "em", kFormat) X(embed, "embed", kVoidSpecial | kBreakout) \
    X(fieldset, "fieldset", kBlock) X(figcaption, "figcaption", kBlock) X(figure, "figure", kBlock) \
    X(font, "font", kFormatting) X(footer, "footer", kBlock) X(foreignobject, "foreignobject", 0) \
    X(form, "form", kSpecial | kClosesP | kEndRule) X(frame, "frame", kVoidSpecial) \
    X(frameset, "frameset", kSpecial) X(g, "g", 0) X(h1, "h1", kTitle) X(h2, "h2", kTitle) X(h3, "h3", kTitle) \
    X(h4, "h4", kTitle) X(h5, "h5", kTitle) X(h6, "h6", kTitle) X(head, "head", kSpecial | kBreakout | kEndRule) \
    X(header, "header", kBlock) X(hgroup, "hgroup", kBlock) \
    X(hr, "hr", kVoidSpecial | kClosesP | kBreakout | kSelectContent) X(html, "html", kSpecial | kScope | kEndRule) \
    X(i, "i", kFormat) X(iframe, "iframe", kSpecial) X(image, "image", kVoidSpecial) \
    X(img, "img", kVoidSpecial | kBreakout) X(input, "input", kVoidSpecial) \
    X(ins, "ins", 0) X(keygen, "keygen", kVoidSpecial) X(label, "label", 0) X(li, "li", kItem) \
    X(line, "line", 0) X(link, "link", kVoidSpecial | kHead) X(listing, "listing", kBlock | kBreakout) \
    X(main, "main", kBlock) X(malignmark, "malignmark", 0) X(marquee, "marquee", kObject) \
    X(math, "math", 0) X(menu, "menu", kBlock | kBreakout) X(meta, "meta", kVoidSpecial | kHead | kBreakout) \
    X(mglyph, "mglyph", 0) X(mi, "mi", 0) X(mn, "mn", 0) X(mo, "mo", 0) X(ms, "ms", 0) \
    X(mtext, "mtext", 0) X(nav, "nav", kBlock) X(nobr, "nobr", kFormat) X(noembed, "noembed", kSpecial) \
    X(noframes, "noframes", kSpecial | kHead) X(noscript, "noscript", kSpecial | kHead) \
    X(object, "object", kObject) X(ol, "ol", kBlock | kList | kBreakout) \
    X(optgroup, "optgroup", kOptional | kSelectContent) X(option, "option", kOptional | kSelectContent) \
    X(p, "p", kItem) X(param, "param", kVoidSpecial) X(path, "path", 0) X(picture, "picture", 0) \
    X(plaintext, "plaintext", kSpecial | kClosesP) X(polygon, "polygon", 0) X(polyline, "polyline", 0) X(pre, "pre", kBlock | kBreakout) \
    X(rb, "rb", kOptional) X(rect, "rect", 0) X(rp, "rp", kOptional) X(rt, "rt", kOptional) X(rtc, "rtc", kOptional) \
    X(ruby, "ruby", kBreakout) X(s, "s", kFormat) \
    X(script, "script", kSpecial | kHead | kSelectContent) X(search, "search", kBlock) \
    X(section, "section", kBlock) X(select, "select", kSpecial | kBlockEnd) X(small, "small", kFormat) \
    X(source, "source", kVoidSpecial) X(span, "span", kBreakout) X(stop, "stop", 0) X(strike, "strike", kFormat) \
    X(strong, "strong", kFormat) X(style, "style", kSpecial | kHead) X(sub, "sub", kBreakout) \
    X(summary, "summary", kBlock) X(sup, "sup", kBreakout) X(svg, "svg", 0) \
    X(symbol, "symbol", 0) X(table, "table", kSpecial | kClosesP | kScope | kBreakout | kTableContext) X(tbody, "tbody", kSection) \
    X(td, "td", kCell) \
    X(template_, "template", kSpecial | kScope | kMarker | kHead | kSelectContent) \
    X(textarea, "textarea", kSpecial) X(tfoot, "tfoot", kSection) X(th, "th", kCell) \
    X(thead, "thead", kSection) X(time, "time", 0) X(title, "title", kSpecial | kHead) X(tr, "tr", kSection) \
    X(track, "track", kVoidSpecial) X(tt, "tt", kFormat) X(u, "u", kFormat) \
    X(ul, "ul", kBlock | kList | kBreakout) X(use, "use", 0) X(var, "var", kBreakout) \
    X(video, "video", 0) X(wbr, "wbr", kVoidSpecial) X(xmp, "xmp", kSpecial | kClosesP)
// clang-format on

enum class TagId : std::uint8_t {
    other,
#define X(identifier, name, flags) identifier,
    PZ_REWRITE_TAGS(X)
#undef X
        count
};

inline constexpr std::size_t kTagCount = static_cast<std::size_t>(TagId::count);

// How a start tag in HTML changes the way the bytes behind it are read.
enum class Text : std::uint8_t { markup, raw, rcdata, script, plaintext };

// One attribute of a start tag: name and value are views into the page, the value without quotes
// and with character references as written.
struct Attribute {
    std::string_view name;
    std::string_view value;
};

// Names of up to 8 bytes are looked up as one number, its first byte the lowest, in a table without
// collisions.
namespace detail {
inline constexpr std::size_t kShortName = 8;

struct NameTable {
    static constexpr std::size_t kSlots = 1U << 11;

    std::uint64_t multiplier = 0;
    std::array<std::uint8_t, kSlots> slots{};
    std::array<std::uint64_t, kTagCount> keys{};  // 0: the name is longer

    constexpr std::size_t slot_of(std::uint64_t key) const {
        return static_cast<std::size_t>((key * multiplier) >> 53);
    }
    TagId find(std::uint64_t key) const {
        const std::uint8_t id = slots[slot_of(key)];
        return keys[id] == key ? static_cast<TagId>(id) : TagId::other;
    }
};
extern const NameTable kNameTable;
extern const std::array<std::string_view, kTagCount> kNames;

TagId long_tag_id(std::string_view name);
}  // namespace detail

// `name` in lower case.
TagId tag_id(std::string_view name);

// `name` in any case, with 8 bytes to read from it on.
inline TagId tag_id_at(const char* name, std::size_t size) {
    // Of letters, digits and '-'; names with other characters stay unknown.
    constexpr std::uint64_t kLowerCase = 0x2020202020202020;
    if (size > detail::kShortName) {
        return detail::long_tag_id({name, size});
    }
    std::uint64_t key = 0;
    std::memcpy(&key, name, sizeof key);
    if constexpr (std::endian::native == std::endian::big) {
        key = __builtin_bswap64(key);
    }
    return detail::kNameTable.find((key | kLowerCase) & ~std::uint64_t{0} >> (64 - 8 * size));
}

// Lower case; empty for TagId::other.
inline std::string_view tag_name(TagId id) {
    return detail::kNames[static_cast<std::size_t>(id)];
}

namespace detail {
inline constexpr std::array<std::uint32_t, kTagCount> make_tag_flags() {
    using namespace tag_flag;
    return {0,
#define X(identifier, name, flags) flags,
            PZ_REWRITE_TAGS(X)
#undef X
    };
}
inline constexpr std::array<std::uint32_t, kTagCount> kTagFlags = make_tag_flags();
}  // namespace detail

inline bool tag_is(TagId id, std::uint32_t flags) {
    return (detail::kTagFlags[static_cast<std::size_t>(id)] & flags) != 0;
}

// <noscript> is raw text: that is how browsers with scripting, the ones that show a personal page,
// read it.
namespace detail {
constexpr Text make_text(TagId id) {
    switch (id) {
        case TagId::title:
        case TagId::textarea:
            return Text::rcdata;
        case TagId::style:
        case TagId::xmp:
        case TagId::iframe:
        case TagId::noembed:
        case TagId::noframes:
        case TagId::noscript:
            return Text::raw;
        case TagId::script:
            return Text::script;
        case TagId::plaintext:
            return Text::plaintext;
        default:
            return Text::markup;
    }
}

inline constexpr std::array<Text, kTagCount> kTexts = {Text::markup,
#define X(identifier, name, flags) make_text(TagId::identifier),
                                                       PZ_REWRITE_TAGS(X)
#undef X
};
}  // namespace detail

constexpr Text text_of(TagId id) {
    return detail::kTexts[static_cast<std::size_t>(id)];
}

}  // namespace pz::rewrite
