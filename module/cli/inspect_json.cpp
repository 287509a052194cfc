// What the edge would find in a JSON document: arrays, and strings that are pages.
#include "cli/inspect.hpp"
#include "rewrite/json_rewriter.hpp"
#include "rewrite/json_text.hpp"

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

// "; it ends at $.data, ..."
std::string end_of(std::string_view text, const rewrite::JsonPattern& pattern,
                   std::string_view wanted) {
    const std::string end = where_path_ends(text, pattern.path, wanted);
    return end.empty() ? end : "; " + printable(end);
}

std::string keys_of(const rewrite::JsonArrays& arrays) {
    std::size_t elements = 0;
    std::size_t without = 0;
    for (const rewrite::JsonArray& array : arrays.arrays) {
        elements += array.elements.size();
        for (const rewrite::JsonArray::Element& element : array.elements) {
            without += element.id.empty() ? 1 : 0;
        }
    }
    return ", " + std::to_string(elements) + " elements, " + std::to_string(without) +
           " of them without a key" +
           (without > 0 ? ": they keep their places; see --id" : std::string());
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

struct FoundString {
    std::uint64_t begin, end;
    std::string text;
};

class StringSink final : public rewrite::Sink {
  public:
    void raw(std::string_view) override {}
    void element(const rewrite::Element& string) override {
        FoundString& found = strings.emplace_back(
            FoundString{string.offset, string.offset + string.outer.size(), {}});
        rewrite::decode_json_text(string.outer.substr(1, string.outer.size() - 2), found.text);
    }
    std::vector<FoundString> strings;
};

std::string outcome_of(std::string_view text, const rewrite::JsonPattern& pattern,
                       const rewrite::Limits& limits, std::size_t strings) {
    rewrite::JsonFinder finder({&pattern, 1}, limits);
    finder.feed(text);
    finder.end();
    if (finder.state() == rewrite::JsonScanner::State::invalid) {
        return "not valid JSON from " + place_of(text, finder.position()) +
               " on: the edge leaves it alone";
    }
    if (finder.counters().ambiguous != 0) {
        return "the path meets an object that has its member twice";
    }
    if (finder.state() == rewrite::JsonScanner::State::over_limit ||
        finder.matches().size() != strings) {
        return "the document is too deep, or what is to be kept of it is larger than "
               "personalize_buffer_size";
    }
    return strings == 0 ? "there is no string at this path" + end_of(text, pattern, "string")
                        : std::to_string(strings) + " found";
}

void add_indented(std::string_view lines, std::string& out) {
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n') + 1;
        out.append(lines.front() == '#' ? "" : "  ").append(lines.substr(0, end));
        lines.remove_prefix(end);
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
               (arrays.outcome == Outcome::absent ? end_of(text, pattern, "array") : "") +
               (found ? keys_of(arrays) : std::string()) + "\n";
    }
    return found;
}

bool json_html_lines_of(std::string_view text, const rewrite::JsonPattern& pattern,
                        const Sought& sought, bool explain, std::string& out) {
    StringSink sink;
    rewrite::JsonRewriter rewriter({&pattern, 1}, sink, sought.plan.limits);
    rewriter.write(text);
    rewriter.end();
    bool found = false;
    for (const FoundString& string : sink.strings) {
        out += std::to_string(string.begin) + ' ' + std::to_string(string.begin + 1) + ' ' +
               std::to_string(string.end - 1) + ' ' + std::to_string(string.end) + " string\n";
        const Inspection inspection =
            inspect(string.text, sought.plan.patterns, sought.plan.limits);
        add_indented(lines_of(string.text, sought, inspection, explain), out);
        found = found || !inspection.found.empty();
    }
    if (explain) {
        out += "# '" + printable(pattern.path.text) +
               "': " + outcome_of(text, pattern, sought.plan.limits, sink.strings.size()) + "\n";
    }
    return found;
}

}  // namespace pz::cli
