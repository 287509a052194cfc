// A visitor's list as anybody may have written it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace pz::visitor {

// Those that are events, the newest first; of the same second in the order given. Thread rules: a
// pure function.
std::vector<std::string_view> newest_first(std::span<const std::string_view> texts);

}  // namespace pz::visitor
