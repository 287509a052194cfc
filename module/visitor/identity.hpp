// Identity: which events are one and the same, though they come twice.
// Thread rules: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "visitor/event.hpp"

namespace pz::visitor {

// XXH3 of what names the event: visitor, name, item, variant and event id ("eid"). 0: it has no
// event id, and each time that it comes is a time that it happened.
std::uint64_t identity(std::string_view visitor, const Event& event);

}  // namespace pz::visitor
