// Identity: which events are one and the same, though they come twice.
// Thread rules: pure functions; a Lines belongs to one thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "visitor/event.hpp"

namespace pz::visitor {

// XXH3 of what names the event: visitor, name, item, variant, event id ("eid") and, of all lines of
// an order that are equal in these but the first, the line's number ("nth"). 0: it has no event id,
// and each time that it comes is a time that it happened.
std::uint64_t identity(std::string_view visitor, const Event& event);

// The lines of one order or cart, in their order, which is the same whenever the client sends them
// again. Two may be of one item, and would be the same event: from the second on they are numbered,
// nth=2 and so on.
class Lines {
  public:
    // False, and the event unchanged: it has no room for the number.
    bool number(Event& event);

  private:
    std::vector<std::uint64_t> seen_;  // identities
};

}  // namespace pz::visitor
