#include "spool/lanes.hpp"

namespace pz::spool {

void Lanes::add(Slot slot, const Waiting& record) {
    lanes_[slot].emplace(record.serial, Rest{record.parts, record.partition});
    ++size_;
}

Lanes::Waiting Lanes::front(Slot slot) const {
    const auto& [serial, rest] = *lanes_.at(slot).begin();
    return {serial, rest.parts, rest.partition};
}

Lanes::Waiting Lanes::take(Slot slot) {
    const auto lane = lanes_.find(slot);
    const Waiting first = front(slot);
    lane->second.erase(lane->second.begin());
    if (lane->second.empty()) {
        lanes_.erase(lane);
    }
    --size_;
    return first;
}

Lanes::Slot Lanes::next() {
    const auto from = lanes_.lower_bound(turn_);
    const Slot slot = from != lanes_.end() ? from->first : lanes_.begin()->first;
    turn_ = static_cast<Slot>(slot + 1);
    return slot;
}

void Lanes::clear() {
    lanes_.clear();
    size_ = 0;
}

}  // namespace pz::spool
