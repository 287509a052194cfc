// ReplyReader: RESP2 bytes to Reply trees, within limits. Internal to the room.
//
// hiredis's reader does the parsing; the objects that it asks for are nodes in an arena. What the
// reader would only notice when the memory is spent is refused as soon as it is announced: more
// elements than `max_elements`, texts beyond `max_reply`. Thread rules: one thread.
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
    Status feed(std::string_view bytes);
    // The next whole reply, or nullptr when there is none yet. Replies live until release().
    Result<const Reply*> next();
    // Frees all replies and begins to count anew.
    void release();
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
    bool announces_too_much() const;
    Status error() const;

    const SessionLimits limits_;
    redisReplyObjectFunctions functions_;
    std::unique_ptr<redisReader, Free> reader_;
    Arena arena_;
    std::size_t text_ = 0;      // bytes since release()
    std::size_t elements_ = 0;  // announced since release()
    const char* refused_ = nullptr;
};

}  // namespace pz::redis
