// Lanes: records of a spool that Redis does not take for now, so that others need not wait for them.
// Each slot has a lane of its own: what lies together waits together, in the order of the spool.
// Thread rules: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "spool/entry.hpp"
#include "spool/spool.hpp"

namespace pz::spool {

class Lanes {
  public:
    using Slot = std::uint16_t;
    struct Waiting {
        Spool::Serial serial;
        Parts parts;         // that Redis is still to get
        unsigned partition;  // of its stream
    };

    bool empty() const { return lanes_.empty(); }
    std::size_t size() const { return size_; }  // records
    std::size_t count() const { return lanes_.size(); }
    bool holds(Slot slot) const { return lanes_.contains(slot); }
    // Takes its place by its serial.
    void add(Slot slot, const Waiting& record);
    // The first of a lane that holds some.
    Waiting front(Slot slot) const;
    Waiting take(Slot slot);
    // The next lane, in turn; of some.
    Slot next();
    void clear();

  private:
    struct Rest {
        Parts parts;
        unsigned partition;
    };
    using Lane = std::map<Spool::Serial, Rest>;

    std::map<Slot, Lane> lanes_;  // none is empty
    std::size_t size_ = 0;
    Slot turn_ = 0;  // next() goes on from here
};

}  // namespace pz::spool
