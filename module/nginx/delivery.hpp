// Delivery: commands under way to Redis, in one part or two that may be on different servers: for
// the visitor's list and for the stream. Says, when the last has ended, what Redis does not have.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "nginx/event_commands.hpp"
#include "nginx/redis_link.hpp"
#include "spool/entry.hpp"

namespace pz::ngx {

class Delivery {
  public:
    class Owner {
      public:
        // All parts that were sent have ended. The delivery may be sent again, or destroyed.
        virtual void on_delivered() noexcept = 0;

      protected:
        ~Owner() = default;
    };

    // `events`: how many there are, for failed().
    Delivery(Owner& owner, std::size_t events) : owner_(owner), events_(events) {}
    Delivery(const Delivery&) = delete;
    Delivery& operator=(const Delivery&) = delete;

    // Sends one part. False: it finds no taker, and is missing.
    bool send(RedisLink* redis, spool::Parts part, const Commands& commands);
    // This part is not even tried.
    void leave_out(spool::Parts part);
    bool under_way() const { return out_ != 0; }
    spool::Parts out() const { return out_; }  // parts that have not ended

    // Parts that Redis does not have, or may not have, and may yet take.
    spool::Parts missing() const { return missing_; }
    // Parts that it will never take: the key holds something else.
    spool::Parts refused() const { return refused_; }
    // Redis does not let us give one of the commands.
    bool denied() const { return denied_; }
    std::size_t failed() const { return failed_; }  // events
    // Shortened; of an error of Redis's its code, whatever bytes it holds.
    std::string_view why() const { return {why_.data(), why_size_}; }

  private:
    struct Part final : redis::Handler {
        Part(Delivery& of, spool::Parts which) : delivery(of), part(which) {}
        void on_replies(std::span<const redis::Reply> replies) noexcept override;
        void on_failure(std::string_view why) noexcept override;
        Delivery& delivery;
        const spool::Parts part;
    };

    void fail(spool::Parts part, std::size_t events, std::string_view why);
    void end(spool::Parts part);

    Owner& owner_;
    const std::size_t events_;
    Part list_{*this, spool::kList}, stream_{*this, spool::kStream};
    spool::Parts out_ = 0, missing_ = 0, refused_ = 0;
    bool denied_ = false;
    std::size_t failed_ = 0;
    std::array<char, 120> why_;
    std::size_t why_size_ = 0;
};

}  // namespace pz::ngx
