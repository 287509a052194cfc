// Skim: passes over the tags that decide nothing by themselves, which on most pages are nearly all.
//
// A start tag that can match no selector, holds nothing to be gathered and only opens its element,
// and an end tag that only closes the element opened last, change nothing but the stack of open
// elements. Such tags are recognized and followed here without taking them apart. Whatever is not
// certain, for the tag, its place or its distance to the end of the bytes, stops it: that tag is for
// Tokenizer::next(), OpenElements and Matcher, to the same effect at any place. Thread rules: one
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "rewrite/bytes.hpp"
#include "rewrite/matcher.hpp"
#include "rewrite/open_elements.hpp"

namespace pz::rewrite {

class Skim {
  public:
    Skim(OpenElements& tree, Matcher& matcher)
        : tree_(tree), matcher_(matcher), search_(byte_search()) {}

    // Where to stop.
    struct Limits {
        std::size_t depth;    // no element up to this index may be closed
        std::size_t max_tag;  // longer start tags are not for here
    };
    struct Passed {
        std::size_t bytes;  // what follows is a tag that is not for here, or the end
        Text text;          // kind of text that the start tag passed over last announced ...
        TagId element;      // ... and whose
    };
    // `bytes`: of the page, from outside of tags, comments and raw text on.
    Passed run(std::string_view bytes, const Limits& limits);

  private:
    static const char* comment(const char* less, const char* end);
    const char* end_tag(const char* less, std::size_t depth);
    const char* start_tag(const char* less, const char* end, std::size_t max_tag);

    OpenElements& tree_;
    Matcher& matcher_;
    const ByteSearch& search_;
    std::size_t lowest_ = 0;  // the lowest index at which an element was opened
    TagId opened_ = TagId::other;
};

}  // namespace pz::rewrite
