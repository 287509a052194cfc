// The listings of real shops, where this machine has them: tiles change places by force, all else
// stays, and moved back again they give the page as it was.
#include <algorithm>
#include <set>

#include "unit/rewrite/permute.hpp"

namespace pz::rewrite::testing {
namespace {

struct RealListing {
    const char* file;
    const char* selector;
    const char* tile;
    const char* id;
    std::size_t tiles;
    std::size_t items;  // different ones
};

constexpr RealListing kListings[] = {
    // A grid of table cells.
    {"category-002-mikesmullin.html", "#products-grid-table", "td", "href", 9, 9},
    {"search-003-mikesmullin.html", "#products-list", "li.item", "href:/product/{id}/", 10, 10},
    {"search-003-mikesmullin.html", "#products-list", "", "href", 10, 10},
    {"category-006-molkaouaja.html", "ul.products.grid", "li.product", "field:product", 16, 16},
    {"category-022-matthewkyleherren.html", "#collectionProductsGridInner", "article",
     "content:/products/{id}", 35, 35},
    {"category-027-seoboseok.html", ".product__list.row--product", ".card--holder",
     "href:/products/{id}.html", 15, 15},
    {"category-037-citythreads.html", "ul.products", "li.product", "class:post-{id}", 12, 12},
    {"category-042-ignasans.html", "ul.wc-block-product-template", "", "class:post-{id}", 4, 4},
    {"home-021-matthewkyleherren.html", "section.product-list", "article",
     "content:products/{id}.html", 18, 17},
    {"home-036-citythreads.html", "ul.products", "li.product", "class:post-{id}", 8, 7},
    {"home-041-ignasans.html", "ul.wc-block-product-template", "", "class:post-{id}", 4, 4},
    {"captures/opencart/01-home.html", "#content .row", ".col", "field:product_id", 4, 4},
    {"captures/opencart/02-category.html", "#product-list", "", "field:product_id", 10, 10},
    {"captures/opencart/02-category.html", "#product-list", "", "href:product_id={id}", 10, 10},
    {"captures/opencart/04-category-sorted.html", "#product-list", "", "field:product_id", 10, 10},
    {"captures/opencart/08-search.html", "#product-list", "", "field:product_id", 4, 4},
    {"captures/opencart/13-category-with-cart.html", "#product-list", "", "field:product_id", 10,
     10},
    {"captures/evershop/02-category.html", ".product__grid", ".product__list__item", "href", 15,
     15},
    {"captures/evershop/04-category-filter.html", ".product__grid", "", "href", 15, 15},
    {"captures/evershop/10-category-with-cart.html", ".product__grid", "", "href", 15, 15}};

Pattern pattern_of(const RealListing& real) {
    Pattern pattern = listing(real.selector, real.tile);
    Result<ItemLocator> locator = ItemLocator::parse(real.id);
    BOOST_REQUIRE_MESSAGE(locator.ok(), locator.message());
    pattern.locator = *locator;
    return pattern;
}

// The page with the words between quotes, of classes among others, in order.
std::string words(const std::string& page) {
    std::string out;
    for (std::size_t at = 0; at < page.size();) {
        const std::size_t end = std::min(page.find('"', at), page.size());
        std::istringstream text(page.substr(at, end - at));
        std::vector<std::string> list(std::istream_iterator<std::string>(text), {});
        std::sort(list.begin(), list.end());
        for (const std::string& word : list) {
            out.append(word).append(" ");
        }
        out += '"';
        at = end + 1;
    }
    return out;
}

template <class List>
List sorted(List list) {
    std::sort(list.begin(), list.end());
    return list;
}

void check(const RealListing& real, const std::string& page) {
    Pattern pattern = pattern_of(real);
    const Permuted moved = permute(pattern, page, rotated);
    BOOST_TEST_INFO_SCOPE(real.file << ' ' << real.selector << ' ' << real.id);
    BOOST_CHECK_EQUAL(moved.keys.size(), real.tiles);
    std::set<std::string> items(moved.keys.begin(), moved.keys.end());
    items.erase("");
    BOOST_CHECK_EQUAL(items.size(), real.items);
    BOOST_CHECK(moved.page != page);
    const auto back = [](std::size_t count) { return inverse(rotated(count)); };
    // Which word of a class is the first may differ: other tiles have more words or fewer.
    BOOST_CHECK(words(permute(pattern, moved.page, back).page) == words(page));
    for (const std::size_t chunk : {7, 1000, 4096}) {
        BOOST_CHECK(permute(pattern, page, rotated, chunk).page == moved.page);
    }
    // Without marks the tiles are the same bytes in another order, and nothing else has moved.
    pattern.marks = {{}, {}};
    const Permuted plain = permute(pattern, page, rotated);
    const Permuted read = permute(pattern, plain.page, back);
    BOOST_CHECK(read.page == page);
    BOOST_CHECK(permute(pattern, permute(pattern, page, backwards).page, backwards).page == page);
    BOOST_CHECK(sorted(read.tiles) == sorted(plain.tiles));
    std::vector<std::string> expected = plain.tiles;
    std::rotate(expected.begin(), expected.begin() + (expected.empty() ? 0 : 1), expected.end());
    if (std::count(read.bases.begin(), read.bases.end(), read.bases.front()) == 1) {
        BOOST_CHECK(read.tiles == expected);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(real_listings)

BOOST_AUTO_TEST_CASE(move_and_move_back) {
    const auto root = shared_directory("pages");
    if (!root) {
        return;
    }
    for (const RealListing& real : kListings) {
        const std::string page = read_file(*root / real.file);
        BOOST_REQUIRE_MESSAGE(!page.empty(), real.file);
        check(real, page);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::rewrite::testing
