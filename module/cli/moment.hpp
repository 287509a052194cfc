// Moments on the command line: --at.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/status.hpp"

namespace pz::cli {

inline constexpr const char* kMomentHelp =
    "As if it were that time, \"2026-12-24\", \"2026-12-24T18:00\" (of this machine's zone) or "
    "unix seconds";

// The error says what to write.
Status read_moment(std::string_view text, std::int64_t* unix_seconds);

}  // namespace pz::cli
