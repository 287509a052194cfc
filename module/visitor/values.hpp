// Parameters that an event is given: read from what a visitor's form or query says, and added.
// Thread rules: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "visitor/event.hpp"

namespace pz::visitor {

// False: not what its key asks for. `price`, `value`, `tax` and `shipping` are amounts and `qty` is
// a quantity, by the rules of a beacon (beacon_fields.hpp); all else is taken as it is. A plain
// decimal stays as it was written ("19.90").
bool read_value(std::string_view key, std::string_view text, std::string* value);

// To a valid event. False, and it is unchanged: it would not be valid with this one more.
bool add_parameter(Event& event, std::string_view key, std::string_view value);

}  // namespace pz::visitor
