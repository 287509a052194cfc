// Any text as a template: whatever a value is, the tags of the tile stay the same.
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

std::string render(const pz::rewrite::Template& tile, std::string_view value) {
    const std::vector<std::string_view> values(tile.names().size(), value);
    std::string out;
    tile.render(values, out);
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto tile = pz::rewrite::Template::compile(text);
    if (!tile.ok()) {
        return 0;
    }
    render(*tile, {});
    const std::string tame = tags(render(*tile, "x"));
    if (tags(render(*tile, "\"'><script>alert(1)</script><!-- onload=x `{{a}}")) != tame ||
        tags(render(*tile, "</title></textarea></noscript>-->")) != tame) {
        std::abort();
    }
    return 0;
}
