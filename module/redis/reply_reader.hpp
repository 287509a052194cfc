// ReplyReader: RESP2 bytes to Reply trees, within limits. Internal to the room.
//
// hiredis's reader does the parsing; the objects that it asks for are nodes in an arena. Replies
// beyond `max_reply` or `max_elements` are passed over without being kept: over_limit() says so,
// and until release() every reply is an empty one. A text is passed over from its announcement on;
// hiredis never sees it and is given a nil in its place. Beyond kMaxText and kMaxElements no reply
// is believed: an error, as soon as it is announced. Thread rules: one thread.
#pragma once

#include <hiredis/read.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "redis/arena.hpp"
#include "redis/session.hpp"
#include "store/status.hpp"

namespace pz::redis {

class ReplyReader {
  public:
    explicit ReplyReader(const SessionLimits& limits);
    ReplyReader(const ReplyReader&) = delete;
    ReplyReader& operator=(const ReplyReader&) = delete;

    // Takes received bytes; next() parses them. At most kSlice at a time, so that the reader's
    // buffer is not moved over and over while it is emptied.
    static constexpr std::size_t kSlice = 16 * 1024;
    // What no server means, of the replies since release(). Redis's own limit of one text.
    static constexpr std::size_t kMaxText = 512 * 1024 * 1024;
    static constexpr std::size_t kMaxElements = 16 * 1024 * 1024;
    Status feed(std::string_view bytes);
    // The next whole reply, or nullptr when there is none yet. Replies live until release(), or
    // until a limit is passed.
    Result<const Reply*> next();
    // Which limit the replies since release() have passed; nullptr: none.
    const char* over_limit() const { return over_; }
    // Frees all replies and begins to count anew.
    void release();
    // Bytes of replies and of what is not parsed yet.
    std::size_t held() const { return arena_.held() + reader_->len; }
    // Forgets everything, half a reply too.
    void restart();

  private:
    struct Free {
        void operator()(redisReader* reader) const { redisReaderFree(reader); }
    };

    static ReplyReader& self(const redisReadTask* task);
    static void* create_text(const redisReadTask* task, char* text, std::size_t size) noexcept;
    static void* create_array(const redisReadTask* task, int count) noexcept;
    static void* create_integer(const redisReadTask* task, long long number) noexcept;
    static void* create_nil(const redisReadTask* task) noexcept;
    static redisReplyObjectFunctions functions();

    Reply* node(const redisReadTask* task);
    bool count_text(std::size_t bytes);
    bool count_elements(std::size_t elements);
    void pass_over(const char* limit);
    Status look_ahead();
    Status look_ahead_of_text(std::string_view unread);
    Status skip(std::string_view& bytes);
    Status give(std::string_view bytes);
    Status error() const;

    const SessionLimits limits_;
    redisReplyObjectFunctions functions_;
    std::unique_ptr<redisReader, Free> reader_;
    Arena arena_;
    std::size_t text_ = 0;      // bytes since release()
    std::size_t elements_ = 0;  // announced since release()
    std::size_t skip_ = 0;      // bytes to come of a text that is not kept, with its line end
    const char* over_ = nullptr;
    const char* refused_ = nullptr;
    Reply passed_over_;  // stands for all that is not kept
};

}  // namespace pz::redis
