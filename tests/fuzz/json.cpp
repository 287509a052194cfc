// Any document at any chunking: the output is the input, the matches do not depend on the chunks and
// are those found in memory, and a permutation undone restores the document. The first byte chooses
// the paths, the second the size of the chunks and the third the limits. Where there is a document
// at all, another parser must agree that it is one.
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "rewrite/json_rewriter.hpp"
#include "rewrite/json_text.hpp"

namespace {

using namespace pz::rewrite;

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

class Recorder : public Sink {
  public:
    void raw(std::string_view bytes) override { output += bytes; }
    void element(const Element& e) override {
        require(e.offset == output.size() && e.outer.size() >= 2);
        matches += std::to_string(e.pattern) + '@' + std::to_string(e.offset) + '+' +
                   std::to_string(e.outer.size());
        std::size_t last = 0;
        for (const Tile& tile : e.tiles) {
            require(last < tile.begin && tile.begin < tile.end && tile.end < e.outer.size());
            last = tile.end;
            matches += '(' + std::string(tile.key) + ')' + std::to_string(tile.begin) + '-' +
                       std::to_string(tile.end);
        }
        output += e.outer;
    }
    std::string output, matches;
};

JsonPattern array_at(std::string_view path, std::string_view id) {
    return {JsonPattern::Kind::array, *compile_json_path(path), *compile_json_member(id)};
}

JsonPattern string_at(std::string_view path) {
    return {JsonPattern::Kind::string, *compile_json_path(path), {}};
}

const std::vector<JsonPattern>& patterns(unsigned which) {
    static const std::vector<JsonPattern> kSets[] = {
        {array_at("$", "id"), string_at("$.a")},
        {array_at("$.a", "@"), array_at("$[0]", "a[1]"), string_at("$.b.*")},
        {array_at("$.*", "a.b"), string_at("$[*]")},
        {array_at("$[*].a[*]", "id"), array_at("$.a.b['c d']", "['a']"), string_at("$")}};
    return kSets[which % 4];
}

std::string run(const std::vector<JsonPattern>& list, std::string_view document, std::size_t chunk,
                const Limits& limits) {
    Recorder sink;
    JsonRewriter rewriter(list, sink, limits);
    for (std::size_t at = 0; at < document.size(); at += chunk) {
        const std::string_view piece = document.substr(at, chunk);
        const std::vector<char> copy(piece.begin(), piece.end());
        rewriter.write({copy.data(), copy.size()});
        require(rewriter.buffered() <= limits.max_buffer);
    }
    rewriter.end();
    require(sink.output == document && rewriter.buffered() == 0);
    const Counters counters = rewriter.counters();
    return sink.matches + ' ' + std::to_string(counters.matched) + ' ' +
           std::to_string(counters.ambiguous) + ' ' + std::to_string(counters.over_limit);
}

std::string rotated(std::string_view text, const JsonArray& array, std::size_t by) {
    std::string out;
    std::size_t at = 0;
    const std::size_t count = array.elements.size();
    for (std::size_t place = 0; place < count; ++place) {
        const JsonArray::Element& here = array.elements[place];
        const JsonArray::Element& moved = array.elements[(place + by) % count];
        out.append(text.substr(at, here.begin - at));
        out.append(text.substr(moved.begin, moved.end - moved.begin));
        at = here.end;
    }
    return out.append(text.substr(at));
}

void check_rotation(std::string_view document, const JsonPattern& pattern) {
    const JsonArrays found = find_arrays(document, pattern);
    if (found.outcome != JsonArrays::Outcome::found || found.arrays[0].elements.empty()) {
        return;
    }
    const std::string other = rotated(document, found.arrays[0], 1);
    require(other.size() == document.size());
    const JsonArrays again = find_arrays(other, pattern);
    require(again.outcome == JsonArrays::Outcome::found);
    const std::size_t count = again.arrays[0].elements.size();
    require(count == found.arrays[0].elements.size());
    require(rotated(other, again.arrays[0], count - 1) == document);
}

// Strings that the document's own bytes make: to and fro.
void check_text(std::string_view bytes) {
    std::string written, read, again;
    append_json_text(bytes, written);
    decode_json_text(written, read);
    append_json_text(read, again);
    require(again == written);
    const DecodedText text(written);
    require(text.text() == read && text.raw(0, read.size()) == written);
    const std::size_t middle = read.size() / 2;
    require(std::string(text.raw(0, middle)) + std::string(text.raw(middle, read.size())) ==
            written);
}

// Whether simdjson refuses for a reason that is none to us: its depth, the range of its numbers,
// lone surrogates.
bool stricter(simdjson::error_code error, std::string_view document) {
    const bool surrogates = document.find("\\ud") != std::string_view::npos ||
                            document.find("\\uD") != std::string_view::npos;
    return error == simdjson::DEPTH_ERROR || error == simdjson::NUMBER_ERROR ||
           (error == simdjson::STRING_ERROR && surrogates);
}

void check_validity(std::string_view document) {
    const JsonArrays found = find_arrays(document, array_at("$", "id"));
    simdjson::dom::parser parser;
    const std::string_view plain =
        document.starts_with("\xef\xbb\xbf") ? document.substr(3) : document;
    const simdjson::error_code error = parser.parse(simdjson::padded_string(plain)).error();
    if (error == simdjson::SUCCESS) {
        require(found.outcome != JsonArrays::Outcome::invalid);
    } else if (!stricter(error, document)) {
        require(found.outcome == JsonArrays::Outcome::invalid ||
                found.outcome == JsonArrays::Outcome::over_limit);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) {
        return 0;
    }
    const std::string_view document(reinterpret_cast<const char*>(data) + 3, size - 3);
    Limits limits;
    if (data[2] % 2 == 1) {
        limits.max_buffer = 4U * data[2];
        limits.max_depth = 2U + data[2] % 16U;
        limits.max_tiles = data[2] % 8U;
    }
    const auto& list = patterns(data[0]);
    const std::string whole =
        run(list, document, std::max<std::size_t>(document.size(), 1), limits);
    require(run(list, document, 1U + data[1] % 64U, limits) == whole);
    require(run(list, document, 1, limits) == whole);
    for (const JsonPattern& pattern : list) {
        if (pattern.kind == JsonPattern::Kind::array) {
            check_rotation(document, pattern);
        }
    }
    check_text(document);
    check_validity(document);
    return 0;
}
