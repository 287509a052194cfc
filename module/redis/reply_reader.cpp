#include "redis/reply_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <memory>
#include <new>
#include <system_error>

#include "redis/log_text.hpp"

namespace pz::redis {

namespace {

constexpr const char* kTooLong = "a reply longer than the limit";
constexpr const char* kTooMany = "a reply with more elements than the limit";
constexpr std::string_view kNoLineEnd = "a text without its line end";
constexpr std::string_view kBadLine = "a line that does not end as it should";
constexpr std::string_view kBadNumber = "a number that is none";
constexpr std::string_view kTooDeep = "arrays nested more than 8 deep";
constexpr std::string_view kNoMemory = "out of memory for replies";
constexpr std::string_view kStrange = "not how a reply begins";

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::size_t kMaxLine = 16 * 1024;  // of an error, a status, a number, a count
constexpr std::size_t kMaxNumber = 22;       // of a text's length

bool begins_reply(char c) {
    return c == '$' || c == '*' || c == ':' || c == '+' || c == '-';
}

bool read_number(std::string_view text, std::int64_t* number) {
    const char* const end = text.data() + text.size();
    const auto [to, error] = std::from_chars(text.data(), end, *number);
    return error == std::errc() && to == end;
}

}  // namespace

ReplyReader::ReplyReader(const SessionLimits& limits) : limits_(limits) {
    line_.reserve(kMaxLine + 1);  // reading then takes no memory but the arena's
}

void ReplyReader::restart() {
    bytes_ = {};
    line_.clear();
    text_left_ = 0;
    depth_ = 0;
    release();
}

void ReplyReader::release() {
    arena_.reset();
    root_ = nullptr;
    text_ = 0;
    elements_ = 0;
    over_ = nullptr;
}

Result<const Reply*> ReplyReader::next() {
    for (;;) {
        switch (text_left_ != 0 ? read_text() : read_item()) {
            case Step::going_on:
                break;
            case Step::reply:
                return over_ != nullptr ? &passed_over_ : root_;
            case Step::starved:
                return nullptr;
            case Step::failed:
                return error();
        }
    }
}

Status ReplyReader::error() const {
    if (failure_ != kStrange) {
        return Status::error(std::string(failure_));
    }
    return Status::error("Protocol error, got \"" + log_text({&strange_, 1}) +
                         "\" as reply type byte");
}

ReplyReader::Step ReplyReader::fail(std::string_view why) {
    failure_ = why;
    return Step::failed;
}

ReplyReader::Step ReplyReader::read_item() {
    if (bytes_.empty()) {
        return Step::starved;
    }
    if (line_.empty()) {
        if (read_plain_text()) {
            return finish_item();
        }
        if (strange_ = bytes_.front(); !begins_reply(strange_)) {
            return fail(kStrange);
        }
    }
    const std::size_t end = bytes_.find('\n');
    if (end == std::string_view::npos || end > kMaxLine - line_.size()) {
        return keep_beginning();
    }
    std::string_view line = bytes_.substr(0, end + 1);
    bytes_.remove_prefix(end + 1);
    if (!line_.empty()) {
        line = line_.append(line);
    }
    const Step step = line.ends_with(kLineEnd) && line.find('\r') == line.size() - kLineEnd.size()
                          ? read_line(line.substr(0, line.size() - kLineEnd.size()))
                          : fail(kBadLine);
    line_.clear();
    return step;
}

// What most replies consist of: a text among others that is there altogether. False: it is no such.
bool ReplyReader::read_plain_text() {
    constexpr std::ptrdiff_t kMost = 5;  // digits
    const char* at = bytes_.data();
    const char* const end = at + bytes_.size();
    if (*at != '$' || depth_ == 0 || over_ != nullptr) {
        return false;
    }
    const char* const digits = ++at;
    std::size_t size = 0;
    for (; at != end && at - digits < kMost; ++at) {
        const auto digit = static_cast<unsigned char>(*at - '0');
        if (digit > 9) {
            break;
        }
        size = size * 10 + digit;
    }
    const auto left = static_cast<std::size_t>(end - at);
    if (at == digits || left < size + 2 * kLineEnd.size() || size > limits_.max_reply - text_ ||
        std::memcmp(at, kLineEnd.data(), kLineEnd.size()) != 0 ||
        std::memcmp(at + kLineEnd.size() + size, kLineEnd.data(), kLineEnd.size()) != 0) {
        return false;
    }
    const std::string_view text = arena_.copy({at + kLineEnd.size(), size});
    if (text.data() == nullptr) {
        return false;
    }
    text_ += size;
    Reply* const reply = node();
    reply->type = Reply::Type::text;
    reply->text = text;
    bytes_.remove_prefix(bytes_.size() - left + size + 2 * kLineEnd.size());
    return true;
}

// Of a line that has no end yet; of a length, what it says already.
ReplyReader::Step ReplyReader::keep_beginning() {
    if (bytes_.size() > kMaxLine - line_.size()) {
        return fail(kTooLong);
    }
    line_.append(bytes_);
    bytes_ = {};
    if (line_.front() != '$') {
        return Step::starved;
    }
    std::uint64_t size = 0;
    const auto error = std::from_chars(line_.data() + 1, line_.data() + line_.size(), size).ec;
    const bool too_long = error == std::errc::result_out_of_range || size > kMaxText - text_ ||
                          line_.size() > kMaxNumber + kLineEnd.size();
    return too_long ? fail(kTooLong) : Step::starved;
}

// `line`: without its end.
ReplyReader::Step ReplyReader::read_line(std::string_view line) {
    const std::string_view rest = line.substr(1);
    switch (line.front()) {
        case '$':
            return begin_text(rest);
        case '*':
            return begin_array(rest);
        case ':':
            return read_integer(rest);
        case '+':
            return keep_line(Reply::Type::status, rest);
        default:
            return keep_line(Reply::Type::error, rest);
    }
}

ReplyReader::Step ReplyReader::keep_line(Reply::Type type, std::string_view text) {
    if (!count_text(text.size())) {
        return fail(kTooLong);
    }
    if (over_ != nullptr) {
        return finish_item();
    }
    Reply* const reply = node();
    const std::string_view kept = arena_.copy(text);
    if (reply == nullptr || kept.data() == nullptr) {
        return fail(kNoMemory);
    }
    reply->type = type;
    reply->text = kept;
    return finish_item();
}

ReplyReader::Step ReplyReader::read_integer(std::string_view number) {
    std::int64_t integer = 0;
    if (!read_number(number, &integer)) {
        return fail(kBadNumber);
    }
    if (over_ == nullptr) {
        Reply* const reply = node();
        if (reply == nullptr) {
            return fail(kNoMemory);
        }
        reply->type = Reply::Type::integer;
        reply->integer = integer;
    }
    return finish_item();
}

// A text or an array of -1 is none.
ReplyReader::Step ReplyReader::keep_nil() {
    return over_ != nullptr || node() != nullptr ? finish_item() : fail(kNoMemory);
}

ReplyReader::Step ReplyReader::begin_text(std::string_view number) {
    if (number.size() > kMaxNumber) {
        return fail(kTooLong);
    }
    std::int64_t announced = 0;
    if (!read_number(number, &announced) || announced < -1) {
        return fail(kBadNumber);
    }
    if (announced < 0) {
        return keep_nil();
    }
    const auto size = static_cast<std::size_t>(announced);
    if (!count_text(size)) {
        return fail(kTooLong);
    }
    text_left_ = size + kLineEnd.size();
    if (over_ == nullptr) {
        Reply* const reply = node();
        text_to_ = arena_.room(size);
        if (reply == nullptr || text_to_ == nullptr) {
            return fail(kNoMemory);
        }
        reply->type = Reply::Type::text;
        reply->text = {text_to_, size};
    }
    return Step::going_on;
}

// As much of the text under way, and of its line end, as is there.
ReplyReader::Step ReplyReader::read_text() {
    const std::size_t text = text_left_ - std::min(text_left_, kLineEnd.size());
    const std::size_t there = std::min(bytes_.size(), text);
    if (text_to_ != nullptr) {
        text_to_ = std::copy_n(bytes_.data(), there, text_to_);
    }
    bytes_.remove_prefix(there);
    text_left_ -= there;
    for (; text_left_ != 0 && !bytes_.empty(); --text_left_) {
        if (bytes_.front() != kLineEnd[kLineEnd.size() - text_left_]) {
            return fail(kNoLineEnd);
        }
        bytes_.remove_prefix(1);
    }
    return text_left_ == 0 ? finish_item() : Step::starved;
}

ReplyReader::Step ReplyReader::begin_array(std::string_view number) {
    std::int64_t announced = 0;
    if (!read_number(number, &announced) || announced < -1) {
        return fail(kBadNumber);
    }
    if (depth_ == kMaxDepth) {
        return fail(kTooDeep);
    }
    if (announced < 0) {
        return keep_nil();
    }
    const auto count = static_cast<std::size_t>(announced);
    if (count > kMaxElements - elements_) {
        return fail(kTooMany);
    }
    elements_ += count;
    if (elements_ > limits_.max_elements) {
        pass_over(kTooMany);
    }
    Reply* elements = nullptr;
    if (over_ == nullptr && (elements = keep_array(count)) == nullptr) {
        return fail(kNoMemory);
    }
    if (count == 0) {
        return finish_item();
    }
    open_[depth_++] = {elements, count};
    return Step::going_on;
}

// Its elements, all nil; nullptr when there is no memory.
Reply* ReplyReader::keep_array(std::size_t count) {
    Reply* const reply = node();
    auto* const elements = static_cast<Reply*>(arena_.allocate(count * sizeof(Reply)));
    if (reply == nullptr || elements == nullptr) {
        return nullptr;
    }
    std::uninitialized_default_construct_n(elements, count);
    reply->type = Reply::Type::array;
    reply->elements = {elements, count};
    return elements;
}

// Whole is also every array whose last element it was.
ReplyReader::Step ReplyReader::finish_item() {
    for (; depth_ > 0; --depth_) {
        if (--open_[depth_ - 1].left > 0) {
            return Step::going_on;
        }
    }
    return Step::reply;
}

// The next item's: an element of the innermost array, which has memory, or a root.
Reply* ReplyReader::node() {
    if (depth_ > 0) {
        return open_[depth_ - 1].elements++;
    }
    void* const memory = arena_.allocate(sizeof(Reply));
    return root_ = memory == nullptr ? nullptr : new (memory) Reply;
}

bool ReplyReader::count_text(std::size_t bytes) {
    if (bytes > kMaxText - text_) {
        return false;
    }
    text_ += bytes;
    if (text_ > limits_.max_reply) {
        pass_over(kTooLong);
    }
    return true;
}

void ReplyReader::pass_over(const char* limit) {
    if (over_ == nullptr) {
        over_ = limit;
        arena_.reset();
        text_to_ = nullptr;
    }
}

}  // namespace pz::redis
