// Call: commands on one slot on their way to an answer, over as many servers as it takes. Internal
// to the room.
//
// Each command is carried out once: what a server sends elsewhere is asked for there, and only that;
// replies that are there already are kept.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "redis/arena.hpp"
#include "redis/node.hpp"
#include "redis/redirect.hpp"
#include "redis/session.hpp"
#include "redis/slots.hpp"

namespace pz::redis {

class Call final : public Handler {
  public:
    // Who routes calls; told each time that one comes back.
    class Owner {
      public:
        virtual void on_call_replies(Call& call, std::span<const Reply> replies) noexcept = 0;
        virtual void on_call_failure(Call& call, std::string_view why) noexcept = 0;

      protected:
        ~Owner() = default;
    };

    explicit Call(Owner& owner) : owner_(owner) {}

    void begin(std::string_view commands, unsigned replies);
    // Of what is still unanswered: the bytes to send, after ASKING each if need be, and how many
    // replies will come.
    std::string_view commands(bool asking, unsigned* replies);
    // Takes the replies to these. Empty when some are to be asked for again; then redirect() says
    // how.
    std::span<const Reply> take(std::span<const Reply> replies);
    const Redirect& redirect() const { return redirect_; }

    // The router's notes.
    Ticket ticket = 0;  // 0: free
    Handler* user = nullptr;
    Node* node = nullptr;  // while it is there
    Slot slot = 0;
    bool read = false, near = false;  // `near`: of a server that may be behind the primary
    unsigned redirects = 0;
    std::uint64_t began_us = 0;
    Millis again_at = 0, pause = 0;

  private:
    void on_replies(std::span<const Reply> replies) noexcept override {
        owner_.on_call_replies(*this, replies);
    }
    void on_failure(std::string_view why) noexcept override { owner_.on_call_failure(*this, why); }

    Reply keep(const Reply& reply);

    Owner& owner_;
    std::string commands_, rest_;
    std::vector<std::uint32_t> ends_;     // of each command in commands_; empty until needed
    std::vector<std::uint32_t> missing_;  // commands without a reply, if not all
    std::vector<Reply> replies_;          // one for each command, once some were kept
    Arena arena_;                         // what they point into
    Redirect redirect_;
    unsigned count_ = 0;
    bool asking_ = false;
};

}  // namespace pz::redis
