// JsonFinder: where the values at given paths are in a JSON document, and which item each element
// of an array is. Sans-I/O, in chunks of any size.
//
// What is found counts only when the whole document has proved valid: so ask for matches() after
// end(). Over a limit (max_depth, or max_tiles elements in one array) nothing is found in the whole
// document. A path that meets an object which has its member twice is ambiguous: readers of JSON
// take the first or the last, so nothing is found by it. A match inside a match is none (the outer
// wins); of several patterns at one place the first wins. An element whose id is there twice has
// none. Lifetime: the patterns outlive it. Thread rules: one thread. Errors: state().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rewrite/json_path.hpp"
#include "rewrite/json_scanner.hpp"
#include "rewrite/rewriter.hpp"

namespace pz::rewrite {

inline constexpr std::size_t kMaxJsonPatterns = 64;  // those behind find nothing

struct JsonPattern {
    enum class Kind : std::uint8_t { array, string };  // a value of another kind is no match
    Kind kind = Kind::array;
    JsonPath path;
    JsonPath id;  // arrays: where the item's id is, within an element
};

// Offsets in the document: from the first byte of the value, a bracket or quote, behind its last.
struct JsonMatch {
    std::size_t pattern;
    std::uint64_t begin;
    std::uint64_t end;
    std::size_t first_element;  // in elements(); none for strings
    std::size_t elements_end;
};

struct JsonElement {
    std::uint64_t begin;
    std::uint64_t end;
    std::size_t key_begin;  // in keys()
    std::size_t key_end;
};

class JsonFinder final : private JsonHandler {
  public:
    JsonFinder(std::span<const JsonPattern> patterns, const Limits& limits);

    void feed(std::string_view bytes) { scanner_.feed(bytes); }
    // Leaves nothing of a document that is not valid.
    void end();

    JsonScanner::State state() const { return scanner_.state(); }
    std::uint64_t position() const { return scanner_.position(); }
    // Nothing will be found in this document.
    bool hopeless() const { return scanner_.failed(); }
    // The first byte that may be of a match.
    std::optional<std::uint64_t> first() const;
    // Memory that matches, elements, keys and names take; never becomes less.
    std::size_t memory() const;

    std::span<const JsonMatch> matches() const { return matches_; }
    std::span<const JsonElement> elements() const { return elements_; }
    // What ids say: strings decoded, numbers as written.
    std::string_view keys() const { return keys_; }
    Counters counters() const;

  private:
    struct Frame {
        std::uint64_t live;   // patterns whose path leads through this value
        std::uint64_t seen;   // those whose member was there
        std::uint64_t named;  // those whose next step is a name
        std::uint64_t any;    // those whose next step is a wildcard
        std::size_t index;    // of the next element
        std::size_t names_begin;
        bool object;
        bool on_id_path;
        bool id_seen;
    };

    void open(bool object, std::uint64_t begin) override;
    void close(std::uint64_t end) override;
    bool begin_token(JsonToken token, std::uint64_t begin) override;
    void end_token(JsonToken token, std::uint64_t end, std::string_view bytes) override;

    void enter();
    void enter_element(Frame& array);
    void enter_member(Frame& object, std::string_view raw);
    void look_for_member(Frame& object, std::string_view name);
    void look_for_id(Frame& object, std::string_view name);
    void begin_element(std::uint64_t begin);
    void begin_match(std::uint64_t patterns, std::uint64_t begin);
    void end_match(std::uint64_t end);
    void end_names(const Frame& object);
    void push(bool object);
    void take_id(JsonToken token, std::string_view raw);
    void leave_out(std::uint64_t patterns);

    std::uint64_t ending_here() const;
    bool in_array() const { return array_ != kNone; }
    // The next value, or the one that ended, is an element of the matched array.
    bool at_element() const { return in_array() && frames_.size() == array_ + 1; }
    // Where the next value is, in steps of the id's path.
    std::size_t id_depth() const { return frames_.size() - array_ - 1; }
    std::span<const JsonStep> id_steps() const {
        return patterns_[matches_.back().pattern].id.steps;
    }

    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

    std::span<const JsonPattern> patterns_;
    std::size_t max_elements_;
    JsonScanner scanner_;
    // By the number of steps: patterns whose path ends there; of them, those of arrays.
    std::array<std::uint64_t, kMaxJsonSteps + 1> ends_{};
    std::uint64_t arrays_ = 0;
    std::uint64_t ambiguous_ = 0;

    std::vector<Frame> frames_;
    std::vector<std::size_t> names_;  // hashes of the members of objects with a wildcard
    // Of the value that comes next.
    std::uint64_t live_ = 0;
    bool on_id_path_ = false;

    std::size_t array_ = kNone;  // the frame of the array that was matched and is open
    bool string_open_ = false;   // a matched string
    bool token_is_id_ = false;
    bool id_lost_ = false;  // of the element
    std::vector<JsonMatch> matches_;
    std::vector<JsonElement> elements_;
    std::string keys_, key_;
};

// One array, found in memory; offsets in `text`.
struct JsonArray {
    struct Element {
        std::size_t begin;
        std::size_t end;
        std::string id;  // empty: it has none
    };
    std::size_t begin;
    std::size_t end;
    std::vector<Element> elements;
};

struct JsonArrays {
    enum class Outcome : std::uint8_t {
        found,
        absent,     // no array at the path
        ambiguous,  // the path meets a member that is there twice
        over_limit,
        invalid  // no JSON
    };
    Outcome outcome = Outcome::absent;
    std::uint64_t position = 0;     // invalid: the first byte that cannot be
    std::vector<JsonArray> arrays;  // several only if the path has a wildcard
};

// The arrays at the pattern's path in `text`, which is one JSON document.
JsonArrays find_arrays(std::string_view text, const JsonPattern& pattern,
                       const Limits& limits = {});

}  // namespace pz::rewrite
