// What usual start tags do to the stack of open elements: nothing but open their element, unless
// something hinders that is known from the element they stand in and from which are open.
//
// These are the rules of the HTML standard, 13.2.6.4, turned around: for each name what would have
// to be the case for its tag to close, imply or ignore something. Thread rules: constants.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "rewrite/tags.hpp"

namespace pz::rewrite {

namespace hinder {
inline constexpr std::uint8_t kAlways = 1U << 0;  // the case always: the tag has rules of its own
inline constexpr std::uint8_t kParagraph = 1U << 1;  // a <p> is open, which the tag may end
inline constexpr std::uint8_t kHeading = 1U << 2;    // the parent is a heading, which it ends
inline constexpr std::uint8_t kItem = 1U << 3;       // it may reach an open item through the parent
inline constexpr std::uint8_t kHead = 1U << 4;       // in <head>, which the tag ends
inline constexpr std::uint8_t kSameName = 1U << 5;   // one of its name is open
inline constexpr std::uint8_t kPlace = 1U << 6;      // a parent with rules of its own, for all tags
inline constexpr std::uint8_t kPart = kAlways | 1U << 7;  // it may stand in certain parents only
inline constexpr std::uint8_t kAll = 0xFF;
}  // namespace hinder

namespace detail {

inline constexpr std::uint32_t kOwnRules =
    tag_flag::kTablePart | tag_flag::kEndRule | tag_flag::kMarker;

constexpr std::uint8_t make_hindered(TagId id) {
    using namespace hinder;
    switch (id) {
        case TagId::base:  // the first one counts for all links
        case TagId::frame:
        case TagId::frameset:
        case TagId::math:
        case TagId::optgroup:
        case TagId::plaintext:
        case TagId::rb:
        case TagId::rp:
        case TagId::rt:
        case TagId::rtc:
        case TagId::svg:
            return kAll;
        case TagId::option:
        case TagId::tbody:
        case TagId::td:
        case TagId::tfoot:
        case TagId::th:
        case TagId::thead:
        case TagId::tr:
            return kPart;
        default:
            break;
    }
    const std::uint32_t flags = kTagFlags[static_cast<std::size_t>(id)];
    if ((flags & kOwnRules) != 0) {
        return kAll;
    }
    std::uint8_t hindered = kPlace;
    hindered |= (flags & tag_flag::kHead) != 0 ? 0 : kHead;
    hindered |= (flags & tag_flag::kClosesP) != 0 ? kParagraph : 0;
    hindered |= (flags & tag_flag::kHeading) != 0 ? kHeading : 0;
    hindered |= id == TagId::li || id == TagId::dd || id == TagId::dt ? kItem : 0;
    const bool same = id == TagId::a || id == TagId::button || id == TagId::nobr ||
                      id == TagId::table;  // it ends one in which it has no cell
    hindered |= same ? kSameName : 0;
    return hindered;
}

// In svg a start tag only opens its element unless it leaves svg or holds HTML again; that of
// <font> depends on its attributes.
constexpr std::uint8_t make_plain_in_svg(TagId id) {
    const bool integration = id == TagId::foreignobject || id == TagId::desc || id == TagId::title;
    const bool breakout =
        (kTagFlags[static_cast<std::size_t>(id)] & tag_flag::kBreakout) != 0 || id == TagId::font;
    return !integration && !breakout && id != TagId::other ? 1 : 0;
}

constexpr std::uint8_t make_hinders(TagId id) {
    using namespace hinder;
    const std::uint32_t flags = kTagFlags[static_cast<std::size_t>(id)];
    if ((flags & tag_flag::kTableContext) != 0 || id == TagId::template_) {
        return kAll;
    }
    // The search for an open item ends at other special elements.
    const bool passed = (flags & tag_flag::kSpecial) == 0 || id == TagId::address ||
                        id == TagId::div || id == TagId::p || id == TagId::li || id == TagId::dd ||
                        id == TagId::dt;
    return static_cast<std::uint8_t>(kAlways | (passed ? kItem : 0) |
                                     ((flags & tag_flag::kHeading) != 0 ? kHeading : 0));
}

template <typename Make>
constexpr std::array<std::uint8_t, kTagCount> for_each_tag(Make make) {
    std::array<std::uint8_t, kTagCount> table{};
    for (std::size_t id = 0; id < kTagCount; ++id) {
        table[id] = make(static_cast<TagId>(id));
    }
    return table;
}

inline constexpr auto kHindered = for_each_tag(make_hindered);
inline constexpr auto kHinders = for_each_tag(make_hinders);
inline constexpr auto kPlainInSvg = for_each_tag(make_plain_in_svg);

}  // namespace detail

// What keeps a start tag of this name from only opening its element.
inline std::uint8_t hindered_by(TagId id) {
    return detail::kHindered[static_cast<std::size_t>(id)];
}

// What is the case directly in an open HTML element of this name, if it is not inert.
inline std::uint8_t hinders_inside(TagId id) {
    return detail::kHinders[static_cast<std::size_t>(id)];
}

inline bool plain_in_svg(TagId id) {
    return detail::kPlainInSvg[static_cast<std::size_t>(id)] != 0;
}

}  // namespace pz::rewrite
