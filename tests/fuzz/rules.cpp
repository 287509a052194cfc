// Any bytes as a rule file: loads or says why not, within its memory and time.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "rules/rules.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view source(reinterpret_cast<const char*>(data), size);
    pz::rules::RuleLimits limits;
    limits.load_budget_us = 20'000;
    auto loaded = pz::rules::RuleSet::load(source, "fuzz.lua", limits);
    if (loaded.ok()) {
        (*loaded)->collect();
        if ((*loaded)->memory() > limits.memory) {
            std::abort();
        }
    } else if (loaded.message().substr(0, 8) != "fuzz.lua") {
        std::abort();
    }
    return 0;
}
