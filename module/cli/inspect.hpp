// Inspect: what the edge would find in a page, by the code that serves it, and why not.
//
// Text, a line each, in the order of the page:
//     <start> <inner start> <inner end> <end> <tag>     an element; offsets in bytes
//       <start> <end> [<key>]                           below a listing: its tiles, indented
//     # <text>                                          with `explain`
// The key is what the item is looked up by, as printable() writes it. Thread rules: pure
// functions. Lifetime: views point into the page.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "page/page.hpp"
#include "rewrite/json_finder.hpp"
#include "rewrite/rewriter.hpp"

namespace pz::cli {

// What to look for; selectors and listings may be several.
struct Sought {
    page::Plan plan;
    // As the directives would have it. The error says what to write instead.
    Status add_selector(std::string_view selector);
    Status add_listing(std::string_view selector, std::span<const std::string> options);
};

struct FoundTile {
    std::uint64_t begin, end;
    std::string key;
};

struct Found {
    std::size_t pattern;
    std::uint64_t begin, inner_begin, inner_end, end;
    std::vector<FoundTile> tiles;
};

struct Skipped {
    rewrite::Skip::Reason reason;
    std::size_t pattern;
    std::uint64_t offset, at;
    std::string tag;  // that decided it
};

struct Inspection {
    std::vector<Found> found;      // in the order of the page
    std::vector<Skipped> skipped;  // as the rewriter told
};

Inspection inspect(std::string_view page, const rewrite::Patterns& patterns,
                   const rewrite::Limits& limits);

// The lines; with `explain` those that begin with '#' too.
std::string lines_of(std::string_view page, const Sought& sought, const Inspection& inspection,
                     bool explain);

// The same for the arrays of a JSON document: the tag is "array", the tiles are its elements. False:
// none is found.
bool json_lines_of(std::string_view text, const rewrite::JsonPattern& pattern,
                   const rewrite::Limits& limits, bool explain, std::string& out);

// What is found in the pages that the strings of a JSON document at the pattern's path are: a line
// each with the tag "string", and below it, indented, the lines of its text, whose offsets are
// bytes of what the string says. False: nothing is found in any.
bool json_html_lines_of(std::string_view text, const rewrite::JsonPattern& pattern,
                        const Sought& sought, bool explain, std::string& out);

// Why a selector that matched nothing and was not skipped either may have matched nothing: a
// sentence or none.
std::string hint_of(std::string_view page, const rewrite::Pattern& pattern,
                    const rewrite::Limits& limits);

// Where a path that finds nothing ends in a document, and what is there: "it ends at $.data, which
// has no 'items'; did you mean 'item'?: its keys are item, page". `wanted`: what it should have led
// to, "array" or "string". Empty: the document is no JSON.
std::string where_path_ends(std::string_view text, const rewrite::JsonPath& path,
                            std::string_view wanted);

// Why none of a listing's tiles can be told apart, or why it has none: a sentence.
std::string tiles_hint_of(std::string_view page, const Found& found,
                          const rewrite::Pattern& pattern);

// "gzip" of bytes that are compressed, by how they begin; empty: none that is known.
std::string_view compression_of(std::string_view bytes);

// The page with all that was found outlined, for a browser.
std::string outlined(std::string_view page, const Sought& sought, const Inspection& inspection);

// "12345 (line 67, column 8)"; columns are bytes.
std::string place_of(std::string_view page, std::uint64_t offset);
// The name of the tag that begins at `offset`, in lower case.
std::string tag_at(std::string_view page, std::uint64_t offset);
// With control characters, and what is no UTF-8, as \xNN, so that no page writes to the terminal.
std::string printable(std::string_view text);

}  // namespace pz::cli
