// Which item a link names.
#include "store/link.hpp"

#include <boost/test/unit_test.hpp>

#include "unit/store/fixture.hpp"

namespace pz::store::test {

BOOST_AUTO_TEST_SUITE(links)

BOOST_AUTO_TEST_CASE(paths_and_queries) {
    const struct {
        const char* link;
        const char* path;
        const char* query;
        bool rooted;
    } table[] = {{"https://a.example/p/1", "/p/1", "", true},
                 {"HTTPS://a.example/p/1/", "/p/1", "", true},
                 {"//a.example/p", "/p", "", true},
                 {"/p/1?x=/y/#z", "/p/1", "x=/y/", true},
                 {"/p#a?b", "/p", "", true},
                 {"/a:b/c", "/a:b/c", "", true},
                 {"https://a.example", "", "", true},
                 {"https://a.example/", "", "", true},
                 {"https://a.example?x=/p", "", "x=/p", true},
                 {"/?p=7", "", "p=7", true},
                 {"https:/p", "/p", "", true},
                 {"p/1", "", "", false},
                 {"?x=1", "", "", false},
                 {"https:p", "", "", false},
                 {"mailto:a@b.example", "", "", false},
                 {"#", "", "", false},
                 {":", "", "", false},
                 {"//", "", "", true},
                 {"", "", "", false}};
    for (const auto& row : table) {
        const Link link = split_link(row.link);
        BOOST_TEST(link.path == row.path, row.link);
        BOOST_TEST(link.query == row.query, row.link);
        BOOST_TEST(link.rooted == row.rooted, row.link);
    }
}

BOOST_AUTO_TEST_CASE(hosts) {
    BOOST_TEST(link_host("https://shop.example/p") == "shop.example");
    BOOST_TEST(link_host("//shop.example:8080?x") == "shop.example");
    BOOST_TEST(link_host("http://u:p@shop.example#x") == "shop.example");
    BOOST_TEST(link_host("http://[::1]:80/") == "[::1]");
    BOOST_TEST(link_host("http://[::1]/") == "[::1]");
    BOOST_TEST(link_host("/p//x") == "");
    BOOST_TEST(link_host("https:/p") == "");
}

BOOST_AUTO_TEST_CASE(arguments_that_name_an_item) {
    const auto same = [](std::string_view left, std::string_view right) {
        const Link one = split_link(left);
        const Link other = split_link(right);
        const bool equal = compare_links(one, other) == 0;
        BOOST_TEST((compare_links(other, one) == 0) == equal);
        BOOST_TEST((hash_link(one) == hash_link(other)) == equal);
        return equal;
    };
    BOOST_TEST(same("/p?a=1&b=2", "https://x.example/p/?a=1&&b=2#top"));
    BOOST_TEST(same("/p?utm_source=x&a=1&gclid=7", "/p?a=1"));
    BOOST_TEST(same("/p?srsltid=x", "/p"));
    BOOST_TEST(!same("/p?a=1&b=2", "/p?b=2&a=1"));
    BOOST_TEST(!same("/p?a=1", "/p?a=1&b=2"));
    BOOST_TEST(!same("/p?a=1", "/p?a=2"));
    BOOST_TEST(!same("/p?a=1", "/q?a=1"));
    BOOST_TEST(!same("/p?utmost=1", "/p"));
    BOOST_TEST(!has_arguments(split_link("/p?&utm_medium=x&")));
    BOOST_TEST(has_arguments(split_link("/p?x")));
}

BOOST_AUTO_TEST_CASE(items_that_differ_in_the_query) {
    const std::string shop = "https://x.example/index.php?route=product&product_id=";
    const Folder folder;
    SnapshotBuilder builder;
    for (const std::string& link :
         {shop + "1", shop + "2&utm_source=feed", std::string("https://x.example/?p=3"),
          std::string("/p/4?colour=red"), std::string("/p/5?colour=red"),
          std::string("/p/5?colour=blue"), std::string("/p/6?size=1"),
          std::string("/p/6?size=1")}) {
        const std::string id = std::to_string(builder.item_count());
        BOOST_REQUIRE(builder.add_item(make_item(id, {{"link", link}})).ok());
    }
    BOOST_REQUIRE(builder.write(folder.path("store"), 1, 2).ok());
    const auto opened = Snapshot::open(folder.path("store"));
    BOOST_REQUIRE_MESSAGE(opened.ok(), opened.message());
    const Snapshot* snapshot = opened->get();
    BOOST_TEST(snapshot->find_link("/index.php?route=product&product_id=1") == 0U);
    BOOST_TEST(snapshot->find_link(shop + "2") == 1U);
    BOOST_TEST(snapshot->find_link(shop + "2&fbclid=x#top") == 1U);
    BOOST_TEST(snapshot->find_link(shop + "3") == kNoItem);
    BOOST_TEST(snapshot->find_link("/index.php?product_id=1&route=product") == kNoItem);
    BOOST_TEST(snapshot->find_link("/index.php") == kNoItem);
    BOOST_TEST(snapshot->find_link("//y.example/?p=3") == 2U);
    BOOST_TEST(snapshot->find_link("/?p=4") == kNoItem);
    BOOST_TEST(snapshot->find_link("?p=3") == kNoItem);
    // One item alone has the path.
    BOOST_TEST(snapshot->find_link("/p/4") == 3U);
    BOOST_TEST(snapshot->find_link("/p/4?colour=green") == 3U);
    BOOST_TEST(snapshot->find_link("/p/5?colour=blue") == 5U);
    BOOST_TEST(snapshot->find_link("/p/5?colour=green") == kNoItem);
    BOOST_TEST(snapshot->find_link("/p/5") == kNoItem);
    BOOST_TEST(snapshot->find_link("/p/6?size=1") == kNoItem);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::store::test
