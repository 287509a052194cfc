// Tile templates: Mustache (the spec's interpolation, sections, inverted sections and comments; no
// partials, lambdas or delimiter changes), compiled once, rendered without allocation.
//
// {{name}} is escaped for HTML, text and quoted attributes alike. In URLs (href, src, srcset, action,
// poster and the rarer attributes of the kind) it is percent-encoded as UTF-8, as Go's html/template
// does: behind '?' or '#', or directly behind '=', all but unreserved characters (RFC 3986, 2.3),
// elsewhere all but reserved ones, too, and what is percent-encoded already.
// Where it decides the scheme (not behind "/p/" or "?q=") a value whose scheme is neither http nor
// https becomes "#".
// {{{name}}} and {{&name}} write the value as it is, in text only, and must be allowed by the
// caller.
// {{#name}}..{{/name}} is shown when the value is not empty, {{^name}}..{{/name}} when it is; there
// are no lists: a template is one tile. A section ends where it begins: both in text, in one tag
// between attributes, or in one quoted value. Where no escaping makes a value safe, an
// interpolation is an error: in a comment, in <script>, <style> and other raw text, in an event
// handler, style or srcdoc attribute, in any attribute of elements that load or set code (<script>,
// <link>, <iframe>, ...), behind a scheme such as javascript:, or in a tag outside a quoted
// attribute value. The template must end in text, not in a tag or comment.
//
// A template is UTF-8, with or without a byte order mark, and so are the values. For pages in
// another charset there is a second form of its text in ASCII, with character references; it is
// missing where the text has other characters in a script or style sheet, in names or in unquoted
// attribute values: no references are known there. Thread rules: immutable after compile(); share
// freely.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rewrite/charset.hpp"
#include "store/status.hpp"

namespace pz::rewrite {

// A part of what a template wrote, [begin, end) of the output. Parts of one slot were written by the
// same text of the template, or the same name.
struct TilePart {
    std::uint32_t slot = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
};

class Template {
  public:
    // The error names line and column and the remedy.
    static Result<Template> compile(std::string_view text, bool allow_raw = false);

    // The names used, each once; values are given to render() in this order.
    std::span<const std::string> names() const { return names_; }
    // Parts of lower slots are text of the template; those from here on are names, in their order.
    std::size_t literal_slots() const { return literals_.size(); }
    // Whether there is a form for pages in this charset.
    bool fits(Charset charset) const {
        return charset == Charset::utf8 || (has_ascii_ && charset == Charset::ascii_based);
    }
    // Appends one tile. values.size() must equal names().size(), and the charset fit. `parts`, if
    // given, is told what wrote what.
    void render(std::span<const std::string_view> values, std::string& out,
                Charset charset = Charset::utf8, std::vector<TilePart>* parts = nullptr) const;

  private:
    void write_value(std::uint32_t step, std::string_view value, std::string& out,
                     Charset charset) const;
    enum class Op : std::uint8_t {
        literal,
        text,
        url,
        url_part,
        url_component,
        raw,
        section,
        inverted
    };
    struct Step {
        Op op;
        std::uint32_t argument;  // literal: index into literals_; else index into names_
        std::uint32_t skip;      // section, inverted: the step to go on with when not shown
    };
    struct Literal {
        std::string utf8, ascii;
    };
    friend class TemplateCompiler;
    std::vector<Step> steps_;
    std::vector<Literal> literals_;
    bool has_ascii_ = true;
    std::vector<std::string> names_;
};

// & < > " ' as character references; with Charset::ascii_based, all that is not ASCII too. Control characters other than tab, LF and CR are left out: in
// some encodings they begin a shift that swallows the quote behind them.
void escape_html(std::string_view text, std::string& out, Charset charset = Charset::utf8);

}  // namespace pz::rewrite
