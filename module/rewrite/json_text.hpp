// The texts of JSON strings: what they say, and how to write one. Thread rules: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace pz::rewrite {

// Appends what a string says, as UTF-8. `raw`: what stands between its quotes, valid by RFC 8259. A
// lone surrogate becomes the three bytes that UTF-8 would give it.
void decode_json_text(std::string_view raw, std::string& out);

// Appends the escape at raw[at], which is a backslash, decoded; returns how many bytes it takes.
std::size_t decode_json_escape(std::string_view raw, std::size_t at, std::string& out);

}  // namespace pz::rewrite
