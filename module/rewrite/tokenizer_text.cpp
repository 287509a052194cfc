// The tokenizer's states outside of tags: comments and their kin, raw text, script data.
#include <cstring>

#include "rewrite/characters.hpp"
#include "rewrite/tokenizer.hpp"

namespace pz::rewrite {

void Tokenizer::step_comment() {
    const State state = state_;
    if (state == State::markup_declaration) {
        markup_declaration();
        return;
    }
    if (state == State::declaration_dash) {
        declaration_dash();
        return;
    }
    if (state == State::declaration_cdata) {
        declaration_cdata();
        return;
    }
    if (state == State::bogus_comment) {
        skip_to('>', State::data);
        return;
    }
    if (state == State::comment) {
        comment();
        return;
    }
    if (state == State::cdata) {
        skip_to(']', State::cdata_bracket);
        return;
    }
    const char c = *cursor_++;
    const bool dash = c == '-';
    switch (state) {
        case State::comment_start:
            state_ = dash ? State::comment_start_dash : c == '>' ? State::data : State::comment;
            return;
        case State::comment_start_dash:
            state_ = dash ? State::comment_end : c == '>' ? State::data : State::comment;
            return;
        case State::comment_end_dash:
            state_ = dash ? State::comment_end : State::comment;
            return;
        case State::comment_end:
            state_ = dash       ? State::comment_end
                     : c == '>' ? State::data
                     : c == '!' ? State::comment_end_bang
                                : State::comment;
            return;
        case State::comment_end_bang:
            state_ = dash ? State::comment_end_dash : c == '>' ? State::data : State::comment;
            return;
        case State::cdata_bracket:
            state_ = c == ']' ? State::cdata_end : State::cdata;
            return;
        default:  // cdata_end
            state_ = c == ']' ? State::cdata_end : c == '>' ? State::data : State::cdata;
            return;
    }
}

// Comments hold many dashes and few '>': looks for the latter and then back. Nothing before the
// cursor belongs to the comment's end.
void Tokenizer::comment() {
    const char* const begin = cursor_;
    const auto ends_with = [begin](const char* end, std::string_view what) {
        return end - begin >= static_cast<std::ptrdiff_t>(what.size()) &&
               std::string_view(end - what.size(), what.size()) == what;
    };
    for (const char* at = begin; at != end_; ++at) {
        at = static_cast<const char*>(std::memchr(at, '>', static_cast<std::size_t>(end_ - at)));
        if (at == nullptr) {
            break;
        }
        if (ends_with(at, "--") || ends_with(at, "--!")) {
            cursor_ = at + 1;
            state_ = State::data;
            return;
        }
    }
    cursor_ = end_;
    state_ = ends_with(end_, "--")    ? State::comment_end
             : ends_with(end_, "--!") ? State::comment_end_bang
             : ends_with(end_, "-")   ? State::comment_end_dash
                                      : State::comment;
}

// Behind "<!". The words are compared byte by byte and contain no '>': when a word fails, what was
// passed over is part of the bogus comment that it then is. A DOCTYPE ends at the first '>' in all
// of its states, just as that comment.
void Tokenizer::markup_declaration() {
    if (*cursor_ == '-') {
        ++cursor_;
        state_ = State::declaration_dash;
    } else if (*cursor_ == '[' && foreign_) {
        matched_ = 0;
        state_ = State::declaration_cdata;
    } else {
        state_ = State::bogus_comment;
    }
}

void Tokenizer::declaration_dash() {
    if (*cursor_ != '-') {
        state_ = State::bogus_comment;
        return;
    }
    ++cursor_;
    state_ = State::comment_start;
}

void Tokenizer::declaration_cdata() {
    static constexpr std::string_view kWord = "[CDATA[";
    if (*cursor_ != kWord[matched_]) {
        state_ = State::bogus_comment;
        return;
    }
    ++cursor_;
    if (++matched_ == kWord.size()) {
        state_ = State::cdata;
    }
}

void Tokenizer::step_raw() {
    switch (state_) {
        case State::raw:
            raw_text(State::raw_less);
            return;
        case State::script:
            raw_text(State::script_less);
            return;
        case State::raw_less:
            raw_less();
            return;
        case State::raw_end_open:
            raw_end_open();
            return;
        case State::plaintext:
            cursor_ = end_;
            return;
        default:
            step_script();
            return;
    }
}

void Tokenizer::raw_text(State less) {
    const char* found = cursor_;
    for (;; ++found) {
        const std::size_t left = static_cast<std::size_t>(end_ - found);
        found = static_cast<const char*>(std::memchr(found, '<', left));
        if (found == nullptr) {
            cursor_ = end_;
            return;
        }
        if (end_ - found < 2 || found[1] == '/' || found[1] == '!') {
            break;
        }
    }
    cursor_ = found;
    tag_begin_ = position();
    ++cursor_;
    text_ = state_;
    state_ = less;
}

void Tokenizer::raw_less() {
    if (*cursor_ != '/') {
        state_ = text_;
        return;
    }
    ++cursor_;
    state_ = State::raw_end_open;
}

void Tokenizer::raw_end_open() {
    begin_name(true);
    state_ = State::raw_end_name;
}

// Only the end tag of the element that holds the text is a tag.
bool Tokenizer::raw_end_name() {
    const std::string_view wanted = rewrite::tag_name(text_element_);
    if (name_size_ < wanted.size()) {
        if (to_lower(*cursor_) != wanted[name_size_]) {
            state_ = text_;
            return false;
        }
        name_[name_size_] = wanted[name_size_];
        ++name_size_;
        ++cursor_;
        return false;
    }
    if (!byte_is(*cursor_, byte_class::kNameEnd)) {
        state_ = text_;
        return false;
    }
    return name_ended(*cursor_++);
}

void Tokenizer::step_script() {
    switch (state_) {
        case State::script_less:
            script_less();
            return;
        case State::escape_start:
        case State::escape_start_dash:
            escape_start();
            return;
        case State::escaped:
            escaped(State::escaped_dash, State::escaped_less);
            return;
        case State::escaped_dash:
            escaped_dash(State::escaped_dash_dash, State::escaped_less, State::escaped);
            return;
        case State::escaped_dash_dash:
            escaped_dash_dash(State::escaped_less, State::escaped);
            return;
        case State::escaped_less:
            escaped_less();
            return;
        case State::double_escape_start:
            double_escape_word(State::double_escaped, State::escaped);
            return;
        case State::double_escaped:
            escaped(State::double_escaped_dash, State::double_escaped_less);
            return;
        case State::double_escaped_dash:
            escaped_dash(State::double_escaped_dash_dash, State::double_escaped_less,
                         State::double_escaped);
            return;
        case State::double_escaped_dash_dash:
            escaped_dash_dash(State::double_escaped_less, State::double_escaped);
            return;
        case State::double_escaped_less:
            double_escaped_less();
            return;
        default:  // double_escape_end
            double_escape_word(State::escaped, State::double_escaped);
            return;
    }
}

void Tokenizer::script_less() {
    if (*cursor_ == '!') {
        ++cursor_;
        state_ = State::escape_start;
        return;
    }
    raw_less();
}

void Tokenizer::escape_start() {
    if (*cursor_ != '-') {
        state_ = State::script;
        return;
    }
    ++cursor_;
    state_ = state_ == State::escape_start ? State::escape_start_dash : State::escaped_dash_dash;
}

void Tokenizer::escaped(State dash, State less) {
    const char* p = cursor_;
    while (p != end_ && *p != '-' && *p != '<') {
        ++p;
    }
    cursor_ = p;
    if (p != end_) {
        after_escaped(dash, less);
    }
}

// At a '-' or a '<'.
void Tokenizer::after_escaped(State dash, State less) {
    const State text = state_;
    if (*cursor_ == '<') {
        tag_begin_ = position();
        text_ = text;
    }
    state_ = *cursor_ == '<' ? less : dash;
    ++cursor_;
}

void Tokenizer::escaped_dash(State dash_dash, State less, State text) {
    const char c = *cursor_;
    state_ = text;
    if (c == '-' || c == '<') {
        after_escaped(dash_dash, less);
    } else {
        ++cursor_;
    }
}

void Tokenizer::escaped_dash_dash(State less, State text) {
    const char c = *cursor_;
    if (c == '<') {
        state_ = text;
        after_escaped(text, less);
        return;
    }
    ++cursor_;
    if (c != '-') {
        state_ = c == '>' ? State::script : text;
    }
}

void Tokenizer::escaped_less() {
    if (byte_is(*cursor_, byte_class::kAlpha)) {
        matched_ = 0;
        state_ = State::double_escape_start;
        return;
    }
    raw_less();
}

void Tokenizer::double_escaped_less() {
    if (*cursor_ != '/') {
        state_ = State::double_escaped;
        return;
    }
    ++cursor_;
    matched_ = 0;
    state_ = State::double_escape_end;
}

// A word of letters behind "<" or "</": is it "script"?
void Tokenizer::double_escape_word(State matched, State otherwise) {
    static constexpr std::string_view kWord = "script";
    static constexpr std::size_t kNo = kWord.size() + 1;
    const char c = *cursor_;
    if (byte_is(c, byte_class::kAlpha)) {
        const bool fits = matched_ < kWord.size() && to_lower(c) == kWord[matched_];
        matched_ = fits ? matched_ + 1 : kNo;
        ++cursor_;
        return;
    }
    if (byte_is(c, byte_class::kNameEnd)) {
        state_ = matched_ == kWord.size() ? matched : otherwise;
        ++cursor_;
        return;
    }
    state_ = state_ == State::double_escape_start ? State::escaped : State::double_escaped;
}

}  // namespace pz::rewrite
