// JSON pages: a JSON document on its way through the edge, as page.hpp has it for pages.
//
// Arrays of the plan are listings: their elements change places, byte for byte, and blanks and
// commas stay where they are. Strings of the plan are pages of their own: the plan's other
// placements apply within them. What is left of a string keeps its escapes as they were written;
// what is inserted is plain ASCII. All strings and arrays of a document are one page to
// widgets: none shows what stands before it.
//
// Nothing of the visitor is needed before the whole document is there (rewrite/json_rewriter.hpp
// says why), so only then does it wait for decide(). Explanations are left out: there is no place
// for them in somebody else's data. A document that is not valid leaves as it came.
//
// Memory: plan.limits.max_buffer for the document, and while it leaves at most 1.5 times its
// largest string. Lifetime, thread rules, errors: as page.hpp.
#pragma once

#include <memory>

#include "page/page.hpp"

namespace pz::page {

std::unique_ptr<Body> make_json_page(const Plan& plan, recommend::Scratch& scratch, Output& output);

}  // namespace pz::page
