// Charsets and locales: what is inserted is read as it is meant, whatever the page is written in.
#include <boost/test/unit_test.hpp>

#include "integration/support/edge.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

constexpr std::string_view kEuro = "<b title='\u2192'>{{id}} {{price_text}}</b>";
const std::string kUtf8Tile = "<b title='\u2192'>P01 11,50\u00a0\u20ac</b>";
const std::string kAsciiTile = "<b title='&#8594;'>P01 11,50&#160;&#8364;</b>";

std::string page_with(std::string_view content) {
    return "<title>" + std::string(content) + "</title><div id=\"w1\">own " + std::string(content) +
           "</div><p alt=\"" + std::string(content) + "\">" + std::string(content) + "</p>";
}

std::string filled(std::string page, std::string_view content, std::string_view tile) {
    const std::string own = "own " + std::string(content);
    return page.replace(page.find(own), own.size(), tile);
}

struct Shop {
    TempDir templates;
    Edge edge;

    explicit Shop(const std::string& location = {}, const std::string& http = {})
        : edge({.location =
                    "personalize_widget '#w1' popular limit=1 min=1 template=euro;\n" + location,
                .http = "personalize_template euro " + templates.write("euro.html", kEuro) +
                        ";\npersonalize_locale de_DE;\n" + http}) {}

    Response get(std::string_view content, const std::string& type) {
        edge.origin.page("/p", {page_with(content), type});
        return edge.get("/p", visitor("v"));
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(charset)

BOOST_AUTO_TEST_CASE(utf8_pages_get_utf8_and_others_get_references) {
    Shop shop;
    const std::string utf8 = "caf\u00e9";
    for (const char* type : {"text/html; charset=utf-8", "text/html;charset=\"UTF-8\""}) {
        BOOST_CHECK_EQUAL(shop.get(utf8, type).body, filled(page_with(utf8), utf8, kUtf8Tile));
    }
    // Trail bytes of Shift_JIS, GBK, Big5 and GB18030 may be ASCII: letters, digits, @ [ \ | } ~.
    const std::pair<const char*, std::string> others[] = {
        {"text/html; charset=windows-1251", "\xCF\xF0\xE8\xE2\xE5\xF2"},
        {"text/html; charset=EUC-JP", "\xA5\xC6\xA5\xB9\xA5\xC8\x8F\xB0\xA1"},
        {"text/html; charset=Shift_JIS", "\x83\x5C\x94\x5C\x83\x7C\x83\x40\x81\x7E"},
        {"text/html; charset=gbk", "\x81\x40\x81\x5C\x81\x7C\x81\x7E"},
        {"text/html; charset=gb18030", "\x81\x30\x81\x30\x84\x31\xA4\x39"},
        {"text/html; charset=big5", "\xA5\x5C\xB3\x5C\xA4\x7C"},
        {"text/html; charset=iso-8859-1", "caf\xE9"},
        {"text/html; charset=nonsense", utf8},
        {"text/html", utf8}};
    for (const auto& [type, content] : others) {
        BOOST_TEST_INFO(type);
        BOOST_CHECK_EQUAL(shop.get(content, type).body,
                          filled(page_with(content), content, kAsciiTile));
    }
    BOOST_CHECK_EQUAL(shop.edge.status("widgets_filled"), 11);
}

BOOST_AUTO_TEST_CASE(a_cut_character_before_a_placement_swallows_nothing) {
    Shop shop;
    const std::string content = "\x83";  // half of one in Shift_JIS
    BOOST_CHECK_EQUAL(shop.get(content, "text/html; charset=Shift_JIS").body,
                      filled(page_with(content), content, kAsciiTile));
}

BOOST_AUTO_TEST_CASE(charsets_without_certain_ascii_are_left_alone) {
    Shop shop;
    std::size_t line = 0;
    for (const char* name :
         {"utf-16", "UTF-16LE", "utf-32", "utf-7", "iso-2022-jp", "hz-gb-2312"}) {
        const std::string content = "\x1B$B$\"\x1B(B";
        const Response response = shop.get(content, std::string("text/html; charset=") + name);
        BOOST_TEST_INFO(name);
        BOOST_CHECK_EQUAL(response.body, page_with(content));
        if (!response.decoded) {  // nginx's own gzip knows no length beforehand
            BOOST_CHECK_EQUAL(response.header("Content-Length").value_or(""),
                              std::to_string(page_with(content).size()));
        }
        BOOST_CHECK_EQUAL(shop.edge.result(line++), "passed:charset");
    }
    BOOST_CHECK_EQUAL(shop.edge.status("requests.passed.charset"), 6);
}

// nginx's charset filter comes behind us: it sees what we inserted.
BOOST_AUTO_TEST_CASE(nginxs_charset_filter_declares_or_converts_what_we_made) {
    {
        Shop shop("charset utf-8;");
        const Response response = shop.get("caf\u00e9", "text/html");
        BOOST_CHECK_EQUAL(response.header("Content-Type").value_or(""), "text/html; charset=utf-8");
        BOOST_CHECK_EQUAL(response.body, filled(page_with("caf\u00e9"), "caf\u00e9", kAsciiTile));
    }
    {
        Shop shop("charset utf-8; source_charset koi8-r;", "charset_map koi8-r utf-8 { C1 D0B0; }");
        const std::string source = page_with("\xC1");
        BOOST_CHECK_EQUAL(shop.get("\xC1", "text/html").body,
                          filled(page_with("\u0430"), "\u0430", kAsciiTile));
    }
    {
        Shop shop("charset koi8-r; override_charset on;", "charset_map koi8-r utf-8 { C1 D0B0; }");
        const Response response = shop.get("\u0430", "text/html; charset=utf-8");
        BOOST_CHECK_EQUAL(response.header("Content-Type").value_or(""),
                          "text/html; charset=koi8-r");
        // What koi8-r does not have, the filter writes as a reference.
        BOOST_CHECK_EQUAL(response.body, filled(page_with("\xC1"), "\xC1", kAsciiTile));
    }
}

BOOST_AUTO_TEST_CASE(the_locale_may_vary_by_request) {
    Shop shop("personalize_locale $arg_lang en_GB de_DE fr_FR;");
    shop.edge.origin.page("/p", {page_with("x"), "text/html; charset=utf-8"});
    const auto price = [&shop](const std::string& query) {
        return inner_of(shop.edge.get("/p" + query, visitor("v")).body, "w1");
    };
    const auto tile = [](const std::string& text) {
        return "<b title='\u2192'>P01 " + text + "</b>";
    };
    BOOST_CHECK_EQUAL(price(""), tile("\u20ac11.50"));
    BOOST_CHECK_EQUAL(price("?lang=de_DE"), tile("11,50\u00a0\u20ac"));
    BOOST_CHECK_EQUAL(price("?lang=fr"), tile("11,50\u00a0\u20ac"));
    for (const std::string& evil :
         {std::string("../x"), std::string(4000, 'd'), std::string("%00"), std::string("de%00_DE"),
          std::string("d"), std::string("@"), std::string("_DE"), std::string("\xFF\xFE"),
          std::string("{{price}}"), std::string("en_GB@numbers=arab")}) {
        BOOST_TEST_INFO(evil);
        BOOST_CHECK_EQUAL(price("?lang=" + evil), tile("\u20ac11.50"));
    }
}

BOOST_AUTO_TEST_CASE(without_a_locale_prices_are_as_in_the_feed) {
    Shop shop("personalize_locale off;");
    BOOST_CHECK_EQUAL(inner_of(shop.get("x", "text/html; charset=utf-8").body, "w1"),
                      "<b title='\u2192'>P01 11.50 EUR</b>");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
