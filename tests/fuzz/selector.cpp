// Any two texts as selectors, by the first two lines; what follows them is a page. What they find
// there together is what each finds alone, whatever they share.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "rewrite/rewriter.hpp"

namespace {

using namespace pz::rewrite;  // NOLINT: a program of one file

// Where the elements begin that match: those given to the sink, and those kept from it.
class Starts final : public Sink, public Observer {
  public:
    void raw(std::string_view) override {}
    void element(const Element& element) override { offsets.push_back(element.offset); }
    void skipped(const Skip& skip) override {
        if (skip.pattern != Skip::kNone) {
            offsets.push_back(skip.offset);
        }
    }
    std::vector<std::uint64_t> offsets;
};

std::vector<std::uint64_t> unique(std::vector<std::uint64_t> offsets) {
    std::sort(offsets.begin(), offsets.end());
    offsets.erase(std::unique(offsets.begin(), offsets.end()), offsets.end());
    return offsets;
}

std::vector<std::uint64_t> starts(const std::vector<Pattern>& patterns, std::string_view page) {
    Starts found;
    Rewriter rewriter(patterns, found, {}, &found);
    rewriter.write(page);
    rewriter.end();
    return unique(std::move(found.offsets));
}

std::string_view take_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view page(reinterpret_cast<const char*>(data), size);
    const auto one = compile_selector(take_line(page));
    const auto other = compile_selector(take_line(page));
    if (!one.ok() || !other.ok()) {
        return 0;
    }
    const std::vector<Pattern> both = {Pattern{*one}, Pattern{*other}};
    std::vector<std::uint64_t> alone = starts({both[0]}, page);
    const std::vector<std::uint64_t> more = starts({both[1]}, page);
    alone.insert(alone.end(), more.begin(), more.end());
    if (unique(std::move(alone)) != starts(both, page)) {
        std::abort();
    }
    return 0;
}
