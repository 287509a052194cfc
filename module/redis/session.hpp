// Session: one multiplexed, pipelined Redis connection without the socket. Bytes in, bytes out.
//
// The owner (nginx glue, or a test) moves bytes: it sends output() and reports how much left by
// sent(); it hands received bytes to receive(). Commands of one event-loop turn gather in output()
// and leave in one write. Replies come in order; each Ticket's handler is called once: with all its
// replies, or with why there are none. They are read as RESP2 into an arena.
//
// Replies beyond a ticket's limits fail that ticket alone, as soon as they are announced; they are
// read to their end, but not kept, and the connection goes on.
//
// The queue is bounded: submit() over `max_pending` fails at once. cancel() makes a ticket's
// replies be discarded in order; its handler is not called. A handler may call submit() and
// cancel() but not receive(), connected(), fail() or the destructor. Thread rules: one thread.
// Lifetime: handlers must be cancelled before they die; replies live only during the call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "redis/url.hpp"
#include "store/status.hpp"

namespace pz::redis {

struct Reply {
    enum class Type : std::uint8_t { text, status, integer, array, nil, error };
    Type type = Type::nil;
    std::int64_t integer = 0;
    std::string_view text;            // text, status, error
    std::span<const Reply> elements;  // array
};

class Handler {
  public:
    virtual void on_replies(std::span<const Reply> replies) noexcept = 0;
    virtual void on_failure(std::string_view why) noexcept = 0;

  protected:
    ~Handler() = default;
};

using Ticket = std::uint64_t;  // 0: none

struct SessionLimits {
    std::size_t max_pending = 4096;            // tickets
    std::size_t max_output = 4 * 1024 * 1024;  // bytes not yet sent
    // Bytes of text of one ticket's replies: the longest history (1000 events of kMaxEventLength)
    // and as much again of traits.
    std::size_t max_reply = 4 * 1024 * 1024;
    std::size_t max_elements = 65536;  // of one ticket's replies, nested ones included
};

class Session {
  public:
    explicit Session(const SessionLimits& limits = {});
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // A fresh connection: queues what append_handshake() makes of the login. A refused one is
    // receive()'s error.
    void connected(const Login& login);
    // True when the connection may be used (connected, handshake answered).
    bool ready() const;

    // `commands`: RESP bytes that will bring `replies` replies. 0 when the queue is full or the
    // session is not connected (the handler is then not called). Before ready() they wait: no
    // command runs before AUTH and SELECT have succeeded.
    Ticket submit(std::string_view commands, unsigned replies, Handler* handler);
    void cancel(Ticket ticket);
    std::size_t pending() const;

    std::string_view output() const;
    void sent(std::size_t bytes);

    // An error means the connection is of no use any more (protocol error, announcements that no
    // Redis makes, AUTH refused): call fail() and close. -ERR replies to commands are replies, not
    // errors.
    Status receive(std::string_view bytes);
    // Calls on_failure of every ticket and forgets all bytes. The session may be connected() again.
    void fail(std::string_view why);

  private:
    class State;
    std::unique_ptr<State> state_;
};

}  // namespace pz::redis
