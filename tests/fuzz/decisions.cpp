// Histories as `personalize check --against` reads them, of lines or of a stream: whatever stands in
// them, the decisions have what a rehearsal needs and are no more than asked for.
#include "cli/decisions.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    pz::cli::DecisionOptions options;
    options.sample = 20;
    if (size % 2 == 1) {
        options.placements = {{"cart", "cross_sell"}, {"home-1", "for_you,popular"}};
    }
    const auto read = pz::cli::read_decisions(bytes, "history.tsv", options);
    if (!read.ok()) {
        require(read.message().find("history.tsv") != std::string::npos);
        return 0;
    }
    require(read->list.size() <= options.sample && read->visitors <= read->visitors_in_all);
    for (const pz::cli::Decision& decision : read->list) {
        require(!decision.placement.empty() && !decision.visitor.empty());
        require(!decision.recommenders.empty() || !decision.shown.empty());
    }
    return 0;
}
