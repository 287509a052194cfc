// The stack itself and end tags; start tags are in open_elements_start.cpp.
#include "rewrite/open_elements.hpp"

#include <algorithm>
#include <array>

namespace pz::rewrite {
namespace {

// One bit for each formatting element.
constexpr std::array<std::uint16_t, kTagCount> make_formatting_bits() {
    std::array<std::uint16_t, kTagCount> bits{};
    std::uint32_t next = 1;
    for (std::size_t id = 0; id < kTagCount; ++id) {
        if ((detail::kTagFlags[id] & tag_flag::kFormatting) != 0) {
            bits[id] = static_cast<std::uint16_t>(next);
            next <<= 1;
        }
    }
    return bits;
}

constexpr auto kFormattingBits = make_formatting_bits();

std::uint16_t formatting_bit(TagId id) {
    return kFormattingBits[static_cast<std::size_t>(id)];
}

bool is_integration_name(TagId id) {
    return id == TagId::foreignobject || id == TagId::desc || id == TagId::title;
}

bool is_math_text(TagId id) {
    return id == TagId::mi || id == TagId::mo || id == TagId::mn || id == TagId::ms ||
           id == TagId::mtext;
}

}  // namespace

OpenElements::OpenElements(std::size_t max_depth) : max_depth_(max_depth) {
    stack_.reserve(std::min<std::size_t>(max_depth, 64));
}

std::string_view OpenElements::name(std::size_t index) const {
    const OpenElement& e = stack_[index];
    return e.id == TagId::other ? std::string_view(names_).substr(e.name_begin, e.name_size)
                                : tag_name(e.id);
}

// The same name; spaces are not compared.
bool OpenElements::same(const OpenElement& element, const Tag& tag) const {
    if (element.id != tag.id || element.removed) {
        return false;
    }
    const std::string_view names = names_;
    return tag.id != TagId::other ||
           (!tag.overlong && names.substr(element.name_begin, element.name_size) == tag.name);
}

// Whether the search for an open element ends here.
bool OpenElements::stops(const OpenElement& element, Reach reach) {
    if (element.removed) {
        return false;
    }
    if (reach == Reach::table) {
        return element.space == Space::html &&
               (element.id == TagId::html || element.id == TagId::table ||
                element.id == TagId::template_);
    }
    if (element.space == Space::svg) {
        return is_integration_name(element.id);
    }
    if (element.space == Space::math) {
        return is_math_text(element.id) || element.id == TagId::annotation_xml;
    }
    return tag_is(element.id, tag_flag::kScope) ||
           (reach == Reach::button && element.id == TagId::button) ||
           (reach == Reach::list && tag_is(element.id, tag_flag::kList));
}

bool OpenElements::special(const OpenElement& element) {
    if (element.space != Space::html) {
        return stops(element, Reach::scope);
    }
    return !element.removed && tag_is(element.id, tag_flag::kSpecial);
}

std::size_t OpenElements::find(TagId id, Reach reach) const {
    if (open_count(id) == 0) {
        return kNone;
    }
    for (std::size_t i = stack_.size(); i-- > 0;) {
        if (is_html(i, id)) {
            return i;
        }
        if (stops(stack_[i], reach)) {
            break;
        }
    }
    return kNone;
}

// Counts an element that is about to open. <html> has the children <head>, implied or not, and
// <body>.
std::uint32_t OpenElements::next_child(TagId id) {
    if (stack_.empty()) {
        return 1;
    }
    if (fostered_) {
        return 0;
    }
    const std::uint32_t child = count_child(stack_.back());
    if (is_html(stack_.size() - 1, TagId::html)) {
        return id == TagId::head ? 1 : id == TagId::body ? 2 : 0;
    }
    return child;
}

void OpenElements::add_name(OpenElement& element, std::string_view name) {
    element.name_begin = static_cast<std::uint32_t>(names_.size());
    element.name_size = static_cast<std::uint32_t>(name.size());
    names_.append(name);
}

void OpenElements::push(TagId id, Space space, std::string_view name) {
    if (stack_.size() >= max_depth_) {
        outcome_.overflow = true;
        return;
    }
    const bool in_template = inert();
    const std::uint32_t child = next_child(id);
    OpenElement& e = stack_.emplace_back();
    e.id = id;
    e.space = space;
    e.integration =
        space == Space::svg ? is_integration_name(id) : space == Space::math && is_math_text(id);
    e.inert = in_template;
    e.hinders = space == Space::html && !is_inert(e) ? hinders_inside(id) : hinder::kAll;
    e.serial = ++serial_;
    e.child = child;
    e.irregularities = static_cast<std::uint32_t>(irregularities_);
    if (id == TagId::other) {
        add_name(e, name);
    }
    if (space == Space::html && tag_is(id, tag_flag::kMarker)) {
        e.cut_formatting = cut_formatting_;
        cut_formatting_ = 0;
    }
    open_[static_cast<std::size_t>(id)] += space == Space::html ? 1 : 0;
}

// The top element, and removed ones that come to the top thereby.
void OpenElements::pop() {
    do {
        const OpenElement& e = stack_.back();
        if (e.id == TagId::other && !e.removed) {
            names_.resize(e.name_begin);
        }
        if (e.space == Space::html && !e.removed) {
            --open_[static_cast<std::size_t>(e.id)];
            if (tag_is(e.id, tag_flag::kMarker)) {
                cut_formatting_ = e.cut_formatting;
            }
        }
        stack_.pop_back();
    } while (!stack_.empty() && stack_.back().removed);
    outcome_.depth = std::min(outcome_.depth, stack_.size());
}

void OpenElements::pop_to(std::size_t depth) {
    while (stack_.size() > depth) {
        const OpenElement& e = stack_.back();
        const std::uint16_t bit = e.space == Space::html ? formatting_bit(e.id) : std::uint16_t{0};
        cut_formatting_ |= bit;
        irregularities_ += bit != 0 ? 1 : 0;
        pop();
    }
}

void OpenElements::close(std::size_t index) {
    pop_to(index + 1);
    outcome_.closed = index;
    pop();
}

void OpenElements::close_found(std::size_t index) {
    if (index != kNone) {
        close(index);
    }
}

// Takes an element out from under those above it.
void OpenElements::remove(std::size_t index) {
    OpenElement& e = stack_[index];
    open_[static_cast<std::size_t>(e.id)] -= e.space == Space::html && !e.removed ? 1 : 0;
    e.removed = true;
    ++irregularities_;
}

const OpenElements::Outcome& OpenElements::end(const Tag& tag) {
    outcome_ = Outcome{.depth = stack_.size()};
    // Nearly always: the end tag of the element that opened last.
    if (tag.id != TagId::other && current_is(tag.id) && !tag_is(tag.id, tag_flag::kEndRule)) {
        outcome_.closed = stack_.size() - 1;
        pop();
        return outcome_;
    }
    irregularities_ += tag.overlong ? 1 : 0;
    if (foreign()) {
        foreign_end(tag);
    } else {
        html_end(tag);
    }
    return outcome_;
}

void OpenElements::foreign_end(const Tag& tag) {
    if (tag.id == TagId::br || tag.id == TagId::p) {
        leave_foreign();
        html_end(tag);
        return;
    }
    for (std::size_t i = stack_.size(); i-- > 0;) {
        if (stack_[i].space == Space::html && !stack_[i].removed) {
            html_end(tag);
            return;
        }
        if (same(stack_[i], tag)) {
            close(i);
            return;
        }
    }
}

void OpenElements::html_end(const Tag& tag) {
    switch (tag.id) {
        case TagId::html:
        case TagId::body:  // what follows still goes into the body
            return;
        case TagId::br:  // stands for <br>
            next_child(tag.id);
            return;
        case TagId::head:
            head_end();
            return;
        case TagId::p:
            paragraph_end();
            return;
        case TagId::li:
            close_found(find(TagId::li, Reach::list));
            return;
        case TagId::dd:
        case TagId::dt:
            close_found(find(tag.id, Reach::scope));
            return;
        case TagId::form:
            form_end();
            return;
        case TagId::table:
            close_found(find(TagId::table, Reach::table));
            return;
        case TagId::template_:
            close_template();
            return;
        default:
            break;
    }
    if (tag_is(tag.id, tag_flag::kHeading)) {
        heading_end(tag);
    } else if (tag_is(tag.id, tag_flag::kTablePart)) {
        close_found(find(tag.id, Reach::table));
    } else if (tag_is(tag.id, tag_flag::kBlockEnd)) {
        close_found(find(tag.id, Reach::scope));
    } else if (tag_is(tag.id, tag_flag::kFormatting)) {
        formatting_end(tag);
    } else {
        other_end(tag);
    }
}

// Without an open <p> it stands for an empty one.
void OpenElements::paragraph_end() {
    const std::size_t index = find(TagId::p, Reach::button);
    if (index != kNone) {
        close(index);
    } else if (!stack_.empty()) {
        irregularities_ += tag_is(stack_.back().id, tag_flag::kTableContext) ? 1 : 0;
        next_child(TagId::p);
    }
}

void OpenElements::head_end() {
    if (phase_ == Phase::head && !inert() && stack_.size() > 1) {
        close(1);
        phase_ = Phase::after_head;
    }
}

void OpenElements::close_template() {
    for (std::size_t i = stack_.size(); i-- > 0;) {
        if (is_html(i, TagId::template_)) {
            close(i);
            return;
        }
    }
}

// Any heading's end tag ends the innermost heading.
void OpenElements::heading_end(const Tag& tag) {
    for (std::size_t i = stack_.size(); i-- > 0;) {
        const OpenElement& e = stack_[i];
        if (e.space == Space::html && !e.removed && tag_is(e.id, tag_flag::kHeading)) {
            if (e.id == tag.id) {
                close(i);
                return;
            }
            ++irregularities_;
            pop_to(i);
            return;
        }
        if (stops(e, Reach::scope)) {
            return;
        }
    }
}

void OpenElements::form_end() {
    if (!inert()) {
        form_open_ = false;
    }
    const std::size_t index = find(TagId::form, Reach::scope);
    if (index == kNone) {
        return;
    }
    while (tag_is(stack_.back().id, tag_flag::kImpliedEnd) && stack_.back().space == Space::html) {
        pop();
    }
    if (index + 1 == stack_.size()) {
        close(index);
    } else {
        remove(index);
    }
}

// The formatting element that an end tag or a second start tag of that name means.
std::size_t OpenElements::find_formatting(TagId id) const {
    if (open_count(id) == 0) {
        return kNone;
    }
    for (std::size_t i = stack_.size(); i-- > 0;) {
        if (is_html(i, id)) {
            return i;
        }
        const OpenElement& e = stack_[i];
        const bool marker = e.space == Space::html && tag_is(e.id, tag_flag::kMarker);
        if (marker || stops(e, Reach::scope)) {
            break;
        }
    }
    return kNone;
}

// The first special element above: the adoption agency's furthest block.
std::size_t OpenElements::special_above(std::size_t index) const {
    for (std::size_t i = index + 1; i < stack_.size(); ++i) {
        if (special(stack_[i])) {
            return i;
        }
    }
    return kNone;
}

void OpenElements::formatting_end(const Tag& tag) {
    const std::size_t index = find_formatting(tag.id);
    if (index != kNone && special_above(index) == kNone) {
        close(index);
        return;
    }
    if (index != kNone) {
        remove_formatting(index);
        return;
    }
    const std::uint16_t bit = formatting_bit(tag.id);
    irregularities_ += (cut_formatting_ & bit) != 0 ? 1 : 0;
    cut_formatting_ = static_cast<std::uint16_t>(cut_formatting_ & ~bit);
}

// What the adoption agency leaves on the stack: the blocks above stay open, what stood between the
// element and the first of them does not, but for formatting.
void OpenElements::remove_formatting(std::size_t index) {
    const std::size_t block = special_above(index);
    remove(index);
    for (std::size_t i = index + 1; i < block; ++i) {
        if (!tag_is(stack_[i].id, tag_flag::kFormatting)) {
            remove(i);
        }
    }
}

void OpenElements::other_end(const Tag& tag) {
    for (std::size_t i = stack_.size(); i-- > 0;) {
        const OpenElement& e = stack_[i];
        if (e.space == Space::html && same(e, tag)) {
            close(i);
            return;
        }
        if (special(e)) {
            return;
        }
    }
}

}  // namespace pz::rewrite
