#include "redis/reply_reader.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <new>
#include <system_error>

#include "redis/log_text.hpp"

namespace pz::redis {

namespace {

constexpr const char* kTooLong = "a reply longer than the limit";
constexpr const char* kNoLineEnd = "a text without its line end";
constexpr const char* kTooMany = "a reply with more elements than the limit";

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
    release();
}

void ReplyReader::release() {
    arena_.reset();
    text_ = 0;
    elements_ = 0;
    refused_ = nullptr;
}

Status ReplyReader::feed(std::string_view bytes) {
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
    if (reply == nullptr && announces_too_much()) {
        return Status::error(kTooLong);
    }
    return static_cast<const Reply*>(reply);
}

Status ReplyReader::error() const {
    if (refused_ != nullptr) {
        return Status::error(refused_);
    }
    return Status::error(log_text(reader_->errstr));
}

// Of half an item: what has come of it, and what its length says is still to come.
bool ReplyReader::announces_too_much() const {
    const redisReader& reader = *reader_;
    const std::string_view unread(reader.buf + reader.pos, reader.len - reader.pos);
    if (reader.ridx < 0 || unread.empty()) {
        return false;
    }
    if (reader.rstack[reader.ridx].type != REDIS_REPLY_STRING) {
        return unread.size() > kMaxLine;
    }
    std::uint64_t length = 0;
    const auto error = std::from_chars(unread.data(), unread.data() + unread.size(), length).ec;
    const bool endless = unread.substr(0, kMaxNumber).find('\n') == std::string_view::npos;
    return error == std::errc::result_out_of_range || length > limits_.max_reply - text_ ||
           (endless && unread.size() > kMaxNumber);
}

ReplyReader& ReplyReader::self(const redisReadTask* task) {
    return *static_cast<ReplyReader*>(task->privdata);
}

// The element of its array that the task stands for, or a root.
Reply* ReplyReader::node(const redisReadTask* task) {
    if (task->parent != nullptr) {
        const auto* array = static_cast<const Reply*>(task->parent->obj);
        // The elements are this reader's own; only who reads them must not write.
        return const_cast<Reply*>(&array->elements[static_cast<std::size_t>(task->idx)]);
    }
    void* memory = arena_.allocate(sizeof(Reply));
    return memory == nullptr ? nullptr : new (memory) Reply;
}

bool ReplyReader::count_text(std::size_t bytes) {
    if (bytes > limits_.max_reply - text_) {
        refused_ = kTooLong;
        return false;
    }
    text_ += bytes;
    return true;
}

void* ReplyReader::create_text(const redisReadTask* task, char* text, std::size_t size) noexcept {
    ReplyReader& reader = self(task);
    // hiredis skips the line end unseen; in the buffer it is.
    if (text[size] != '\r' || text[size + 1] != '\n') {
        reader.refused_ = kNoLineEnd;
        return nullptr;
    }
    Reply* reply = reader.count_text(size) ? reader.node(task) : nullptr;
    if (reply == nullptr) {
        return nullptr;
    }
    reply->type = type_of(task->type);
    reply->text = reader.arena_.copy({text, size});
    return reply->text.data() == nullptr ? nullptr : reply;
}

void* ReplyReader::create_array(const redisReadTask* task, int count) noexcept {
    ReplyReader& reader = self(task);
    const auto elements = static_cast<std::size_t>(count);
    if (elements > reader.limits_.max_elements - reader.elements_) {
        reader.refused_ = kTooMany;
        return nullptr;
    }
    reader.elements_ += elements;
    Reply* reply = reader.node(task);
    void* memory = reader.arena_.allocate(elements * sizeof(Reply));
    if (reply == nullptr || memory == nullptr) {
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
