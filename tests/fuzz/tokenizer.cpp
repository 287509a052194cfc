// Any page: the tags and their attributes are the same whether they are taken at once, by the
// states byte by byte, or at any chunking. The first byte is the size of the chunks.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "rewrite/attributes.hpp"
#include "rewrite/open_elements.hpp"
#include "rewrite/tokenizer.hpp"

namespace {

using namespace pz::rewrite;

std::string describe(const Tag& tag, std::span<const Attribute> attributes) {
    std::string out = std::to_string(tag.begin) + '-' + std::to_string(tag.end);
    out += tag.is_end ? "</" : tag.self_closing ? "</>" : "<";
    out += tag.name;
    out += tag.overlong ? "..." : "";
    for (const Attribute& attribute : attributes) {
        out += ' ' + std::string(attribute.name) + '=' + std::string(attribute.value);
    }
    return out + '\n';
}

std::string run(std::string_view page, std::size_t chunk) {
    Tokenizer tokenizer;
    OpenElements tree(512);
    TagAttributes attributes;
    std::string out;
    for (std::size_t at = 0; at < page.size(); at += chunk) {
        const std::string_view piece = page.substr(at, chunk);
        const std::vector<char> copy(piece.begin(), piece.end());
        tokenizer.feed({copy.data(), copy.size()});
        Tag tag;
        while (tokenizer.next(tag)) {
            if (tag.begin >= tag.end || tag.end > page.size() || page[tag.begin] != '<' ||
                page[tag.end - 1] != '>') {
                std::abort();
            }
            if (tag.is_end) {
                out += describe(tag, {});
                tree.end(tag);
            } else {
                attributes.reset(page.substr(tag.begin, tag.end - tag.begin), tag.name.size());
                const auto parsed = describe(tag, attributes.get());
                if (tag.attributes_known && describe(tag, tag.attributes) != parsed) {
                    std::abort();
                }
                out += parsed;
                const auto& outcome = tree.start(tag, attributes);
                if (outcome.overflow) {
                    return out;
                }
                tokenizer.set_text(outcome.text, tag.id);
            }
            tokenizer.set_foreign(tree.foreign());
        }
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    std::string page(reinterpret_cast<const char*>(data) + 1, size - 1);
    page.append(64, ' ');  // so that the last tag can be taken at once
    const std::string whole = run(page, page.size());
    if (run(page, 1) != whole || run(page, 1U + data[0]) != whole) {
        std::abort();
    }
    return 0;
}
