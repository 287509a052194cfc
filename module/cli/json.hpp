// JSON output of the command line.
#pragma once

#include <string>
#include <string_view>

namespace pz::cli {

// With quotes. Bytes that are not UTF-8 become U+FFFD, so that the result is JSON whatever the text
// is.
void append_json_string(std::string_view text, std::string& out);

}  // namespace pz::cli
