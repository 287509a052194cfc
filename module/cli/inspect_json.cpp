// The arrays that the edge would find in a JSON document.
#include "cli/inspect.hpp"
#include "rewrite/json_rewriter.hpp"

namespace pz::cli {

namespace {

using Outcome = rewrite::JsonArrays::Outcome;

std::string outcome_of(std::string_view text, const rewrite::JsonArrays& arrays) {
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

class NoSink final : public rewrite::Sink {
  public:
    void raw(std::string_view) override {}
    void element(const rewrite::Element&) override {}
};

// Whether the edge would have to keep more than it may.
bool too_large(std::string_view text, const rewrite::JsonPattern& pattern,
               const rewrite::Limits& limits) {
    NoSink sink;
    rewrite::JsonRewriter rewriter({&pattern, 1}, sink, limits);
    rewriter.write(text);
    return rewriter.counters().over_limit != 0;
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
    const bool large = arrays.outcome == Outcome::found && too_large(text, pattern, limits);
    const bool found = arrays.outcome == Outcome::found && !large;
    for (const rewrite::JsonArray& array : arrays.arrays) {
        if (found) {
            add_array(array, out);
        }
    }
    if (explain) {
        out += "# '" + printable(pattern.path.text) + "': " +
               (large ? "what is to be kept of the document is larger than personalize_buffer_size"
                      : outcome_of(text, arrays)) +
               "\n";
    }
    return found;
}

}  // namespace pz::cli
