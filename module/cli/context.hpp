// Context: values of personalize_context from the command line.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/status.hpp"

namespace pz::cli {

inline constexpr const char* kContextHelp =
    "A value of personalize_context, as rules see it (page.var.NAME); several times for more";

// Of NAME=VALUE; views into the texts.
Result<std::vector<std::pair<std::string_view, std::string_view>>> read_context(
    std::span<const std::string> texts);

}  // namespace pz::cli
