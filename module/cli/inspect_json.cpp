// The arrays that the edge would find in a JSON document.
#include "cli/inspect.hpp"

namespace pz::cli {

namespace {

using Outcome = rewrite::JsonArrays::Outcome;

std::string why_none(std::string_view text, const rewrite::JsonArrays& arrays) {
    switch (arrays.outcome) {
        case Outcome::absent:
            return "there is no array at this path";
        case Outcome::ambiguous:
            return "the path meets an object that has its member twice";
        case Outcome::over_limit:
            return "the document is too deep, or the array has too many elements";
        case Outcome::invalid:
            return "not valid JSON from " + place_of(text, arrays.position) +
                   " on: the edge leaves it alone";
        case Outcome::found:
            break;
    }
    return std::to_string(arrays.arrays.size()) + " found";
}

void add_array(const rewrite::JsonArray& array, std::string& out) {
    out += std::to_string(array.begin) + ' ' + std::to_string(array.begin + 1) + ' ' +
           std::to_string(array.end - 1) + ' ' + std::to_string(array.end) + " array\n";
    for (const rewrite::JsonArray::Element& element : array.elements) {
        out += "  " + std::to_string(element.begin) + ' ' + std::to_string(element.end);
        out += (element.id.empty() ? "" : " " + printable(element.id)) + '\n';
    }
}

}  // namespace

bool json_lines_of(std::string_view text, const rewrite::JsonPattern& pattern,
                   const rewrite::Limits& limits, bool explain, std::string& out) {
    const rewrite::JsonArrays arrays = rewrite::find_arrays(text, pattern, limits);
    for (const rewrite::JsonArray& array : arrays.arrays) {
        add_array(array, out);
    }
    if (explain) {
        out += "# '" + printable(pattern.path.text) + "': " + why_none(text, arrays) + "\n";
    }
    return arrays.outcome == Outcome::found;
}

}  // namespace pz::cli
