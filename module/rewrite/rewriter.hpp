// Rewriter: finds placements in a page as it streams. Sans-I/O.
//
// write() takes the page in chunks of any size, end() closes it. The sink gets the page back as a
// sequence, in order and without a gap: raw() for untouched bytes, element() for each element that
// a pattern matched, whole. What the sink is given concatenates to exactly the bytes written. Which
// chunks the page came in changes how raw bytes are cut, never what matches.
//
// Only what cannot be decided yet is kept: an incomplete tag, or an element being gathered. The
// memory is bounded by `Limits`; at the limit everything kept leaves as raw() and the match is
// given up and counted. An element inside a gathered one is not matched (the outer wins). Where the
// end of an element is ambiguous, nothing matches: the bytes are passed through, never guessed.
// After abandon() everything, kept bytes first, is raw() and nothing is scanned any more.
//
// Tokenization follows the WHATWG HTML standard (13.2.5) for all that decides where a tag is: raw
// text, RCDATA, script data and its escapes, comments, CDATA in foreign content, attribute quoting.
// What is an element is what browsers with scripting see: the content of <noscript>, <iframe>,
// <textarea> and the like is text; the content of <template> and markup that browsers ignore or
// move (a <tr> without a table, a <div> between table rows) matches nothing. An end tag that may be
// left out may be left out. Elements that can hold no HTML match nothing, but for scripts and
// patterns that are about scripts: raw text and the like (<script>, <style>, <title>, <textarea>,
// <iframe>, <noscript>), void elements, and what is in svg or math. A start tag longer than
// max_buffer has lost its attributes and matches nothing; a page deeper than max_depth passes from
// there on. Nothing depends on the text's encoding but that tags are ASCII.
//
// Reentrancy: the sink may call abandon(), not write() or end().
// Lifetime: views given to the sink live only during the call. Thread rules: one thread. Errors: none; any bytes are a page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rewrite/locator.hpp"
#include "rewrite/selector.hpp"
#include "rewrite/tile_marks.hpp"

namespace pz::rewrite {

struct Pattern {
    Selector selector;
    // Listing: the element's tiles are found too.
    bool listing = false;
    // Which of the descendants are tiles; absent: every child element. They must be children of one
    // parent, or elements of one name at one depth in parents of one name (the cells of a table's
    // rows, a grid whose rows are lists).
    std::optional<Selector> tile;
    ItemLocator locator;
    MarkNames marks;
    // The selector is about scripts, which are found whole, and about nothing else.
    bool script = false;
};

// What is sought in pages, compiled, so that no page pays for it. A value; copies share it.
// Thread rules: share freely, but for push_back() and assignment.
class Patterns {
  public:
    Patterns() : Patterns(std::vector<Pattern>()) {}
    explicit Patterns(std::vector<Pattern> patterns);
    // Compiles all of them again: for the time of configuration.
    void push_back(Pattern pattern);

    std::span<const Pattern> list() const;
    std::size_t size() const { return list().size(); }
    bool empty() const { return list().empty(); }
    const Pattern& operator[](std::size_t index) const { return list()[index]; }

  private:
    friend class Rewriter;
    struct Compiled;
    std::shared_ptr<const Compiled> compiled_;
};

// A tile of a listing: a range of `outer`, from the start tag's first byte to the end tag's last.
struct Tile {
    std::size_t begin;
    std::size_t end;
    std::string_view key;  // what the locator found, character references decoded; empty: nothing
    std::size_t tag_end = 0;  // of the start tag
    bool plain = false;       // has_marks() has said no
};

struct Element {
    std::size_t pattern;      // index into the pattern list; the first one that matched
    std::uint64_t offset;     // of outer's first byte in the page
    std::string_view outer;   // "<ul id=x> ... </ul>"
    std::size_t inner_begin;  // in outer
    std::size_t inner_end;
    std::span<const Tile> tiles;  // in page order; empty unless a listing
    std::span<const Mark> marks;  // inside the tiles
    // The href of the page's first <base> that has one, if it stands before the element's end;
    // character references decoded. A longer one than kMaxItemKey is not seen.
    std::string_view base;
};

class Sink {
  public:
    virtual void raw(std::string_view bytes) = 0;
    virtual void element(const Element& element) = 0;

  protected:
    ~Sink() = default;
};

struct Limits {
    std::size_t max_buffer = 1024 * 1024;  // bytes kept at any time
    std::size_t max_depth = 512;           // open elements followed for combinators
    std::size_t max_tiles = 1000;          // in one listing
};

struct Counters {
    std::uint64_t matched = 0;
    std::uint64_t over_limit =
        0;  // given up because max_buffer, max_depth or max_tiles was reached
    // Given up because the element's end is not certain, or because it can hold no HTML.
    std::uint64_t ambiguous = 0;
};

// What matched a pattern and was not given to the sink, or kept others from being found.
struct Skip {
    enum class Reason : std::uint8_t {
        ambiguous,   // its end is not certain
        no_html,     // it can hold no HTML, or browsers put it elsewhere
        inert,       // it is in a <template>, and so no part of the page yet
        inside,      // it is in an element that matched before
        over_limit,  // larger than Limits allow; without a pattern: a tag, or the page's depth
    };
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

    Reason reason;
    std::size_t pattern;   // index into the pattern list, or kNone
    std::uint64_t offset;  // of the element's start tag
    // The tag that decided: its offset, and its name as in "li" or "/ul"; empty: no tag did.
    std::uint64_t at;
    std::string_view tag;
};

// For who wants to know why. Views live during the call; it must not call the rewriter.
class Observer {
  public:
    virtual void skipped(const Skip& skip) = 0;

  protected:
    ~Observer() = default;
};

class Rewriter {
  public:
    Rewriter(const Patterns& patterns, Sink& sink, const Limits& limits = {},
             Observer* observer = nullptr);
    // The same for one page alone.
    Rewriter(std::span<const Pattern> patterns, Sink& sink, const Limits& limits = {},
             Observer* observer = nullptr)
        : Rewriter(Patterns({patterns.begin(), patterns.end()}), sink, limits, observer) {}
    ~Rewriter();
    Rewriter(const Rewriter&) = delete;
    Rewriter& operator=(const Rewriter&) = delete;

    void write(std::string_view bytes);
    void end();
    void abandon();

    std::size_t buffered() const;  // bytes kept now
    const Counters& counters() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace pz::rewrite
