// Tokenizer: where the tags of a page are. Resumable at any byte, keeps no bytes but the tag's
// name.
//
// The states are those of the HTML standard, 13.2.5, less the ones that change only what a token
// says, not where it ends (character references, the parts of a DOCTYPE, the "<!" states inside
// comments). CR counts as white space, as after the standard's input preprocessing; offsets are
// those of the bytes. The tree decides what the tokenizer cannot know: set_text() after a start
// tag, set_foreign() after any.
//
//     tokenizer.feed(chunk);
//     while (tokenizer.next(tag)) { ... }
//
// Lifetime: the chunk must live until next() has returned false. Thread rules: one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "rewrite/tags.hpp"

namespace pz::rewrite {

// Longer element names are cut here and marked; nothing matches them.
inline constexpr std::size_t kMaxTagName = 64;
// Tags with more attributes are not taken at once.
inline constexpr std::size_t kKnownAttributes = 24;

struct Tag {
    std::string_view name;    // lower case; lives until the next call of next()
    std::uint64_t begin = 0;  // of '<', in the page
    std::uint64_t end = 0;    // behind '>'
    TagId id = TagId::other;
    bool is_end = false;
    bool self_closing = false;
    bool overlong = false;
    // All attributes, if attributes_known: views into the chunk, until the next call of next().
    // Otherwise the tag's bytes must be parsed.
    bool attributes_known = false;
    std::span<const Attribute> attributes;
};

class Tokenizer {
  public:
    // Where the next byte would stand.
    enum class Context : std::uint8_t {
        text,
        tag,           // in a tag's name or undecided
        between,       // in a tag, where an attribute may begin
        attribute,     // in an attribute, but not in a quoted value
        value_double,  // in "..."
        value_single,  // in '...'
        comment,       // comment, DOCTYPE, CDATA section
        raw            // in the text of an element that set_text() announced
    };

    void feed(std::string_view chunk);
    // The next complete tag; false when the chunk is used up.
    bool next(Tag& tag);

    // The bytes of the chunk from here on, if tags may be taken out of them: empty in a tag, a
    // comment or text that set_text() announced.
    std::string_view rest() const {
        return {cursor_, state_ == State::data ? static_cast<std::size_t>(end_ - cursor_) : 0};
    }
    // These many of them were read elsewhere, up to behind a tag or before one.
    void skip(std::size_t bytes) { cursor_ += bytes; }

    // The element just opened contains text of this kind, up to its end tag.
    void set_text(Text text, TagId element);
    // Whether <![CDATA[ begins a CDATA section here.
    void set_foreign(bool foreign) { foreign_ = foreign; }

    // Offset of the unfinished start tag at the end of the chunk, or of the end of the chunk.
    std::uint64_t unfinished() const;
    std::uint64_t position() const { return base_ + static_cast<std::uint64_t>(cursor_ - begin_); }
    Context context() const;

  private:
    enum class State : std::uint8_t {
        data,
        tag_open,
        end_tag_open,
        tag_name,
        before_attribute,
        attribute_name,
        after_attribute_name,
        before_value,
        value_double,
        value_single,
        value_unquoted,
        self_closing,
        markup_declaration,
        declaration_dash,
        declaration_cdata,
        bogus_comment,
        comment_start,
        comment_start_dash,
        comment,
        comment_end_dash,
        comment_end,
        comment_end_bang,
        cdata,
        cdata_bracket,
        cdata_end,
        raw,
        raw_less,
        raw_end_open,
        raw_end_name,
        script,
        script_less,
        escape_start,
        escape_start_dash,
        escaped,
        escaped_dash,
        escaped_dash_dash,
        escaped_less,
        double_escape_start,
        double_escaped,
        double_escaped_dash,
        double_escaped_dash_dash,
        double_escaped_less,
        double_escape_end,
        plaintext
    };

    // Whole tags of the usual form, at once; see tokenizer_whole.cpp.
    bool whole_tag(Tag& tag);
    const char* whole_name(const char* begin, Tag& tag);
    const char* whole_attributes(const char* at, Tag& tag);

    bool step();
    bool step_tag();
    void step_comment();
    void step_raw();
    void step_script();

    void data();
    void tag_open();
    void end_tag_open();
    bool tag_name();
    bool before_attribute();
    bool attribute_name();
    bool after_attribute_name();
    bool before_value();
    void quoted_value(char quote);
    bool unquoted_value();
    bool self_closing();
    bool name_ended(char c);
    bool finish_tag();
    void begin_name(bool is_end);

    void comment();
    void markup_declaration();
    void declaration_dash();
    void declaration_cdata();
    void skip_to(char wanted, State next);

    void raw_text(State less);
    void raw_less();
    void raw_end_open();
    bool raw_end_name();
    void script_less();
    void escape_start();
    void escaped(State dash, State less);
    void after_escaped(State dash, State less);
    void escaped_dash(State dash_dash, State less, State text);
    void escaped_dash_dash(State less, State text);
    void escaped_less();
    void double_escaped_less();
    void double_escape_word(State matched, State otherwise);

    const char* begin_ = nullptr;
    const char* cursor_ = nullptr;
    const char* end_ = nullptr;
    std::uint64_t base_ = 0;  // offset of begin_ in the page
    std::uint64_t tag_begin_ = 0;
    State state_ = State::data;
    State text_ = State::data;  // where a failed end tag goes back to
    bool foreign_ = false;
    bool is_end_ = false;
    bool self_closing_ = false;
    bool overlong_ = false;
    TagId text_element_ = TagId::other;
    std::size_t matched_ = 0;  // bytes of the word being compared
    std::size_t name_size_ = 0;
    std::array<char, kMaxTagName> name_;
    std::array<Attribute, kKnownAttributes> attributes_;
};

}  // namespace pz::rewrite
