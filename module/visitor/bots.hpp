// Programs that read pages for no visitor: search engines, previews, monitors, scrapers.
#pragma once

#include <string_view>

namespace pz::visitor {

// Whether a program says of itself in User-Agent that it is one: "bot" at the end of a word, or the
// name of one that is common. Libraries (curl, Go-http-client) are not: a shop's own services use
// them; neither are browsers that a test drives. Thread rules: a pure function, no allocation.
bool says_bot(std::string_view user_agent);

}  // namespace pz::visitor
