#include "redis/reply_reader.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <new>
#include <system_error>
#include <utility>

#include "redis/log_text.hpp"

namespace pz::redis {

namespace {

constexpr const char* kTooLong = "a reply longer than the limit";
constexpr const char* kNoLineEnd = "a text without its line end";
constexpr const char* kTooMany = "a reply with more elements than the limit";
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kNil = "-1\r\n";  // behind the '$' that hiredis has read

constexpr std::size_t kMaxLine = 16 * 1024;  // of an error, a status, a number, a count
constexpr std::size_t kMaxNumber = 24;       // of a length, with its line end

Reply::Type type_of(int type) {
    switch (type) {
        case REDIS_REPLY_STATUS:
            return Reply::Type::status;
        case REDIS_REPLY_ERROR:
            return Reply::Type::error;
        default:
            return Reply::Type::text;
    }
}

}  // namespace

ReplyReader::ReplyReader(const SessionLimits& limits) : limits_(limits), functions_(functions()) {
    restart();
}

redisReplyObjectFunctions ReplyReader::functions() {
    redisReplyObjectFunctions functions{};
    functions.createString = create_text;
    functions.createArray = create_array;
    functions.createInteger = create_integer;
    functions.createNil = create_nil;
    // The arena frees.
    functions.freeObject = [](void*) {};
    return functions;
}

void ReplyReader::restart() {
    reader_.reset(redisReaderCreateWithFunctions(&functions_));
    if (reader_ != nullptr) {
        reader_->privdata = this;
        reader_->maxbuf = 4 * kSlice;
    }
    skip_ = 0;
    release();
}

void ReplyReader::release() {
    arena_.reset();
    text_ = 0;
    elements_ = 0;
    over_ = nullptr;
    refused_ = nullptr;
}

Status ReplyReader::feed(std::string_view bytes) {
    if (skip_ != 0) {
        Status status = skip(bytes);
        if (status.ok() && skip_ == 0) {
            status = give(kNil);
        }
        if (!status.ok()) {
            return status;
        }
    }
    return give(bytes);
}

Status ReplyReader::give(std::string_view bytes) {
    if (reader_ == nullptr ||
        redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK) {
        return Status::error("out of memory for replies");
    }
    return {};
}

Result<const Reply*> ReplyReader::next() {
    void* reply = nullptr;
    if (redisReaderGetReply(reader_.get(), &reply) != REDIS_OK) {
        return error();
    }
    if (reply == nullptr) {
        Status status = look_ahead();
        return status.ok() ? Result<const Reply*>(nullptr)
                           : Result<const Reply*>(std::move(status));
    }
    return over_ != nullptr ? &passed_over_ : static_cast<const Reply*>(reply);
}

Status ReplyReader::error() const {
    if (refused_ != nullptr) {
        return Status::error(refused_);
    }
    return Status::error(log_text(reader_->errstr));
}

// Of half an item: what has come of it, and what its length says is still to come.
Status ReplyReader::look_ahead() {
    const redisReader& reader = *reader_;
    const std::string_view unread(reader.buf + reader.pos, reader.len - reader.pos);
    if (reader.ridx < 0 || unread.empty()) {
        return {};
    }
    if (reader.rstack[reader.ridx].type == REDIS_REPLY_STRING) {
        return look_ahead_of_text(unread);
    }
    return unread.size() > kMaxLine ? Status::error(kTooLong) : Status();
}

// `unread`: from the length on.
Status ReplyReader::look_ahead_of_text(std::string_view unread) {
    std::uint64_t length = 0;
    const auto error = std::from_chars(unread.data(), unread.data() + unread.size(), length).ec;
    const std::size_t line = unread.substr(0, kMaxNumber).find(kLineEnd);
    const bool endless = line == std::string_view::npos && unread.size() > kMaxNumber;
    if (error == std::errc::result_out_of_range || length > kMaxText - text_ || endless) {
        return Status::error(kTooLong);
    }
    const std::size_t left = over_ != nullptr ? 0 : limits_.max_reply - text_;
    if (line == std::string_view::npos || length <= left) {
        return {};
    }
    pass_over(kTooLong);
    text_ += length;
    skip_ = length + kLineEnd.size();
    reader_->pos = reader_->len;
    unread.remove_prefix(line + kLineEnd.size());
    return skip(unread);
}

Status ReplyReader::skip(std::string_view& bytes) {
    const std::size_t text = skip_ - std::min(skip_, kLineEnd.size());
    const std::size_t passed = std::min(bytes.size(), text);
    bytes.remove_prefix(passed);
    skip_ -= passed;
    while (skip_ != 0 && !bytes.empty()) {
        if (bytes.front() != kLineEnd[kLineEnd.size() - skip_]) {
            return Status::error(kNoLineEnd);
        }
        bytes.remove_prefix(1);
        --skip_;
    }
    return {};
}

void ReplyReader::pass_over(const char* limit) {
    if (over_ == nullptr) {
        over_ = limit;
        arena_.reset();
    }
}

ReplyReader& ReplyReader::self(const redisReadTask* task) {
    return *static_cast<ReplyReader*>(task->privdata);
}

// The element of its array that the task stands for, or a root.
Reply* ReplyReader::node(const redisReadTask* task) {
    if (over_ != nullptr) {
        return &passed_over_;
    }
    if (task->parent != nullptr) {
        const auto* array = static_cast<const Reply*>(task->parent->obj);
        // The elements are this reader's own; only who reads them must not write.
        return const_cast<Reply*>(&array->elements[static_cast<std::size_t>(task->idx)]);
    }
    void* memory = arena_.allocate(sizeof(Reply));
    return memory == nullptr ? nullptr : new (memory) Reply;
}

bool ReplyReader::count_text(std::size_t bytes) {
    if (bytes > kMaxText - text_) {
        refused_ = kTooLong;
        return false;
    }
    text_ += bytes;
    if (text_ > limits_.max_reply) {
        pass_over(kTooLong);
    }
    return true;
}

bool ReplyReader::count_elements(std::size_t elements) {
    if (elements > kMaxElements - elements_) {
        refused_ = kTooMany;
        return false;
    }
    elements_ += elements;
    if (elements_ > limits_.max_elements) {
        pass_over(kTooMany);
    }
    return true;
}

void* ReplyReader::create_text(const redisReadTask* task, char* text, std::size_t size) noexcept {
    ReplyReader& reader = self(task);
    // hiredis skips the line end unseen; in the buffer it is.
    if (std::string_view(text + size, kLineEnd.size()) != kLineEnd) {
        reader.refused_ = kNoLineEnd;
        return nullptr;
    }
    Reply* reply = reader.count_text(size) ? reader.node(task) : nullptr;
    if (reply == nullptr || reader.over_ != nullptr) {
        return reply;
    }
    reply->type = type_of(task->type);
    reply->text = reader.arena_.copy({text, size});
    return reply->text.data() == nullptr ? nullptr : reply;
}

void* ReplyReader::create_array(const redisReadTask* task, int count) noexcept {
    ReplyReader& reader = self(task);
    const auto elements = static_cast<std::size_t>(count);
    Reply* reply = reader.count_elements(elements) ? reader.node(task) : nullptr;
    if (reply == nullptr || reader.over_ != nullptr) {
        return reply;
    }
    void* memory = reader.arena_.allocate(elements * sizeof(Reply));
    if (memory == nullptr) {
        return nullptr;
    }
    auto* first = static_cast<Reply*>(memory);
    std::uninitialized_default_construct_n(first, elements);
    reply->type = Reply::Type::array;
    reply->elements = {first, elements};
    return reply;
}

void* ReplyReader::create_integer(const redisReadTask* task, long long number) noexcept {
    Reply* reply = self(task).node(task);
    if (reply != nullptr) {
        reply->type = Reply::Type::integer;
        reply->integer = number;
    }
    return reply;
}

void* ReplyReader::create_nil(const redisReadTask* task) noexcept {
    Reply* reply = self(task).node(task);
    if (reply != nullptr) {
        reply->type = Reply::Type::nil;
    }
    return reply;
}

}  // namespace pz::redis
