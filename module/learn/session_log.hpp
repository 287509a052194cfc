// SessionLog: what was seen or bought together, newest kept. Internal to learn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pz::learn {

// An item's number in the trainer, valid as long as the trainer lives.
using Slot = std::uint32_t;

class SessionLog {
  public:
    explicit SessionLog(std::size_t max_sessions) : max_sessions_(max_sessions) {}

    void add(std::int64_t time, std::span<const Slot> items);

    std::size_t size() const { return times_.size(); }
    std::int64_t time(std::size_t session) const { return times_[session]; }
    std::span<const Slot> items(std::size_t session) const {
        return std::span(items_).subspan(offsets_[session],
                                         offsets_[session + 1] - offsets_[session]);
    }
    // Leaves the newest max_sessions. add() does so now and then.
    void trim();
    // Drops the sessions that ended after `time`.
    void cut(std::int64_t time);

  private:
    template <class Keep>
    void keep_if(const Keep& keep);

    std::size_t max_sessions_;
    std::vector<std::int64_t> times_;
    std::vector<std::size_t> offsets_ = {0};
    std::vector<Slot> items_;
};

}  // namespace pz::learn
