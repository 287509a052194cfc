// Any text as a template: whatever a value is, the tags of the tile stay the same, in every charset.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "rewrite/template.hpp"
#include "rewrite/tokenizer.hpp"

namespace {

// Names and ends of tags, as a browser would see them.
std::string tags(std::string_view html) {
    std::string out;
    pz::rewrite::Tokenizer tokenizer;
    tokenizer.feed(html);
    pz::rewrite::Tag tag;
    while (tokenizer.next(tag)) {
        out += tag.is_end ? "</" : "<";
        out += tag.name;
        if (!tag.is_end) {
            tokenizer.set_text(pz::rewrite::text_of(tag.id), tag.id);
        }
    }
    return out;
}

using pz::rewrite::Charset;

std::string render(const pz::rewrite::Template& tile, std::string_view value, Charset charset) {
    const std::vector<std::string_view> values(tile.names().size(), value);
    std::string out;
    tile.render(values, out, charset);
    return out;
}

void check(const pz::rewrite::Template& tile, Charset charset) {
    render(tile, {}, charset);
    const std::string tame = tags(render(tile, "x", charset));
    for (const std::string_view hostile :
         {"\"'><script>alert(1)</script><!-- onload=x `{{a}}", "</title></textarea></noscript>-->",
          "\xE2\"'><script>", "\u00fc\u2028<b>"}) {
        const std::string out = render(tile, hostile, charset);
        const bool ascii = std::all_of(out.begin(), out.end(), [](char c) { return c >= 0; });
        if (tags(out) != tame || (charset == Charset::ascii_based && !ascii)) {
            std::abort();
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto tile = pz::rewrite::Template::compile(text);
    if (!tile.ok()) {
        return 0;
    }
    check(*tile, Charset::utf8);
    if (tile->fits(Charset::ascii_based)) {
        check(*tile, Charset::ascii_based);
    }
    return 0;
}
