// OpenElements: the stack of open elements, by the HTML standard's tree construction (13.2.6) as
// far as it decides which elements are open where.
//
// Followed: implied <html>, <head>, <body>, <tbody>, <tr>, <colgroup>; optional end tags; end tags
// that close several elements or, out of scope, none; tables and what they close; svg and math with
// their integration points; <template>. Where the standard moves or reopens elements (foster
// parenting, the adoption agency, formatting cut off by an outer end tag, a form's end in the wrong
// place) the stack is the standard's, and irregularities() counts: who depends on an element's extent
// meanwhile must give it up. So it is with markup inside <select>, which old browsers drop and new
// ones keep. Not followed: text that opens <body>, <frameset>, quirks mode. Thread rules: one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rewrite/attributes.hpp"
#include "rewrite/plain_tags.hpp"
#include "rewrite/tags.hpp"
#include "rewrite/tokenizer.hpp"

namespace pz::rewrite {

enum class Space : std::uint8_t { html, svg, math };

struct OpenElement {
    TagId id = TagId::other;
    Space space = Space::html;
    bool integration = false;             // foreign, but HTML again inside
    bool removed = false;                 // taken out of the middle of the stack; its place stays
    bool inert = false;                   // in a <template>: not part of the document
    std::uint8_t hinders = hinder::kAll;  // see plain_tags.hpp
    std::uint16_t cut_formatting = 0;     // of the outside, restored when a marker ends
    std::uint32_t name_begin = 0;         // TagId::other: into the arena of names
    std::uint32_t name_size = 0;
    std::uint32_t serial = 0;  // differs for all elements of the page
    std::uint32_t child = 0;   // see Outcome
    std::uint32_t children = 0;
    std::uint32_t irregularities = 0;  // of the page when the element opened, modulo 2^32
};

class OpenElements {
  public:
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

    explicit OpenElements(std::size_t max_depth);

    struct Outcome {
        std::size_t depth = 0;       // elements that the tag left open, before it opened any
        std::size_t closed = kNone;  // the element at this index was closed by its own end tag
        bool opened = false;         // the last of the stack is the tag's own element
        bool element = false;        // the start tag stands for an element where it stands
        bool foreign = false;        // ... in svg or math
        bool displaced = false;      // ... but in another place of the tree
        bool overflow = false;       // deeper than max_depth: the stack can no longer be trusted
        // The how manyth child element of its parent the tag's element is, from 1; 0: not certain,
        // for something irregular happened since the parent opened.
        std::uint32_t child = 0;
        Text text = Text::markup;
    };

    // Elements between outcome.depth and depth() - (opened ? 1 : 0) were opened by implication.
    // Lifetime of what they return: until the next call.
    const Outcome& start(const Tag& tag, TagAttributes& attributes);
    const Outcome& end(const Tag& tag);

    // Short cuts for the usual tags of which nobody needs the outcome; in between of start() and
    // end(), to the same effect. If a start tag of this name only opens its element, does so and
    // returns true.
    bool open_plain(TagId id, bool self_closing);
    // The element that alone is closed by an end tag of its name, next; TagId::other: none is.
    TagId closes_plainly() const;
    void close_plain();

    std::size_t depth() const { return stack_.size(); }
    const OpenElement& operator[](std::size_t index) const { return stack_[index]; }
    std::string_view name(std::size_t index) const;
    // CDATA sections are known here.
    bool foreign() const { return !stack_.empty() && stack_.back().space != Space::html; }
    bool inert() const { return !stack_.empty() && is_inert(stack_.back()); }
    // Formatting elements were cut off and may be reopened anywhere: parents are not certain.
    bool formatting_cut() const { return cut_formatting_ != 0; }
    // A <form> begun and not ended, in the stack or not: the next one is ignored.
    bool form_open() const { return form_open_; }
    std::uint64_t irregularities() const { return irregularities_; }

  private:
    enum class Phase : std::uint8_t { before_head, head, after_head, body };
    enum class Reach : std::uint8_t { scope, button, list, table };

    static bool is_inert(const OpenElement& e) { return e.inert || e.id == TagId::template_; }
    bool is_html(std::size_t index, TagId id) const {
        const OpenElement& e = stack_[index];
        return e.id == id && e.space == Space::html && !e.removed;
    }
    bool current_is(TagId id) const { return !stack_.empty() && is_html(stack_.size() - 1, id); }
    std::uint32_t open_count(TagId id) const { return open_[static_cast<std::size_t>(id)]; }
    bool same(const OpenElement& element, const Tag& tag) const;
    static bool stops(const OpenElement& element, Reach reach);
    static bool special(const OpenElement& element);
    std::size_t find(TagId id, Reach reach) const;

    std::uint32_t next_child(TagId id);
    std::uint32_t count_child(OpenElement& parent) const;
    void push(TagId id, Space space, std::string_view name);
    void add_name(OpenElement& element, std::string_view name);
    void push_implied(TagId id) { push(id, Space::html, {}); }
    void pop();
    void pop_to(std::size_t depth);
    void close(std::size_t index);  // by its own end tag
    void remove(std::size_t index);

    // Start tags.
    bool plain(TagId id) const;
    bool open_svg(TagId id, bool self_closing);
    std::uint8_t hindrances() const;
    bool plain_part(TagId id) const;
    OpenElement& push_plain(TagId id);
    void start_plain(const Tag& tag);
    bool html_rules(const Tag& tag) const;
    void foreign_start(const Tag& tag, TagAttributes& attributes);
    void leave_foreign();
    void html_start(const Tag& tag, TagAttributes& attributes);
    bool root_start(const Tag& tag);
    bool in_select_start(const Tag& tag);
    bool table_part_start(const Tag& tag);
    void imply_section(std::size_t table);
    void imply_row(std::size_t table);
    bool in_table_start(const Tag& tag, TagAttributes& attributes);
    bool in_table() const;
    bool stray_in_table(const Tag& tag);
    void close_implied(const Tag& tag);
    void close_items(TagId first, TagId second);
    void close_formatting(TagId id);
    void close_option(bool group_too);
    void close_ruby_parts(bool keep_rtc);
    bool form_start();
    void open(const Tag& tag, Space space);

    // End tags.
    void foreign_end(const Tag& tag);
    void html_end(const Tag& tag);
    void close_found(std::size_t index);
    void paragraph_end();
    void head_end();
    void close_template();
    void heading_end(const Tag& tag);
    void form_end();
    void formatting_end(const Tag& tag);
    void remove_formatting(std::size_t index);
    void other_end(const Tag& tag);
    std::size_t find_formatting(TagId id) const;
    std::size_t special_above(std::size_t index) const;

    std::size_t max_depth_;
    std::vector<OpenElement> stack_;
    std::array<std::uint32_t, kTagCount> open_{};  // HTML elements on the stack
    std::string names_;
    Phase phase_ = Phase::before_head;
    Outcome outcome_;
    bool form_open_ = false;  // the standard's form element pointer
    bool fostered_ = false;   // the element being opened stands elsewhere in the tree
    std::uint16_t cut_formatting_ = 0;
    std::uint32_t serial_ = 0;
    std::uint64_t irregularities_ = 0;
};

inline std::uint32_t OpenElements::count_child(OpenElement& parent) const {
    ++parent.children;
    const bool certain = parent.irregularities == static_cast<std::uint32_t>(irregularities_) &&
                         cut_formatting_ == 0;
    return certain ? parent.children : 0;
}

// What of plain_tags.hpp is the case now.
inline std::uint8_t OpenElements::hindrances() const {
    if (stack_.empty() || open_count(TagId::select) != 0) {
        return hinder::kAll;
    }
    const std::uint8_t phase = phase_ == Phase::body   ? hinder::kAlways
                               : phase_ == Phase::head ? hinder::kHead
                                                       : hinder::kAll;
    const std::uint8_t paragraph = open_count(TagId::p) != 0 ? hinder::kParagraph : hinder::kAlways;
    return static_cast<std::uint8_t>(stack_.back().hinders | phase | paragraph);
}

inline bool OpenElements::plain(TagId id) const {
    const std::uint8_t hindered = hindered_by(id);
    if ((hindered & hindrances()) == 0) {
        return (hindered & hinder::kSameName) == 0 || open_count(id) == 0;
    }
    return hindered == hinder::kPart && plain_part(id);
}

inline OpenElement& OpenElements::push_plain(TagId id) {
    const std::uint32_t child = count_child(stack_.back());
    OpenElement& e = stack_.emplace_back();
    e.id = id;
    e.hinders = hinders_inside(id);
    e.serial = ++serial_;
    e.child = child;
    e.irregularities = static_cast<std::uint32_t>(irregularities_);
    if (tag_is(id, tag_flag::kMarker)) {
        e.cut_formatting = cut_formatting_;
        cut_formatting_ = 0;
    }
    ++open_[static_cast<std::size_t>(id)];
    return e;
}

inline bool OpenElements::open_plain(TagId id, bool self_closing) {
    if (!plain(id)) {
        return open_svg(id, self_closing);
    }
    if (tag_is(id, tag_flag::kVoid)) {
        ++stack_.back().children;
        return true;
    }
    if (stack_.size() >= max_depth_) {
        return false;
    }
    push_plain(id);
    return true;
}

inline TagId OpenElements::closes_plainly() const {
    if (stack_.size() < 2 || stack_[stack_.size() - 2].removed) {
        return TagId::other;
    }
    const OpenElement& e = stack_.back();
    return e.space == Space::math || tag_is(e.id, tag_flag::kEndRule) ? TagId::other : e.id;
}

inline void OpenElements::close_plain() {
    const OpenElement& e = stack_.back();
    if (e.space == Space::html) {
        --open_[static_cast<std::size_t>(e.id)];
        if (tag_is(e.id, tag_flag::kMarker)) {
            cut_formatting_ = e.cut_formatting;
        }
    }
    stack_.pop_back();
}

}  // namespace pz::rewrite
