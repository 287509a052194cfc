// Listings as the rewriter gives them: their tiles, the tiles' keys, and where either is uncertain.
#include "unit/rewrite/permute.hpp"

namespace pz::rewrite::testing {
namespace {

using namespace std::string_view_literals;

// The tiles of the one listing #l, as "(key)bytes".
std::string tiles_of(const Pattern& pattern, std::string_view page) {
    const Pattern patterns[] = {pattern};
    const Run run = run_everywhere(patterns, page);
    std::string out;
    for (const std::string& match : run.matches) {
        const std::size_t first = match.find(" tile");
        out += first == std::string::npos ? "none" : match.substr(first + 1);
    }
    return run.counters.ambiguous != 0 ? out + "ambiguous" : out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rewriter_listing)

BOOST_AUTO_TEST_CASE(tiles_of_a_listing) {
    const std::string_view kList =
        "<ul id=l>\n<li data-item-id=1>a</li> <li><a "
        "data-item-id='2&amp;3'>b</a></li><li>c</li></ul>";
    BOOST_CHECK_EQUAL(tiles_of(listing("#l"), kList),
                      "tile(1)=<li data-item-id=1>a</li> "
                      "tile(2&3)=<li><a data-item-id='2&amp;3'>b</a></li> tile()=<li>c</li>");
    BOOST_CHECK_EQUAL(tiles_of(listing("#l"), "<div id=l>x<img data-item-id=1>y<br/></div>"),
                      "tile(1)=<img data-item-id=1> tile()=<br/>");
    BOOST_CHECK_EQUAL(tiles_of(listing("#l"), "<div id=l></div>"), "none");
    BOOST_CHECK_EQUAL(
        tiles_of(
            listing("#l", ".t"),
            "<div id=l><h2>x</h2><ol><li class=t><i class=t></i><li>b<li class=t>c</ol></div>"),
        "tile()=<li class=t><i class=t></i> tile()=<li class=t>c");
    BOOST_CHECK_EQUAL(tiles_of(listing("#l", "tbody > tr"),
                               "<table id=l><tr data-item-id=1><td>a<tr data-item-id=2></table>"),
                      "tile(1)=<tr data-item-id=1><td>a tile(2)=<tr data-item-id=2>");
    BOOST_CHECK_EQUAL(tiles_of(listing("#l", "body #l > p"), "<div id=l><p>a<p>b</div>"),
                      "tile()=<p>a tile()=<p>b");
}

BOOST_AUTO_TEST_CASE(uncertain_tiles_give_the_listing_up) {
    BOOST_CHECK_EQUAL(tiles_of(listing("#l"), "<ul id=l><li><b>a<li>b</ul>"), "ambiguous");
    BOOST_CHECK_EQUAL(tiles_of(listing("#l"), "<div id=l><div>a<div>b</div></div>"), "ambiguous");
    BOOST_CHECK_EQUAL(tiles_of(listing("#l"), "<div id=l><span>a</div>"), "ambiguous");
    for (const char* list : {"<div id=l><p><i class=t></i></p><p><b class=t></b></p></div>",
                             "<div id=l><p><i class=t></i></p><h2><i class=t></i></h2></div>",
                             "<div id=l><p><i class=t></i></p><p><b><i class=t></i></b></p></div>",
                             "<div id=l><p><x-t class=t></x-t></p><p><x-t class=t></x-t></p></div>",
                             "<div id=l><p><i class=t></i></p><i class=t></i></div>"}) {
        BOOST_CHECK_EQUAL(tiles_of(listing("#l", ".t"), list), "ambiguous");
    }
}

// The next <form> would be ignored behind it, wherever it stands.
BOOST_AUTO_TEST_CASE(forms_left_open_give_the_listing_up) {
    for (const char* list : {"<ul id=l><li><form></li><li>b</li></ul>",
                             "<table id=l><tbody><tr><form><td>a</td></tr></tbody></table>",
                             "<ul id=l><form><li>a</li></ul>", "<ul id=l><li>a</li><form></ul>"}) {
        BOOST_CHECK_EQUAL(tiles_of(listing("#l"), list), "ambiguous");
    }
    BOOST_CHECK_EQUAL(tiles_of(listing("#l"), "<ul id=l><li><form></form></li><li>b</li></ul>"),
                      "tile()=<li><form></form></li> tile()=<li>b</li>");
    BOOST_CHECK_EQUAL(tiles_of(listing("#l", "p"), "<div id=l><form><p>a</p></form></div>"),
                      "tile()=<p>a</p>");
    BOOST_CHECK_EQUAL(tiles_of(listing("#l"), "<form id=l><form><p>a</p></form>"),
                      "tile()=<p>a</p>");
    BOOST_CHECK_EQUAL(tiles_of(listing("#l"), "<form><p id=l><b>a</b></form>"), "tile()=<b>a</b>");
    BOOST_CHECK_EQUAL(tiles_of(listing("#l"), "<div id=l><form>a</form><form>b</form></div>"),
                      "tile()=<form>a</form> tile()=<form>b</form>");
}

BOOST_AUTO_TEST_CASE(tiles_without_end_tags_move_among_their_like) {
    for (const char* list : {"<ul id=l><li>a</li><div>ad</div><li>b</ul>",
                             "<ul id=l><li>a<li>b</li></ul>", "<div id=l><p>a<hr><p>b</div>",
                             "<dl id=l><dt>a<dd>b</dl>", "<ul id=l><li>a<li>b<dl></ul>",
                             "<ul id=l><li>a<x-y><li>b</ul>", "<ul id=l><li>a<li>b<dt></ul>"}) {
        BOOST_CHECK_EQUAL(tiles_of(listing("#l"), list), "ambiguous");
    }
    BOOST_CHECK_EQUAL(
        tiles_of(listing("#l", ".t"), "<ul id=l><li class=t>a<li>x<li class=t>b</ul>"),
        "tile()=<li class=t>a tile()=<li class=t>b");
}

BOOST_AUTO_TEST_CASE(tiles_in_rows) {
    BOOST_CHECK_EQUAL(
        tiles_of(listing("#l", "td"), "<table id=l><tr><td>a<td>b</tr><tbody><tr><td>c</table>"),
        "tile()=<td>a tile()=<td>b tile()=<td>c");
    BOOST_CHECK_EQUAL(tiles_of(listing("#l", ".t"),
                               "<div id=l><ul><li class=t>a</ul><ul><li class=t>b<li>c</ul></div>"),
                      "tile()=<li class=t>a tile()=<li class=t>b");
}

BOOST_AUTO_TEST_CASE(keys_of_tiles) {
    Pattern pattern = listing("#l");
    const auto keys = [&pattern](std::string_view tile) {
        const std::string page = "<div id=l>" + std::string(tile) + "</div>";
        const std::string found = tiles_of(pattern, page);
        return found.substr(5, found.find(")=") - 5);
    };
    pattern.locator = {ItemLocator::By::attribute, "Data-Sku"};
    BOOST_CHECK_EQUAL(keys("<p data-sku=' a '></p>"), "a");
    BOOST_CHECK_EQUAL(keys("<p data-sku><i DATA-SKU=b></i><i data-sku=c></i></p>"), "b");
    BOOST_CHECK_EQUAL(keys("<p data-sku='&#65;&#x42;&lt;&nope;'></p>"), "AB<&nope;");
    BOOST_CHECK_EQUAL(keys("<p data-sku='" + std::string(3000, 'x') + "'></p>"), "");
    BOOST_CHECK_EQUAL(keys("<p><!-- <i data-sku=a> --></p>"), "");
    pattern.locator = {ItemLocator::By::href};
    BOOST_CHECK_EQUAL(keys("<p><a href='/p?a=1&amp;b=2'></a><a href=/q></a></p>"), "/p?a=1&b=2");
    BOOST_CHECK_EQUAL(keys("<a href=/p>x</a>"), "/p");
    BOOST_CHECK_EQUAL(keys("<p><a href='#'></a><a href='JavaScript:x()'></a><a href=/q></a></p>"),
                      "/q");
    BOOST_CHECK_EQUAL(keys("<p><svg><use href=#i /><a href=/s /></svg><link href=/l><a>x</a></p>"),
                      "");
}

BOOST_AUTO_TEST_CASE(keys_by_pattern_and_field) {
    Pattern pattern = listing("#l");
    const auto keys = [&pattern](std::string_view locator, std::string_view tile) {
        Result<ItemLocator> parsed = ItemLocator::parse(locator);
        BOOST_REQUIRE_MESSAGE(parsed.ok(), parsed.message());
        pattern.locator = *parsed;
        const std::string found = tiles_of(pattern, "<div id=l>" + std::string(tile) + "</div>");
        return found.substr(5, found.find(")=") - 5);
    };
    BOOST_CHECK_EQUAL(keys("class:post-{id}", "<p class='blog-post-1 post- post-23 x'></p>"), "23");
    BOOST_CHECK_EQUAL(keys("class:post-{id}", "<p class=a><i class=post-7></i></p>"), "7");
    BOOST_CHECK_EQUAL(keys("class:p{id}x", "<p class='px p1 p2x'></p>"), "2");
    BOOST_CHECK_EQUAL(keys("class:post-{id}", "<p class='&#112;ost-1'></p>"), "1");
    BOOST_CHECK_EQUAL(keys("href:/p/{id}.html",
                           "<p><a href='/c/p/'></a>"
                           "<a href='https://x/p/a/p/b-1.html?x'></a></p>"),
                      "b-1");
    BOOST_CHECK_EQUAL(keys("href:product_id={id}",
                           "<a href='/i.php?r=p&amp;product_id=42&amp;x'>"
                           "</a>"),
                      "42");
    BOOST_CHECK_EQUAL(keys("href:/{id}.html", "<a href=/cat/mug.html></a>"), "mug");
    BOOST_CHECK_EQUAL(keys("data-url:/{id}", "<p data-url=x><i data-url='//'></i></p>"), "");
    BOOST_CHECK_EQUAL(keys("field:product_id",
                           "<p><input name=qty value=1><input value=' 42 ' name=product_id>"
                           "<input name=product_id value=43></p>"),
                      "42");
    BOOST_CHECK_EQUAL(keys("field:id",
                           "<p><select name=id></select><input name=id>"
                           "<button name=id value=5>buy</button></p>"),
                      "5");
    BOOST_CHECK_EQUAL(keys("field:id", "<p><svg><input name=id value=5 /></svg></p>"), "");
}

BOOST_AUTO_TEST_CASE(the_base_of_links) {
    Pattern pattern = listing("#l");
    const auto base = [&pattern](const std::string& page) {
        const std::string whole = permute(pattern, page, backwards).bases.at(0);
        for (std::size_t chunk = 1; chunk < page.size(); ++chunk) {
            BOOST_CHECK_EQUAL(permute(pattern, page, backwards, chunk).bases.at(0), whole);
        }
        return whole;
    };
    const std::string list = "<div id=l><p>a</p></div>";
    BOOST_CHECK_EQUAL(base("<head><base target=x><base href='/a?b&amp;c'><base href=/d>" + list),
                      "/a?b&c");
    BOOST_CHECK_EQUAL(base("<!--<base href=/a>--><svg><base href=/b></base></svg>"
                           "<template><base href=/c></template><base href=/d>" +
                           list),
                      "/d");
    BOOST_CHECK_EQUAL(base(list + "<base href=/a>"), "");
    BOOST_CHECK_EQUAL(base("<base href=" + std::string(3000, 'a') + ">" + list), "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::rewrite::testing
