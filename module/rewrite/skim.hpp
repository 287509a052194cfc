// Skim: passes over what decides nothing by itself, which on most pages is nearly all.
//
// A start tag that can match no selector and only opens its element, an end tag that only closes
// the element opened last, a comment and the text of a script change nothing but the stack of open
// elements. They are recognized and followed here without being taken apart. Whatever is not
// certain, for the tag, its place or its distance to the end of the bytes, stops it: that tag is for
// Tokenizer::next(), OpenElements and Matcher, to the same effect.
//
// A start tag's end is certain if every '=' outside of values stands behind an attribute's name and
// before a '"', and every '"' closes a value or opens one so. Then each state that the standard
// (13.2.5) could be in outside of values is left at the next '>'. Control characters and single
// quotes there are left to the states. Thread rules: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "rewrite/matcher.hpp"
#include "rewrite/open_elements.hpp"

namespace pz::rewrite {

class Skim {
  public:
    Skim(OpenElements& tree, const Matcher& matcher, Matching& matching)
        : tree_(tree), matcher_(matcher), matching_(matching) {}

    struct Limits {
        std::size_t depth;    // no element up to this index may be closed
        std::size_t max_tag;  // longer start tags are not for here
    };
    struct Passed {
        std::size_t bytes;             // what follows is not for here, or not in these bytes
        Text text = Text::markup;      // it is text of this kind ...
        TagId element = TagId::other;  // ... of the element opened last
    };
    // `bytes`: of the page, from outside of tags, comments and raw text on. On machines without
    // AVX2 nothing is passed over.
    Passed run(std::string_view bytes, const Limits& limits);

  private:
    OpenElements& tree_;
    const Matcher& matcher_;
    Matching& matching_;
};

}  // namespace pz::rewrite
