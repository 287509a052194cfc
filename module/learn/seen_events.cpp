#include "learn/seen_events.hpp"

#include <utility>

#include "visitor/identity.hpp"

namespace pz::learn {

bool SeenEvents::add(std::string_view visitor, const visitor::Event& event) {
    const std::uint64_t identity = visitor::identity(visitor, event);
    return identity == 0 || add(identity);
}

bool SeenEvents::add(std::uint64_t hash) {
    if (older_.contains(hash) || !newer_.insert(hash).second) {
        return false;
    }
    if (newer_.size() >= kHalf) {
        older_ = std::exchange(newer_, {});
    }
    return true;
}

void SeenEvents::save(RecordWriter& to) const {
    for (const auto* half : {&older_, &newer_}) {
        to.number(static_cast<std::uint32_t>(half->size()));
        for (const std::uint64_t hash : *half) {
            to.number(hash);
        }
    }
}

void SeenEvents::restore(RecordReader& from) {
    for (auto* half : {&older_, &newer_}) {
        auto left = from.below(kHalf + 1, "too many events that name themselves");
        for (; left > 0 && from.status().ok(); --left) {
            half->insert(from.number<std::uint64_t>());
        }
    }
}

}  // namespace pz::learn
