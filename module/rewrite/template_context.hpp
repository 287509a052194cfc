// TemplateContext: where in the HTML of a template its compiler stands, and what may be put there.
//
// Literal text is read by the page's own tokenizer; an interpolation counts as one character. Where
// a section may be left out, both ways through must lead to the same place. Thread rules: one
// thread. Errors: what is wrong and the remedy, without the place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rewrite/tokenizer.hpp"

namespace pz::rewrite {

class TemplateContext {
  public:
    using Error = std::optional<std::string>;
    // url: it begins a URL; url_part: it stands in one; url_component: it is all of one part of a
    // query or fragment, and nothing in it may end that part.
    enum class Escape : std::uint8_t { html, url, url_part, url_component };

    Error literal(std::string_view text);
    // Whether a character reference put here is one, or at least does no harm (in a comment).
    bool takes_references() const;
    // What the value put here needs.
    Error interpolation(bool raw, Escape& escape);

    // How far a URL attribute's scheme is known; the worse of two ways through is the greater.
    // safe and query: it is; query: behind '?' or '#'.
    enum class Url : std::uint8_t { safe, query, open, open_value, forbidden };

    // The place where a section begins, to be given to section_end().
    struct Place {
        Tokenizer::Context context;
        std::size_t position;
        std::size_t tag_begin;
        std::size_t value_begin;
        std::size_t raw_begin;
        Url url;
        bool in_name;
    };
    Error section_begin(Place& place);
    Error section_end(const Place& place);
    Error end() const;

  private:
    void feed(std::string_view text);
    bool enter_value();
    Error read_url(std::size_t from, std::size_t to);
    Error in_attribute(bool raw, Escape& escape);
    Error in_url(Escape& escape);
    Error in_raw_text(bool raw) const;
    bool in_value() const;
    bool in_end_tag() const { return tag_begin() == position(); }
    std::size_t tag_begin() const { return static_cast<std::size_t>(tokenizer_.unfinished()); }
    std::size_t position() const { return flat_.size(); }

    Tokenizer tokenizer_;
    std::string flat_;  // all literal text, and one character for each interpolation
    TagId raw_element_ = TagId::other;
    std::size_t raw_begin_ = 0;
    bool needs_delimiter_ = false;  // a section behind a tag's name may be absent
    // The quoted value that the end of flat_ is in.
    std::string element_, attribute_;  // lower case
    std::size_t value_begin_ = 0;
    std::size_t scheme_begin_ = 0;
    Url url_ = Url::safe;
};

}  // namespace pz::rewrite
