#include "rewrite/json_scanner.hpp"

#include <algorithm>
#include <cstring>

namespace pz::rewrite {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool digit(char c) {
    return c >= '0' && c <= '9';
}

bool hex_digit(char c) {
    return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool special(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte >= 0x80 || c == '"' || c == '\\';
}

// The first byte that is not plain ASCII text, eight bytes at a time: a byte of `found` has its
// highest bit set if the byte is one of ours (or, harmlessly, stands above one that is).
const char* skip_plain(const char* at, const char* end) {
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    constexpr std::uint64_t kHigh = 0x8080808080808080;
    while (end - at >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, at, sizeof(word));
        const std::uint64_t quote = word ^ (kOnes * '"');
        const std::uint64_t backslash = word ^ (kOnes * '\\');
        const std::uint64_t found =
            (word | (word - kOnes * 0x20) | (quote - kOnes) | (backslash - kOnes)) & kHigh;
        if (found != 0) {
            break;
        }
        at += 8;
    }
    return std::find_if(at, end, special);
}

}  // namespace

void JsonScanner::feed(std::string_view bytes) {
    chunk_ = bytes;
    token_from_ = bytes.data();
    const char* at = bytes.data();
    const char* end = at + bytes.size();
    while (at != end && state_ == State::going) {
        switch (expect_) {
            case Expect::text:
                at = text(at, end);
                break;
            case Expect::number:
                at = number(at, end);
                break;
            case Expect::literal:
                at = literal(at, end);
                break;
            default:
                at = structure(at, end);
        }
    }
    if (wanted_) {
        keep_token(end);
    }
    chunk_begin_ += bytes.size();
    chunk_ = {};
}

void JsonScanner::end() {
    if (state_ != State::going) {
        return;
    }
    if (expect_ == Expect::number && whole(number_)) {
        token_from_ = nullptr;
        end_token(nullptr, nullptr);
    }
    state_ = expect_ == Expect::nothing ? State::complete : State::invalid;
    position_ = chunk_begin_;
}

void JsonScanner::abandon(std::uint64_t position) {
    state_ = State::over_limit;
    position_ = position;
}

const char* JsonScanner::fail(const char* at, State state) {
    state_ = state;
    position_ = offset(at);
    return at;
}

const char* JsonScanner::structure(const char* at, const char* end) {
    at = std::find_if_not(at, end, space);
    if (at == end) {
        return at;
    }
    const bool ends = *at == (objects_.empty() || !objects_.back() ? ']' : '}');
    switch (expect_) {
        case Expect::value_or_end:
            return ends ? close(at) : begin_value(at);
        case Expect::value:
            return begin_value(at);
        case Expect::key_or_end:
            if (ends) {
                return close(at);
            }
            [[fallthrough]];
        case Expect::key:
            if (*at != '"') {
                return fail(at);
            }
            begin_token(JsonToken::key, at + 1, Expect::text);
            return at + 1;
        case Expect::colon:
            expect_ = Expect::value;
            return *at == ':' ? at + 1 : fail(at);
        case Expect::comma_or_end:
            return ends ? close(at) : next_member(at);
        default:
            return fail(at);  // behind the document
    }
}

const char* JsonScanner::next_member(const char* at) {
    expect_ = objects_.back() ? Expect::key : Expect::value;
    return *at == ',' ? at + 1 : fail(at);
}

const char* JsonScanner::begin_value(const char* at) {
    switch (*at) {
        case '{':
        case '[':
            return open(at);
        case '"':
            begin_token(JsonToken::string, at + 1, Expect::text);
            return at + 1;
        case 't':
            literal_ = "true";
            break;
        case 'f':
            literal_ = "false";
            break;
        case 'n':
            literal_ = "null";
            break;
        case kByteOrderMark[0]:
            if (offset(at) != 0) {
                return fail(at);
            }
            literal_ = kByteOrderMark;
            expect_ = Expect::literal;
            return at;
        default:
            number_ = next(Number::none, *at);
            if (number_ == Number::none) {
                return fail(at);
            }
            begin_token(JsonToken::number, at, Expect::number);
            return at + 1;
    }
    begin_token(JsonToken::literal, at, Expect::literal);
    return at;
}

const char* JsonScanner::open(const char* at) {
    if (objects_.size() == max_depth_) {
        return fail(at, State::over_limit);
    }
    const bool object = *at == '{';
    objects_.push_back(object);
    expect_ = object ? Expect::key_or_end : Expect::value_or_end;
    handler_.open(object, offset(at));
    return at + 1;
}

const char* JsonScanner::close(const char* at) {
    objects_.pop_back();
    after_value();
    handler_.close(offset(at) + 1);
    return at + 1;
}

void JsonScanner::after_value() {
    expect_ = objects_.empty() ? Expect::nothing : Expect::comma_or_end;
}

// `at`: the first byte that may be asked for.
void JsonScanner::begin_token(JsonToken token, const char* at, Expect expect) {
    const bool quoted = token == JsonToken::key || token == JsonToken::string;
    token_ = token;
    token_from_ = at;
    kept_.clear();
    expect_ = expect;
    wanted_ = handler_.begin_token(token, offset(at) - (quoted ? 1 : 0));
}

// `at`: behind the last byte that may be asked for; `token_end`: behind the token.
void JsonScanner::end_token(const char* at, const char* token_end) {
    std::string_view bytes;
    if (wanted_) {
        bytes = {token_from_, static_cast<std::size_t>(at - token_from_)};
        if (!kept_.empty()) {
            keep_token(at);
            bytes = kept_;
        }
        wanted_ = false;
    }
    if (token_ == JsonToken::key) {
        expect_ = Expect::colon;
    } else {
        after_value();
    }
    handler_.end_token(token_, offset(token_end), bytes);
}

void JsonScanner::keep_token(const char* end) {
    const std::size_t room = kMaxJsonToken + 1 - kept_.size();
    kept_.append(token_from_, std::min(room, static_cast<std::size_t>(end - token_from_)));
    token_from_ = end;
}

const char* JsonScanner::text(const char* at, const char* end) {
    while (at != end) {
        if (escaped_ || hex_digits_ > 0 || continuations_ > 0) {
            at = text_special(at);
        } else {
            at = skip_plain(at, end);
            if (at == end) {
                return at;
            }
            if (*at == '"') {
                end_token(at, at + 1);
                return at + 1;
            }
            at = text_byte(at);
        }
        if (state_ != State::going) {
            return at;
        }
    }
    return at;
}

// A byte that one before it asks for.
const char* JsonScanner::text_special(const char* at) {
    const auto byte = static_cast<unsigned char>(*at);
    bool good = false;
    if (escaped_) {
        escaped_ = false;
        hex_digits_ = *at == 'u' ? 4 : 0;
        good = std::string_view("\"\\/bfnrtu").find(*at) != std::string_view::npos;
    } else if (hex_digits_ > 0) {
        --hex_digits_;
        good = hex_digit(*at);
    } else {
        --continuations_;
        good = byte >= least_ && byte <= most_;
        least_ = 0x80;
        most_ = 0xbf;
    }
    return good ? at + 1 : fail(at);
}

// A backslash, or the first byte of a character beyond ASCII: what may follow it is table 3-7 of
// the Unicode standard.
const char* JsonScanner::text_byte(const char* at) {
    const auto byte = static_cast<unsigned char>(*at);
    if (byte == '\\') {
        escaped_ = true;
        return at + 1;
    }
    if (byte < 0xc2 || byte > 0xf4) {
        return fail(at);
    }
    continuations_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    least_ = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
    most_ = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
    return at + 1;
}

bool JsonScanner::whole(Number state) {
    return state == Number::zero || state == Number::digits || state == Number::decimals ||
           state == Number::exponent_digits;
}

// The state behind `c`; none: `c` is not of the number.
JsonScanner::Number JsonScanner::next(Number state, char c) {
    switch (state) {
        case Number::none:
            if (c == '-') {
                return Number::minus;
            }
            [[fallthrough]];
        case Number::minus:
            return c == '0' ? Number::zero : digit(c) ? Number::digits : Number::none;
        case Number::digits:
            if (digit(c)) {
                return Number::digits;
            }
            [[fallthrough]];
        case Number::zero:
            return c == '.'               ? Number::point
                   : c == 'e' || c == 'E' ? Number::exponent
                                          : Number::none;
        case Number::point:
            return digit(c) ? Number::decimals : Number::none;
        case Number::decimals:
            return digit(c)               ? Number::decimals
                   : c == 'e' || c == 'E' ? Number::exponent
                                          : Number::none;
        case Number::exponent:
            if (c == '+' || c == '-') {
                return Number::sign;
            }
            [[fallthrough]];
        case Number::sign:
        case Number::exponent_digits:
            return digit(c) ? Number::exponent_digits : Number::none;
    }
    return Number::none;
}

const char* JsonScanner::number(const char* at, const char* end) {
    for (; at != end; ++at) {
        const Number following = next(number_, *at);
        if (following == Number::none) {
            if (!whole(number_)) {
                return fail(at);
            }
            end_token(at, at);
            return at;
        }
        number_ = following;
    }
    return at;
}

const char* JsonScanner::literal(const char* at, const char* end) {
    while (at != end && !literal_.empty()) {
        if (*at != literal_.front()) {
            return fail(at);
        }
        literal_.remove_prefix(1);
        ++at;
    }
    if (!literal_.empty()) {
        return at;
    }
    // No other ends there.
    if (offset(at) == kByteOrderMark.size()) {
        expect_ = Expect::value;
    } else {
        end_token(at, at);
    }
    return at;
}

}  // namespace pz::rewrite
