// Texts in JSON that may stand in a script element of a page.
// Thread rules: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace pz::recommend {

// With quotes. '<', '>' and '&' are escaped so that no text can end the script element or begin a
// comment in it; bytes that are not UTF-8 become U+FFFD.
void append_json(std::string_view text, std::string& out);

}  // namespace pz::recommend
