// Any text as a selector; what compiles is tried on a tag. Text behind the first newline is the
// tag.
#include <cstdint>
#include <string_view>
#include <vector>

#include "rewrite/attributes.hpp"
#include "rewrite/selector.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t newline = input.find('\n');
    const auto selector = pz::rewrite::compile_selector(input.substr(0, newline));
    if (!selector.ok() || newline == std::string_view::npos) {
        return 0;
    }
    std::vector<pz::rewrite::Attribute> attributes;
    pz::rewrite::parse_attributes(input.substr(newline), attributes);
    for (const auto& alternative : selector->alternatives) {
        for (const auto& compound : alternative.compounds) {
            (void)compound.matches("div", attributes, 1);
        }
    }
    return 0;
}
