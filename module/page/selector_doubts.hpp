// What a selector asks for that no page can have, as the rewriter reads pages (the table in
// rewrite/README.md): valid CSS, but never a placement. Thread rules: pure functions.
#pragma once

#include <string>
#include <vector>

#include "rewrite/rewriter.hpp"

namespace pz::page {

// A sentence for each part that matches nothing in any page, with the remedy: "selector 'table >
// tr': <tr> is never a child of <table>: ...". Empty: nothing is known against it.
std::vector<std::string> selector_doubts(const rewrite::Pattern& pattern);

}  // namespace pz::page
