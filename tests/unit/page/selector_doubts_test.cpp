// What can never match is told of; what is told of is not found in any page.
#include "page/selector_doubts.hpp"

#include <boost/test/unit_test.hpp>

namespace pz::page {

namespace {

rewrite::Selector compiled(const std::string& text) {
    auto selector = rewrite::compile_selector(text);
    BOOST_REQUIRE_MESSAGE(selector.ok(), selector.message());
    return std::move(*selector);
}

rewrite::Pattern widget(const std::string& selector) {
    rewrite::Pattern pattern;
    pattern.selector = compiled(selector);
    return pattern;
}

struct Count final : rewrite::Sink {
    std::size_t elements = 0;
    void raw(std::string_view) override {}
    void element(const rewrite::Element&) override { elements++; }
};

std::size_t found(std::string_view page, const rewrite::Pattern& pattern) {
    Count count;
    rewrite::Rewriter rewriter(std::vector{pattern}, count);
    rewriter.write(page);
    rewriter.end();
    return count.elements;
}

// Whatever the selectors below could be meant for.
constexpr std::string_view kPage =
    "<!doctype html><html id=a><head><title class=x>t</title><script class=x>s</script></head>"
    "<body class='a b'><p>1<div id=a class=x>2</div><p>3<table class='x y'><caption>c</caption>"
    "<col class=x><tr><td>4<div>5</div></td><th>6</th></tr><div>7</div></table>"
    "<table><tbody><tr><td>8</td></tr></tbody></table>"
    "<img class=x><input class=x><textarea class=x><b class=x>9</b></textarea>"
    "<noscript><div class=x>10</div></noscript><iframe class=x></iframe>"
    "<template><div class=x>11</div></template><select><option class=x>12</option></select>"
    "<svg class=x><path class=x></path><div-x class=x></div-x></svg>"
    "<ul title=''><li class=x>13</li><li>14</li></ul></body></html>";

struct Doubtful {
    std::string selector, remedy;
};

const Doubtful kDoubtful[] = {
    {"li:nth-child(0)", "counts from 1"},
    {"li:nth-child(-2n)", "counts from 1"},
    {"li:nth-child(-3)", "counts from 1"},
    {"li:not(:nth-child(n))", "leave the :not() out"},
    {"li:not(*)", ":not(*)"},
    {"li:not(li)", "no <li> is :not(li)"},
    {"#a#b", "write a space between them"},
    {"[class~='x y']", "no single word"},
    {"[title^='']", "write [title]"},
    {"[title~='']", "write [title]"},
    {"img", "select the element around it"},
    {".a input", "select the element around it"},
    {"img .x", "select what stands beside it"},
    {"script", "can hold no tiles"},
    {"title", "can hold no tiles"},
    {"textarea", "can hold no tiles"},
    {"iframe", "can hold no tiles"},
    {"textarea .x", "read it as text"},
    {"noscript .x", "read it as text"},
    {"template .x", "until a script puts it in"},
    {"svg", "can hold no tiles"},
    {"svg > .x", "no HTML"},
    {"body", "ends with the page only"},
    {"html", "ends with the page only"},
    {"table > tr", "browsers put <tbody> between them"},
    {"table > tr > td", "write 'table tr'"},
    {"table > td", "browsers put <tbody> and <tr> between them"},
    {"table > col", "browsers put <colgroup> between them"},
    {"tbody > td", "browsers put <tr> between them"},
    {"table > div", "move it before the table"},
    {"tr > div", "move it before the table"},
    {"table > form", "empty in <table>: browsers end it at once"},
    {"tr > form", "empty in <tr>: browsers end it at once"},
    {"p > div", "it ends the paragraph"},
    {"html > div", "write 'body > div'"},
    {"ul > li, p > table", "it ends the paragraph"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(selector_doubts_suite)

BOOST_AUTO_TEST_CASE(what_can_never_match_is_named_with_a_remedy) {
    for (const Doubtful& each : kDoubtful) {
        const auto doubts = selector_doubts(widget(each.selector));
        BOOST_REQUIRE_MESSAGE(doubts.size() == 1, each.selector << ": " << doubts.size());
        BOOST_TEST(doubts[0].starts_with("selector '" + each.selector + "': "), doubts[0]);
        BOOST_TEST(doubts[0].find(each.remedy) != std::string::npos, doubts[0]);
    }
}

BOOST_AUTO_TEST_CASE(the_rewriter_finds_none_of_it) {
    for (const Doubtful& each : kDoubtful) {
        rewrite::Pattern pattern = widget(each.selector);
        if (pattern.selector.alternatives.size() > 1) {
            pattern.selector.alternatives.erase(pattern.selector.alternatives.begin());
        }
        BOOST_TEST(found(kPage, pattern) == 0U, each.selector);
    }
}

BOOST_AUTO_TEST_CASE(nothing_is_said_of_what_may_match) {
    for (const char* selector : {"#a",
                                 ".x",
                                 "*",
                                 "ul > li",
                                 "li:nth-child(2)",
                                 "li:nth-child(-n+3)",
                                 "li:nth-child(2n)",
                                 "li:not(:nth-child(2))",
                                 "li:not(.a)",
                                 "div:not(p)",
                                 "#a #b",
                                 "[id=a]#a",
                                 "[class~=x]",
                                 "[title='']",
                                 "[class^=x]",
                                 "select",
                                 "option",
                                 "template",
                                 "head",
                                 "table",
                                 "table > tbody",
                                 "table > tbody > tr > td",
                                 "table tr",
                                 "tr > td",
                                 "tr > .x",
                                 "p > span",
                                 "p div",
                                 "body > div",
                                 "html > body > p",
                                 "svg .x",
                                 "foreignobject > div",
                                 "my-image"}) {
        const auto doubts = selector_doubts(widget(selector));
        BOOST_TEST(doubts.empty(), selector << (doubts.empty() ? "" : doubts.front()));
    }
}

BOOST_AUTO_TEST_CASE(tiles_may_be_anything_that_has_a_place) {
    rewrite::Pattern listing = widget("ul");
    listing.listing = true;
    listing.tile = compiled("img");
    BOOST_TEST(selector_doubts(listing).empty());
    listing.tile = compiled("li:nth-child(0)");
    BOOST_REQUIRE(selector_doubts(listing).size() == 1);
    BOOST_TEST(selector_doubts(listing)[0].starts_with("selector 'li:nth-child(0)': "));
}

BOOST_AUTO_TEST_CASE(data_is_in_scripts) {
    rewrite::Pattern data = widget("head > script");
    data.script = true;
    BOOST_TEST(selector_doubts(data).empty());
    data.selector = compiled("#state");
    BOOST_TEST(selector_doubts(data).empty());
    data.selector = compiled("div#state");
    BOOST_REQUIRE(selector_doubts(data).size() == 1);
    BOOST_TEST(selector_doubts(data)[0].find("in <script> only") != std::string::npos);
}

// Of a path of JSON.
BOOST_AUTO_TEST_CASE(a_pattern_without_a_selector_has_none) {
    BOOST_TEST(selector_doubts(rewrite::Pattern()).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page
