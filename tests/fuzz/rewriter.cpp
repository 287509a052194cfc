// Any page at any chunking: the output is the input, and the matches do not depend on the chunks.
// The first byte chooses the patterns, the second the size of the chunks and the third the limits.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "rewrite/rewriter.hpp"

namespace {

using namespace pz::rewrite;

class Recorder : public Sink {
  public:
    void raw(std::string_view bytes) override { output += bytes; }
    void element(const Element& e) override {
        if (e.offset != output.size() || e.inner_begin > e.inner_end ||
            e.inner_end > e.outer.size()) {
            std::abort();
        }
        matches += std::to_string(e.pattern) + '@' + std::to_string(e.offset) + '+' +
                   std::to_string(e.outer.size());
        std::size_t last = 0;
        for (const Tile& tile : e.tiles) {
            if (tile.begin < last || tile.end < tile.begin || tile.end > e.outer.size()) {
                std::abort();
            }
            last = tile.end;
            matches += '(' + std::string(tile.key) + ')' + std::to_string(tile.begin) + '-' +
                       std::to_string(tile.end);
        }
        output += e.outer;
    }
    std::string output, matches;
};

Pattern pattern(std::string_view selector, bool listing, std::string_view tile, bool href) {
    Pattern result{*compile_selector(selector), listing, {}, {}};
    if (!tile.empty()) {
        result.tile = *compile_selector(tile);
    }
    result.locator.by = href ? ItemLocator::By::href : ItemLocator::By::attribute;
    return result;
}

const std::vector<Pattern>& patterns(unsigned which) {
    static const std::vector<Pattern> kSets[] = {
        {pattern("#w, [a]", false, {}, false), pattern("ul, table", true, {}, true)},
        {pattern("div > p, td a", false, {}, false),
         pattern("ol, select", true, "li, option", false)},
        {pattern("body *:not(.a):not(p)", true, {}, false),
         pattern("li:nth-child(2n), i:first-child, td:not(:nth-child(2))", false, {}, false)},
        {pattern("tr > td", true, "b, i > a", true), pattern("svg g", false, {}, false)}};
    return kSets[which % 4];
}

std::string run(const std::vector<Pattern>& list, std::string_view page, std::size_t chunk,
                const Limits& limits) {
    Recorder sink;
    Rewriter rewriter(list, sink, limits);
    for (std::size_t at = 0; at < page.size(); at += chunk) {
        const std::string_view piece = page.substr(at, chunk);
        const std::vector<char> copy(piece.begin(), piece.end());
        rewriter.write({copy.data(), copy.size()});
        if (rewriter.buffered() > limits.max_buffer) {
            std::abort();
        }
    }
    rewriter.end();
    if (sink.output != page || rewriter.buffered() != 0) {
        std::abort();
    }
    const Counters& counters = rewriter.counters();
    return sink.matches + ' ' + std::to_string(counters.matched) + ' ' +
           std::to_string(counters.ambiguous) + ' ' + std::to_string(counters.over_limit);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) {
        return 0;
    }
    std::string page(reinterpret_cast<const char*>(data) + 3, size - 3);
    page.append(80, ' ');  // so that the last tags can be passed over
    Limits limits;
    if (data[2] % 2 == 1) {
        limits.max_buffer = 16U + data[2];
        limits.max_depth = 3U + data[2] % 16U;
        limits.max_tiles = data[2] % 8U;
    }
    const auto& list = patterns(data[0]);
    const std::string whole = run(list, page, std::max<std::size_t>(page.size(), 1), limits);
    if (run(list, page, 1U + data[1] % 64U, limits) != whole ||
        run(list, page, 1, limits) != whole) {
        std::abort();
    }
    return 0;
}
