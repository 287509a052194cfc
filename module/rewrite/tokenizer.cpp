#include "rewrite/tokenizer.hpp"

#include <cstring>

#include "rewrite/characters.hpp"

namespace pz::rewrite {

void Tokenizer::feed(std::string_view chunk) {
    base_ = position();
    begin_ = chunk.data();
    cursor_ = begin_;
    end_ = begin_ + chunk.size();
}

bool Tokenizer::next(Tag& tag) {
    while (cursor_ != end_) {
        if (state_ == State::data && whole_tag(tag)) {
            return true;
        }
        if (cursor_ != end_ && step()) {
            tag.name = std::string_view(name_.data(), name_size_);
            tag.begin = tag_begin_;
            tag.end = position();
            tag.id = tag_id(tag.name);
            tag.is_end = is_end_;
            tag.self_closing = self_closing_;
            tag.overlong = overlong_;
            tag.attributes_known = false;
            return true;
        }
    }
    return false;
}

void Tokenizer::set_text(Text text, TagId element) {
    text_element_ = element;
    switch (text) {
        case Text::markup:
            return;
        case Text::raw:
        case Text::rcdata:
            text_ = State::raw;
            break;
        case Text::script:
            text_ = State::script;
            break;
        case Text::plaintext:
            text_ = State::plaintext;
            break;
    }
    state_ = text_;
}

std::uint64_t Tokenizer::unfinished() const {
    const bool in_start_tag =
        state_ == State::tag_open ||
        (state_ >= State::tag_name && state_ <= State::self_closing && !is_end_);
    return in_start_tag ? tag_begin_ : position();
}

Tokenizer::Context Tokenizer::context() const {
    switch (state_) {
        case State::data:
            return Context::text;
        case State::before_attribute:
            return Context::between;
        case State::value_double:
            return Context::value_double;
        case State::value_single:
            return Context::value_single;
        case State::attribute_name:
        case State::after_attribute_name:
        case State::before_value:
        case State::value_unquoted:
            return Context::attribute;
        default:
            break;
    }
    if (state_ <= State::self_closing) {
        return Context::tag;
    }
    return state_ < State::raw ? Context::comment : Context::raw;
}

// True when a tag is complete.
bool Tokenizer::step() {
    if (state_ == State::data) {
        data();
        return false;
    }
    if (state_ <= State::self_closing) {
        return step_tag();
    }
    if (state_ <= State::cdata_end) {
        step_comment();
        return false;
    }
    if (state_ == State::raw_end_name) {
        return raw_end_name();
    }
    step_raw();
    return false;
}

bool Tokenizer::step_tag() {
    switch (state_) {
        case State::tag_open:
            tag_open();
            return false;
        case State::end_tag_open:
            end_tag_open();
            return false;
        case State::tag_name:
            return tag_name();
        case State::before_attribute:
            return before_attribute();
        case State::attribute_name:
            return attribute_name();
        case State::after_attribute_name:
            return after_attribute_name();
        case State::before_value:
            return before_value();
        case State::value_double:
            quoted_value('"');
            return false;
        case State::value_single:
            quoted_value('\'');
            return false;
        case State::value_unquoted:
            return unquoted_value();
        default:
            return self_closing();
    }
}

void Tokenizer::data() {
    const std::size_t left = static_cast<std::size_t>(end_ - cursor_);
    const auto* found = static_cast<const char*>(std::memchr(cursor_, '<', left));
    if (found == nullptr) {
        cursor_ = end_;
        return;
    }
    cursor_ = found;
    tag_begin_ = position();
    ++cursor_;
    state_ = State::tag_open;
}

void Tokenizer::tag_open() {
    if (byte_is(*cursor_, byte_class::kAlpha)) {
        begin_name(false);
        state_ = State::tag_name;
        return;
    }
    switch (*cursor_) {
        case '/':
            ++cursor_;
            state_ = State::end_tag_open;
            return;
        case '!':
            ++cursor_;
            state_ = State::markup_declaration;
            return;
        case '?':
            state_ = State::bogus_comment;
            return;
        default:
            state_ = State::data;
            return;
    }
}

void Tokenizer::end_tag_open() {
    if (byte_is(*cursor_, byte_class::kAlpha)) {
        begin_name(true);
        state_ = State::tag_name;
    } else if (*cursor_ == '>') {
        ++cursor_;
        state_ = State::data;
    } else {
        state_ = State::bogus_comment;
    }
}

void Tokenizer::begin_name(bool is_end) {
    is_end_ = is_end;
    self_closing_ = false;
    overlong_ = false;
    name_size_ = 0;
}

bool Tokenizer::tag_name() {
    const char* p = cursor_;
    while (p != end_ && !byte_is(*p, byte_class::kNameEnd)) {
        if (name_size_ < kMaxTagName) {
            name_[name_size_++] = to_lower(*p);
        } else {
            overlong_ = true;
        }
        ++p;
    }
    cursor_ = p;
    return p != end_ && name_ended(*cursor_++);
}

// `c` ended a tag's name, an attribute's name or stood behind one.
bool Tokenizer::name_ended(char c) {
    if (c == '>') {
        return finish_tag();
    }
    state_ = c == '/' ? State::self_closing : State::before_attribute;
    return false;
}

bool Tokenizer::finish_tag() {
    state_ = State::data;
    return true;
}

bool Tokenizer::before_attribute() {
    const char* p = cursor_;
    while (p != end_ && byte_is(*p, byte_class::kSpace)) {
        ++p;
    }
    cursor_ = p;
    if (p == end_) {
        return false;
    }
    if (*p == '/' || *p == '>') {
        ++cursor_;
        return name_ended(*p);
    }
    ++cursor_;  // belongs to the name even if it is '='
    state_ = State::attribute_name;
    return false;
}

bool Tokenizer::attribute_name() {
    const char* p = cursor_;
    while (p != end_ && !byte_is(*p, byte_class::kAttrEnd)) {
        ++p;
    }
    cursor_ = p;
    if (p == end_) {
        return false;
    }
    ++cursor_;
    if (*p == '=') {
        state_ = State::before_value;
        return false;
    }
    if (byte_is(*p, byte_class::kSpace)) {
        state_ = State::after_attribute_name;
        return false;
    }
    return name_ended(*p);
}

bool Tokenizer::after_attribute_name() {
    const char* p = cursor_;
    while (p != end_ && byte_is(*p, byte_class::kSpace)) {
        ++p;
    }
    cursor_ = p;
    if (p == end_) {
        return false;
    }
    ++cursor_;
    if (*p == '/' || *p == '>') {
        return name_ended(*p);
    }
    state_ = *p == '=' ? State::before_value : State::attribute_name;
    return false;
}

bool Tokenizer::before_value() {
    const char* p = cursor_;
    while (p != end_ && byte_is(*p, byte_class::kSpace)) {
        ++p;
    }
    cursor_ = p;
    if (p == end_) {
        return false;
    }
    if (*p == '>') {
        ++cursor_;
        return finish_tag();
    }
    if (*p == '"' || *p == '\'') {
        ++cursor_;
        state_ = *p == '"' ? State::value_double : State::value_single;
    } else {
        state_ = State::value_unquoted;
    }
    return false;
}

// Behind the closing quote anything but space, / and > begins an attribute: the same as between
// attributes.
void Tokenizer::quoted_value(char quote) {
    skip_to(quote, State::before_attribute);
}

bool Tokenizer::unquoted_value() {
    const char* p = cursor_;
    while (p != end_ && !byte_is(*p, byte_class::kValueEnd)) {
        ++p;
    }
    cursor_ = p;
    if (p == end_) {
        return false;
    }
    ++cursor_;
    return name_ended(*p);
}

bool Tokenizer::self_closing() {
    if (*cursor_ != '>') {
        state_ = State::before_attribute;
        return false;
    }
    ++cursor_;
    self_closing_ = true;
    return finish_tag();
}

// Passes over everything up to and including `wanted`.
void Tokenizer::skip_to(char wanted, State next) {
    const std::size_t left = static_cast<std::size_t>(end_ - cursor_);
    const auto* found = static_cast<const char*>(std::memchr(cursor_, wanted, left));
    if (found == nullptr) {
        cursor_ = end_;
        return;
    }
    cursor_ = found + 1;
    state_ = next;
}

}  // namespace pz::rewrite
