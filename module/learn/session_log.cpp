#include "learn/session_log.hpp"

#include <algorithm>
#include <functional>

namespace pz::learn {

void SessionLog::add(std::int64_t time, std::span<const Slot> items) {
    times_.push_back(time);
    items_.insert(items_.end(), items.begin(), items.end());
    offsets_.push_back(items_.size());
    // A quarter over, so that the work of trimming is spread over many additions.
    if (times_.size() > max_sessions_ + max_sessions_ / 4) {
        trim();
    }
}

void SessionLog::trim() {
    if (times_.size() <= max_sessions_) {
        return;
    }
    std::vector<std::int64_t> order = times_;
    const auto last = order.begin() + static_cast<std::ptrdiff_t>(max_sessions_);
    std::nth_element(order.begin(), last, order.end(), std::greater<>());
    const std::int64_t too_old = *last;  // of equally old ones the later additions stay
    std::size_t excess =
        times_.size() - max_sessions_ -
        static_cast<std::size_t>(std::count_if(times_.begin(), times_.end(),
                                               [=](std::int64_t time) { return time < too_old; }));
    keep_if([&](std::int64_t time) {
        if (time == too_old && excess > 0) {
            --excess;
            return false;
        }
        return time >= too_old;
    });
}

void SessionLog::cut(std::int64_t time) {
    keep_if([time](std::int64_t ended) { return ended <= time; });
}

template <class Keep>
void SessionLog::keep_if(const Keep& keep) {
    SessionLog kept(max_sessions_);
    for (std::size_t i = 0; i < size(); ++i) {
        if (keep(times_[i])) {
            kept.add(times_[i], items(i));
        }
    }
    *this = std::move(kept);
}

}  // namespace pz::learn
