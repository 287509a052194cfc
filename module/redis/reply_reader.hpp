// ReplyReader: RESP2 bytes to Reply trees, within limits. Internal to the room.
//
// Reads each byte once, as it comes: what is whole goes into an arena at once, so that between two
// feeds only the beginning of a line is kept aside. A reply line holds neither CR nor LF; arrays are
// nested up to kMaxDepth deep.
//
// Replies beyond `max_reply` or `max_elements` are passed over without being kept: over_limit() says
// so, and until release() every reply is an empty one. A text is passed over from its announcement
// on. Beyond kMaxText and kMaxElements no reply is believed: an error, as soon as it is announced.
// Thread rules: one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
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

    // What no server means, of the replies since release(). Redis's own limit of one text.
    static constexpr std::size_t kMaxText = 512 * 1024 * 1024;
    static constexpr std::size_t kMaxElements = 16 * 1024 * 1024;
    static constexpr std::size_t kMaxDepth = 8;
    // Received bytes, which next() reads: they must stay until it has nothing more.
    void feed(std::string_view bytes) { bytes_ = bytes; }
    // The next whole reply, or nullptr when there is none yet. Replies live until release(), or
    // until a limit is passed.
    Result<const Reply*> next();
    // Which limit the replies since release() have passed; nullptr: none.
    const char* over_limit() const { return over_; }
    // Frees all replies and begins to count anew. Not within a reply.
    void release();
    // Bytes of replies and of what is not parsed yet.
    std::size_t held() const { return arena_.held() + line_.size(); }
    // Forgets everything, half a reply too.
    void restart();

  private:
    // An array that is not whole.
    struct Open {
        Reply* elements;  // the next of them; of no meaning once a limit is passed
        std::size_t left;
    };
    enum class Step : std::uint8_t { going_on, reply, starved, failed };

    Step read_item();
    bool read_plain_text();
    Step keep_beginning();
    Step read_line(std::string_view line);
    Step keep_line(Reply::Type type, std::string_view text);
    Step read_integer(std::string_view number);
    Step keep_nil();
    Step begin_text(std::string_view number);
    Step read_text();
    Step begin_array(std::string_view number);
    Reply* keep_array(std::size_t count);
    Step finish_item();
    Reply* node();
    bool count_text(std::size_t bytes);
    void pass_over(const char* limit);
    Step fail(std::string_view why);
    Status error() const;

    const SessionLimits limits_;
    std::string_view bytes_;  // not read yet
    std::string line_;        // the beginning of a line that is not whole
    // A text under way: where it goes, unless a limit is passed, and how much of it and of its line
    // end is to come.
    char* text_to_ = nullptr;
    std::size_t text_left_ = 0;
    std::array<Open, kMaxDepth> open_;
    std::size_t depth_ = 0;
    Reply* root_ = nullptr;
    Arena arena_;
    std::size_t text_ = 0;      // bytes since release()
    std::size_t elements_ = 0;  // announced since release()
    const char* over_ = nullptr;
    std::string_view failure_;
    char strange_ = 0;   // the byte that no reply begins with
    Reply passed_over_;  // stands for all that is not kept
};

}  // namespace pz::redis
