// The version of the module and of the program.
#pragma once

#include <string_view>

namespace pz {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace pz
