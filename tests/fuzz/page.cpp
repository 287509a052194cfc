// A page through Page with every kind of placement. Input: one byte each for the verdict, its
// place, the chunk size and the limit; the rest is the page. Passed pages must be identical;
// personalized ones must not depend on how they were cut or whether they were known, and what only
// moves is neither more nor less afterwards.
#include <array>
#include <cstdint>

#include "fuzz/shop.hpp"

namespace {

using namespace pz;  // NOLINT: a program of one file
using fuzz::require;

// What a page is made of, in no order: tiles that move take nothing away and add nothing.
std::array<std::size_t, 256> census(std::string_view text) {
    std::array<std::size_t, 256> count{};
    for (const char c : text) {
        count[static_cast<unsigned char>(c)]++;
    }
    return count;
}

std::string run(fuzz::Shop& shop, std::string_view bytes, page::Verdict verdict, std::size_t at,
                std::size_t size) {
    fuzz::Text out;
    page::Page page(shop.plan, shop.scratch, out);
    return fuzz::run(page, out, shop, bytes, verdict, at, size);
}

// The same for a page that is known beforehand.
std::string play(fuzz::Shop& shop, std::string_view bytes, page::Verdict verdict, bool early) {
    auto copy = std::make_unique<char[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), copy.get());
    const page::KnownPage known(shop.plan, std::move(copy), bytes.size());
    fuzz::Text out;
    page::Page page(shop.plan, shop.scratch, out);
    const page::Visitor visitor = shop.visitor();
    if (early) {
        page.decide(verdict, visitor);
    }
    page.play(known);
    page.end();
    page.release_head();
    page.decide(verdict, visitor);
    require(!page.holding());
    return out.text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static fuzz::Shop shop;
    static fuzz::Shop plain(false);
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
    require(play(shop, bytes, page::Verdict::personalize, data[1] % 2 == 0) == whole);
    require(play(shop, bytes, page::Verdict::pass, data[1] % 2 == 0) == bytes);
    // Without widgets and marks a page is a permutation of itself.
    require(census(run(plain, bytes, page::Verdict::personalize, 0, chunk)) == census(bytes));
    return 0;
}
