// JSON documents: arrays that are listings, strings that are pages.
#include <boost/test/unit_test.hpp>

#include <simdjson.h>
#include <algorithm>

#include "page/json_page.hpp"
#include "unit/page/fixture.hpp"

namespace pz::page::test {

namespace {

void add(Shop& shop, Status (*directive)(Plan&, std::span<const std::string_view>),
         std::initializer_list<std::string_view> arguments) {
    const std::vector<std::string_view> all(arguments);
    const Status status = directive(shop.plan, all);
    BOOST_REQUIRE_MESSAGE(status.ok(), status.message());
}

std::string element(char id) {
    return std::string(R"({"price":1.50,"id":")") + id + R"(","url":"https:\/\/shop.example\/p\/)" +
           id + R"("})";
}

// Elements with a different gap before each.
std::string list(std::string_view ids) {
    std::string text = R"({"total":8e0,"data":{"products":[)";
    for (std::size_t i = 0; i < ids.size(); i++) {
        text += (i == 0 ? "" : i % 2 == 0 ? "," : " ,") + std::string(i, ' ') + element(ids[i]);
    }
    return text + "\n]}, \"tail\":[null]}";
}

std::string order_in(std::string_view text) {
    std::string ids;
    const std::string_view mark = "\"id\":\"";
    for (std::size_t at = text.find(mark); at != std::string_view::npos;
         at = text.find(mark, at + 1)) {
        ids += text[at + mark.size()];
    }
    return ids;
}

std::string sorted(std::string text) {
    std::sort(text.begin(), text.end());
    return text;
}

// A cart as WooCommerce sends it, with a widget in it.
constexpr std::string_view kFragments =
    R"({"fragments":{"div.cart":"<div class=\"cart\">\u00e9<\/div><div id=\u0022w\u0022>own\n<\/div>\ud83d\ude00","span":"<b>1<\/b>"},"cart_hash":"x"})";

struct CartShop : Shop {
    CartShop() {
        widget("#w", "<a href=\"{{link}}\">{{title}} é</a>", 2);
        add(*this, add_json_html, {"$.fragments.*"});
    }
};

// The string at $.fragments[name], as another parser reads it.
std::string fragment(const std::string& document, std::string_view name) {
    simdjson::dom::parser parser;
    const simdjson::dom::element parsed = parser.parse(document);
    return std::string(std::string_view(parsed["fragments"][name]));
}

// Every split, with the verdict before, between and behind.
void check_same_everywhere(Shop& shop, std::string_view document, std::string_view expected,
                           Verdict verdict = Verdict::personalize) {
    for (std::size_t split = 0; split <= document.size(); split++) {
        for (std::size_t at = 0; at <= 3; at++) {
            const Ran ran =
                run_json(shop, {document.substr(0, split), document.substr(split)}, {verdict, at});
            BOOST_REQUIRE_EQUAL(ran.text, expected);
            BOOST_REQUIRE_EQUAL(ran.strangers, 0U);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json)

BOOST_AUTO_TEST_CASE(elements_change_places_byte_for_byte) {
    Shop shop;
    add(shop, add_json, {"$.data.products", "top=4", "name=api"});
    shop.views({"g", "h"});
    const Ran ran = run_json(shop, {list("abcdefgh")});
    const std::string order = order_in(ran.text);
    BOOST_TEST(ran.counters.reordered == 1U);
    BOOST_TEST(ran.counters.rewrite.matched == 1U);
    BOOST_TEST(order != "abcdefgh");
    BOOST_TEST(sorted(order) == "abcdefgh");
    BOOST_TEST(ran.text == list(order));
    BOOST_REQUIRE(ran.shown.size() == 1);
    BOOST_TEST(ran.shown[0].listing);
    BOOST_TEST(ran.shown[0].placement == "api");
    BOOST_TEST(ran.shown[0].items.size() == 8U);
    BOOST_TEST(ran.shown[0].places.size() == 8U);
    check_same_everywhere(shop, list("abcdefgh"), ran.text);
    check_same_everywhere(shop, list("abcdefgh"), list("abcdefgh"), Verdict::pass);
}

BOOST_AUTO_TEST_CASE(the_order_is_that_of_a_listing_of_the_same_items) {
    Shop shop;
    add(shop, add_json, {"$.data.products"});
    shop.listing("#l");
    shop.views({"b", "g"});
    std::string page = "<ul id=l>";
    for (const char id : std::string_view("abcdefgh")) {
        page += std::string("<li data-item-id=\"") + id + "\"></li>";
    }
    const std::string tiles = run(shop, {page + "</ul>"}).text;
    std::string order;
    for (std::size_t at = tiles.find("id=\""); at != std::string::npos;
         at = tiles.find("id=\"", at + 1)) {
        order += tiles[at + 4];
    }
    BOOST_TEST(order_in(run_json(shop, {list("abcdefgh")}).text) == order);
}

BOOST_AUTO_TEST_CASE(items_are_found_by_their_links_too) {
    Shop by_id, by_link;
    add(by_id, add_json, {"$.data.products"});
    add(by_link, add_json, {"$.data.products", "id=link:url"});
    by_id.views({"g", "h"});
    by_link.views({"g", "h"});
    const std::string expected = run_json(by_id, {list("abcdefgh")}).text;
    BOOST_TEST(expected != list("abcdefgh"));
    BOOST_TEST(run_json(by_link, {list("abcdefgh")}).text == expected);
}

BOOST_AUTO_TEST_CASE(what_is_not_sure_leaves_as_it_came) {
    Shop shop;
    add(shop, add_json, {"$.data.products"});
    shop.views({"g", "h"});
    const std::string good = list("abcdefgh");
    const std::string bad[] = {good.substr(0, good.size() - 1),
                               good + "]",
                               good + good,
                               list("xyz"),
                               "",
                               "[]",
                               "<html>",
                               "{\"data\":{\"products\":{}}}",
                               good.substr(0, good.size() - 1) + ",\"data\":0}"};
    for (const std::string& document : bad) {
        check_same_everywhere(shop, document, document);
        const Ran ran = run_json(shop, {document});
        BOOST_TEST(ran.counters.reordered == 0U);
        BOOST_TEST(ran.shown.empty());
    }
    BOOST_TEST(run_json(shop, {bad[0]}).counters.invalid);
    BOOST_TEST(!run_json(shop, {good}).counters.invalid);
    BOOST_TEST(!run_json(shop, {list("xyz")}).counters.invalid);
}

BOOST_AUTO_TEST_CASE(over_the_buffer_a_document_passes) {
    Shop shop;
    add(shop, add_json, {"$.data.products"});
    shop.views({"g", "h"});
    shop.plan.limits.max_buffer = 500;
    const std::string document = list("abcdefgh");
    check_same_everywhere(shop, document, document);
    for (std::size_t at = 0; at <= 2; at++) {
        const Ran ran = run_json(shop, {document}, {Verdict::personalize, at});
        BOOST_TEST((ran.verdict == Verdict::pass));
        BOOST_TEST(ran.counters.rewrite.over_limit == 1U);
    }
}

BOOST_AUTO_TEST_CASE(a_document_waits_for_the_verdict_only_when_it_is_whole) {
    Shop shop;
    add(shop, add_json, {"$.data.products"});
    Collector out;
    const auto page = make_json_page(shop.plan, shop.scratch, out);
    const std::string document = list("abcdefgh");
    page->write(document);
    BOOST_TEST(!page->holding());
    BOOST_TEST(page->buffered() > 0U);
    page->end();
    BOOST_TEST(page->holding());
    page->decide(Verdict::personalize, shop.visitor());
    BOOST_TEST(!page->holding());
    BOOST_TEST(page->buffered() == 0U);
    BOOST_TEST(out.text == document);  // of a visitor without a past
}

BOOST_AUTO_TEST_CASE(pages_in_strings_are_edited_and_keep_their_escapes) {
    CartShop shop;
    const Ran ran = run_json(shop, {kFragments});
    BOOST_TEST(ran.counters.filled == 1U);
    BOOST_TEST(ran.counters.rewrite.matched == 1U);
    BOOST_TEST(
        ran.text ==
        R"({"fragments":{"div.cart":"<div class=\"cart\">\u00e9<\/div><div id=\u0022w\u0022>)"
        R"(\u003ca href=\"https://shop.example/p/a\">Item &lt;a&gt; \u00e9\u003c/a>)"
        R"(\u003ca href=\"https://shop.example/p/b\">Item &lt;b&gt; \u00e9\u003c/a>)"
        R"(<\/div>\ud83d\ude00","span":"<b>1<\/b>"},"cart_hash":"x"})");
    BOOST_TEST(fragment(ran.text, "div.cart") ==
               "<div class=\"cart\">é</div><div id=\"w\">"
               "<a href=\"https://shop.example/p/a\">Item &lt;a&gt; é</a>"
               "<a href=\"https://shop.example/p/b\">Item &lt;b&gt; é</a></div>😀");
    check_same_everywhere(shop, kFragments, ran.text);
    check_same_everywhere(shop, kFragments, kFragments, Verdict::pass);
}

BOOST_AUTO_TEST_CASE(a_string_is_edited_as_the_page_it_says) {
    Shop shop;
    shop.listing("#l");
    shop.widget("#w", "<i>{{title}}</i>");
    add(shop, add_json_html, {"$.fragments.x"});
    shop.views({"g", "h"});
    const std::string page =
        "<ul id=l>\n<li data-item-id=a>\"A\"</li>\t<li data-item-id='h'>\\H</li>"
        "<li data-item-id=b>é</li><li data-item-id=g></li></ul><div id=w>/</div><div";
    std::string written;
    for (const char c : page) {
        written += c == '"'    ? "\\\""
                   : c == '\\' ? "\\u005c"
                   : c == '\n' ? "\\n"
                   : c == '\t' ? "\\t"
                   : c == '/'  ? "\\/"
                   : c == '<'  ? "\\u003C"
                               : std::string(1, c);
    }
    const Ran as_page = run(shop, {page});
    const Ran as_text = run_json(shop, {R"({"fragments":{"x":")" + written + "\"}}"});
    BOOST_TEST(as_page.text != page);
    BOOST_TEST(fragment(as_text.text, "x") == as_page.text);
    BOOST_TEST(as_text.counters.reordered == 1U);
    BOOST_TEST(as_text.counters.filled == 1U);
    BOOST_TEST(as_text.shown.size() == as_page.shown.size());
}

// Other scripts of the document's reader may have the list's data.
BOOST_AUTO_TEST_CASE(a_listing_with_data_stays_within_a_string) {
    Shop shop;
    add(shop, add_listing, {"#l", "data=script", "data_path=$"});
    add(shop, add_json_html, {"$.html"});
    shop.views({"g", "h"});
    std::string tiles, ids;
    for (const char id : std::string_view("abcdefgh")) {
        tiles += std::string("<li data-item-id=") + id + "><\\/li>";
        ids += (ids.empty() ? "" : ",") + std::string(R"({\"id\":\")") + id + R"(\"})";
    }
    const std::string document = "{\"html\":\"<ul id=l>" + tiles + "<\\/ul><script>[" + ids +
                                 "]<\\/script>\",\"script\":[]}";
    for (const std::size_t size : {std::size_t{1}, std::size_t{7}, document.size()}) {
        const Ran ran = run_json(shop, cut(document, size));
        BOOST_TEST(ran.text == document);
        BOOST_TEST(ran.counters.kept == 1U);
        BOOST_TEST(ran.counters.rewrite.matched == 2U);
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_shown_twice_and_nothing_explained) {
    CartShop shop;
    shop.explain = true;
    const Ran ran =
        run_json(shop, {R"({"fragments":{"a":"<p id=w><\/p>","b":"<p id=w><\/p>","c":7}})"});
    BOOST_TEST(fragment(ran.text, "a").find("Item &lt;a") != std::string::npos);
    BOOST_TEST(fragment(ran.text, "b").find("Item &lt;c") != std::string::npos);
    BOOST_TEST(fragment(ran.text, "b").find("Item &lt;a") == std::string::npos);
    BOOST_TEST(ran.text.find("explain") == std::string::npos);
    BOOST_TEST(ran.counters.filled == 2U);
}

BOOST_AUTO_TEST_CASE(arrays_are_no_elements_of_pages) {
    Shop shop;
    add(shop, add_json, {"$"});
    BOOST_TEST(!shop.plan.of_html());
    BOOST_TEST(shop.plan.of_json());
    BOOST_TEST(!shop.plan.of_json_html());
    const std::string page = "<ul><li id=a></ul>";
    BOOST_TEST(run(shop, {page}).text == page);
    CartShop cart;
    BOOST_TEST((cart.plan.of_html() && cart.plan.of_json() && cart.plan.of_json_html()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page::test
