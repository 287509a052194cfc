// Any page, inspected: the lines, the hints and the outlined copy, which is the page and marks.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cli/inspect.hpp"

namespace {

pz::cli::Sought make_sought() {
    pz::cli::Sought sought;
    const bool made = sought.add_selector(".a").ok() && sought.add_selector("main > #b i").ok() &&
                      sought.add_listing("ul", {}).ok();
    if (!made) {
        std::abort();
    }
    sought.plan.limits.max_buffer = 4096;
    return sought;
}

// The marks taken out again.
std::string without_marks(std::string_view text) {
    constexpr std::string_view kMark = " data-personalize-";
    std::string out;
    for (std::size_t at = text.find(kMark); at != text.npos; at = text.find(kMark)) {
        out.append(text.substr(0, at));
        const std::size_t value = text.find('"', at);
        text.remove_prefix(text.find('"', value + 1) + 1);
    }
    return out.append(text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view page(reinterpret_cast<const char*>(data), size);
    if (page.find("data-personalize-") != page.npos) {
        return 0;
    }
    static const pz::cli::Sought kSought = make_sought();
    const auto inspection = pz::cli::inspect(page, kSought.plan.patterns, kSought.plan.limits);
    lines_of(page, kSought, inspection, true);
    const std::string outlined = pz::cli::outlined(page, kSought, inspection);
    const std::size_t style = outlined.rfind("<style>");
    if (without_marks(std::string_view(outlined).substr(0, style)) != page) {
        std::abort();
    }
    return 0;
}
