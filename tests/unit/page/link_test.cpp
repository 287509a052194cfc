// Where the links of a page lead.
#include "page/link.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/page/fixture.hpp"

namespace pz::page::test {

namespace {

std::string resolved(std::string_view link, std::string_view base) {
    std::string out;
    return resolve_link(link, base, out) ? out : "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(links)

BOOST_AUTO_TEST_CASE(references_resolve_as_in_browsers) {
    const struct {
        const char* link;
        const char* base;
        const char* expected;
    } table[] = {{"/p/x", "//h/a/b?q", "//h/p/x"},
                 {"x", "//h/a/b?q", "//h/a/x"},
                 {"x", "//h", "//h/x"},
                 {"x?y=/z/../w", "/a/b", "/a/x?y=/z/../w"},
                 {"../p/x", "//h/a/b/c", "//h/a/p/x"},
                 {"../../../../x", "/a/b/", "/x"},
                 {"./x/./y/..", "/a/", "/a/x/"},
                 {"..", "/a/b/c", "/a/"},
                 {".", "/a/b", "/a/"},
                 {"%2e%2E/x", "/a/b/", "/a/x"},
                 {"?product_id=42", "//h/index.php?route=x", "//h/index.php?product_id=42"},
                 {"", "//h/a?b", "//h/a?b"},
                 {"//i/p", "//h/a", "//i/p"},
                 {"//i", "//h/a", "//i/"},
                 {"//i?x", "//h/a", "//i/?x"},
                 {"HTTPS://i:8080/p/../q", "//h/a", "//i:8080/q"},
                 {"http:/p", "//h/a", "//h/p"},
                 {"mailto:a@b", "//h/a", "none"},
                 {"data:text/html,x", "//h/a", "none"},
                 {"a/b:c", "/x/", "/x/a/b:c"},
                 {"/a//b", "", "/a//b"},
                 {"x", "", "/x"}};
    for (const auto& row : table) {
        BOOST_TEST(resolved(row.link, row.base) == row.expected, row.link << " at " << row.base);
    }
}

BOOST_AUTO_TEST_CASE(links_that_lead_to_items) {
    const Shop shop;
    PageLinks links;
    links.begin(shop.snapshot(), "www.shop.example", "/c/mugs?page=2");
    const auto find = [&](std::string_view link, std::string_view base = {}) {
        links.set_base(base);
        return links.find(link);
    };
    const store::ItemIndex a = shop.snapshot().find("a");
    for (const char* link :
         {"/p/a", "../p/a", "/p/a/?x=1#y", " /p/\na ", "\\p\\a", "//www.shop.example/p/a",
          "http://WWW.shop.example:81/p/a", "https://shop.example/p/a"}) {
        BOOST_TEST(find(link) == a, link);
    }
    // Another shop's product, whatever its path.
    for (const char* link : {"https://other.example/p/a", "//www.shop.example.evil/p/a",
                             "mailto:/p/a", "p/a", "#/p/a", "", "?/p/a"}) {
        BOOST_TEST(find(link) == store::kNoItem, link);
    }
    BOOST_TEST(find("p/a", "/") == a);
    BOOST_TEST(find("a", "https://other.example/p/") == a);
    BOOST_TEST(find("https://other.example/p/a", "//other.example") == a);
    BOOST_TEST(find("p/a", "data:text/html,/") == store::kNoItem);
    BOOST_TEST(find("/p/a", "data:text/html,/") == a);
}

BOOST_AUTO_TEST_CASE(a_page_without_an_address) {
    const Shop shop;
    PageLinks links;
    links.begin(shop.snapshot(), {}, {});
    links.set_base({});
    BOOST_TEST(links.find("/p/b") == shop.snapshot().find("b"));
    BOOST_TEST(links.find("p/b") == shop.snapshot().find("b"));
    BOOST_TEST(links.find("//other.example/p/b") == store::kNoItem);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page::test
