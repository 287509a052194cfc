// Real pages, where this machine has them: the output is the input, and the matches do not depend
// on the chunks.
#include <algorithm>
#include <cstdlib>
#include <random>

#include "unit/rewrite/harness.hpp"

namespace pz::rewrite::testing {
namespace {

std::vector<std::filesystem::path> pages(const std::filesystem::path& root) {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        if (entry.is_regular_file()) {
            found.push_back(entry.path());
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<Pattern> patterns() {
    std::vector<Pattern> list = {listing("ul.products, ol.products, .product-list, .products-grid"),
                                 listing("div.row > div", ".product, .item"),
                                 widget("table td > a[href]"), widget("footer p, #footer p"),
                                 widget("body li > span")};
    list[0].locator.by = ItemLocator::By::href;
    list[1].locator.by = ItemLocator::By::href;
    return list;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(real_pages)

// Sizes differ from chunk to chunk.
Run run_at_random(std::span<const Pattern> list, std::string_view page, std::uint32_t seed) {
    Feeder feeder(list, {});
    std::minstd_rand random(seed);
    while (!page.empty()) {
        const std::size_t largest = std::size_t{1} << random() % 16;
        const std::size_t size = std::min<std::size_t>(1 + random() % largest, page.size());
        feeder.write(page.substr(0, size));
        page.remove_prefix(size);
    }
    return feeder.finish();
}

BOOST_AUTO_TEST_CASE(output_is_input) {
    const auto root = shared_directory("pages");
    if (!root) {
        return;
    }
    const std::vector<Pattern> list = patterns();
    Counters all;
    std::uint32_t count = 0;
    for (const auto& path : pages(*root)) {
        const std::string page = read_file(path);
        const Run whole = run(list, page, std::max<std::size_t>(page.size(), 1));
        BOOST_TEST_INFO(path);
        BOOST_CHECK(whole.output == page);
        // Each size from 1 to 64 for a part of the pages; all of them for each page is the long way.
        const bool every = std::getenv("PERSONALIZE_EVERY_CHUNK") != nullptr;
        for (std::size_t chunk = 1; chunk <= 64; ++chunk) {
            if (every || chunk == 1 || (chunk + count) % 16 == 0) {
                check_same(whole, run(list, page, chunk), page, path.string());
            }
        }
        check_same(whole, run(list, page, 4096), page, path.string());
        for (std::uint32_t seed = 1; seed <= 3; ++seed) {
            check_same(whole, run_at_random(list, page, seed + 3 * count), page, path.string());
        }
        all.matched += whole.counters.matched;
        all.ambiguous += whole.counters.ambiguous;
        all.over_limit += whole.counters.over_limit;
        ++count;
    }
    BOOST_TEST_MESSAGE(count << " pages: " << all.matched << " matched, " << all.ambiguous
                             << " ambiguous, " << all.over_limit << " over a limit");
    BOOST_CHECK(count > 0);
    BOOST_CHECK(all.matched > 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::rewrite::testing
