// A page through Page with every kind of placement. Input: one byte each for the verdict, its
// place, the chunk size and the limit; the rest is the page. Passed pages must be identical;
// personalized ones must not depend on how they were cut.
#include <cstdint>

#include "fuzz/shop.hpp"

namespace {

using namespace pz;  // NOLINT: a program of one file
using fuzz::require;

std::string run(fuzz::Shop& shop, std::string_view bytes, page::Verdict verdict, std::size_t at,
                std::size_t size) {
    fuzz::Text out;
    page::Page page(shop.plan, shop.scratch, out);
    return fuzz::run(page, out, shop, bytes, verdict, at, size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static fuzz::Shop shop;
    if (size < 3) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 3, size - 3);
    const std::size_t chunk = 1U + data[0];
    shop.plan.limits.max_buffer = data[2] < 128 ? 8U * data[2] : 1U << 20;
    require(run(shop, bytes, page::Verdict::pass, data[1], chunk) == bytes);
    // What fits depends on the chunks only near the limit.
    shop.plan.limits.max_buffer = 1U << 20;
    const std::string whole = run(shop, bytes, page::Verdict::personalize, 0, bytes.size() + 1);
    require(run(shop, bytes, page::Verdict::personalize, data[1], chunk) == whole);
    return 0;
}
