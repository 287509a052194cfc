// What is passed over must be as if every tag had been taken apart. In pieces of a few bytes
// nothing is passed over: that run is what the others are compared with.
#include "rewrite/skim.hpp"

#include <random>

#include "rewrite/window.hpp"
#include "unit/rewrite/harness.hpp"

namespace pz::rewrite::testing {
namespace {

bool can_skim() {
#if defined(__x86_64__)
    if (avx2()) {
        return true;
    }
#endif
    std::cerr << "SKIPPED: skim: this machine has no AVX2\n";
    return false;
}

std::vector<Pattern> patterns() {
    return {widget("#w"),
            widget("[data-slot=recent]"),
            widget("div.row > p.x"),
            widget("[Data-Any]"),
            widget(".a"),
            widget("svg .in"),
            widget("[title=\"\xE5\x93\x81\xE8\xA9\xB3\"]")};
}

// Tags where a quote, a '=' or a '>' stands in an odd place, and what closes or opens oddly.
constexpr std::string_view kOdd[] = {
    "<div>x</div>",
    "<div class=\"b c\" title='>'>x</div>",
    "<div title=\"a>b\" lang=\"'\">x</div>",
    "<div title=\"a\"b=\"c>\">x</div>",
    "<div a\"b\" c>x</div>",
    "<div a\"=\">\">x</div>",
    "<div =\"x>\">x</div>",
    "<div a= \"x>\">x</div>",
    "<div a =\"x>\">x</div>",
    "<div a=b\"x>\">x</div>",
    "<div a=\"b\"=\"c>d\">x</div>",
    "<div a=/>x</div>",
    "<div a=\"b\"/>x</div>",
    "<div/a=\"b>\"/c>x</div>",
    "<div a='\"' b=\">\">x</div>",
    "<div\na=\"b\"\r\tc=\"d\"\f>x</div>",
    "<div \x01=\"x>\">x</div>",
    "<div a=\x01\"x>\">x</div>",
    "<DIV>x</DIV>",
    "<div>x</div >",
    "<div>x</div\x1E",
    "<di\x16>x</di\x16>",
    "<p>a<p>b<div>c</p></div>",
    "<ul><li>a<li>b</ul>",
    "<ul><li><div><li>b</div></li></ul>",
    "<h1><h2>x</h1></h2>",
    "<a href=\"x\"><a href=\"y\">z</a></a>",
    "<b><div></b></div>",
    "<table><tr><td>a<td>b</table>",
    "<table><tbody><tr><td>a</td></tr></tbody></table>",
    "<table><tbody><tr><div>a</div><td>b</td></tr></table>",
    "<table><tr><td><b></td><td></b></td></tr></table>",
    "<td>a</td><tr></tr><option>b</option>",
    "<select><option>a</option><option>b<optgroup><option>c</select>",
    "<select><div>a</div></select>",
    "<form><div></form></div>",
    "<template><div>a</div><td>b</td></template>",
    "<svg><g><path d=\"M0\"/></g><title><div></title></svg>",
    "<svg><style><div></style><![CDATA[<div>]]></svg>",
    "<svg class=\"in\"><g class=\"in\"/></svg>",
    "<svg><desc><svg/><p>a</p></desc><p>out</svg>",
    "<math><mi><div></mi></math>",
    "<!-- a -- > <div> --><!--><div></div><!---><div></div><!----><!--a--!>",
    "<!-- a <!-- b --!> --><!doctype x><?x y><![CDATA[<div>]]>",
    "<script>a</b><!--<script></script>--></script>",
    "<script></scripted><div></SCRIPT>",
    "<style></div></style ><title><div></title><textarea></textarea >",
    "<noscript><div></noscript><iframe></div></iframe>",
    "<base href=\"/b/\"><plaintext-x></plaintext-x><blockquote></blockquote>",
    "<x-y data-slot=\"recent\">n</x-y><br/><img src=\"a\" alt=\">\"><input value=\"</div>\">",
    "<div data-slot=\"recent\">m</div><p data-any>m</p><div class=\"b a\">m</div>",
    "<div class=\"\xE5\x93\x81 a\">m</div><div class=\"a\xE5\">n</div><div class=\"a "
    "\xE5\">m</div>",
    "<p title=\"\xE5\x93\x81\xE8\xA9\xB3\">m</p><p title=\"\xE5\x93\x81\xE8\xA9\">n</p>",
    "<div title=\"a<b<div></div><ul id=w\"></div><div a-=\"x>\" b.c=\"y>\">x</div>",
    "<div title=\"<\" lang=\"<!--\">x</div><!-- <div> < --><div title=\"</div>\">x</div>",
    "<div class=\"row\"><p class=\"x\">m</p></div><div class=\"row\"></div><p class=\"x\">n</p>",
    "</div></p></br></li></svg></form></template>",
};

std::string page_of(std::string_view odd, std::size_t before) {
    return "<html><head><title>t</title></head><body><div>" + std::string(before, 'x') +
           std::string(odd) + "<ul id=\"w\"><li>i</li></ul>" + std::string(odd) +
           "</div><div class=\"row\"><p class=\"x\">y</p></div></body></html>" +
           std::string(80, '\n');
}

}  // namespace

BOOST_AUTO_TEST_SUITE(skim)

BOOST_AUTO_TEST_CASE(odd_tags_at_every_place_of_a_window) {
    const std::vector<Pattern> list = patterns();
    for (const std::string_view odd : kOdd) {
        for (std::size_t before = 0; before < 70; ++before) {
            const std::string page = page_of(odd, before);
            const Run careful = run(list, page, 7);
            check_same(careful, run(list, page, page.size()), page, "whole");
            check_same(careful, run(list, page, 150), page, "in pieces");
        }
    }
}

BOOST_AUTO_TEST_CASE(bytes_that_end_anywhere) {
    const std::vector<Pattern> list = patterns();
    for (const std::string_view odd : kOdd) {
        const std::string page = page_of(odd, 3);
        for (std::size_t size = 1; size < page.size(); ++size) {
            const std::string_view part = std::string_view(page).substr(0, size);
            check_same(run(list, part, 5), run(list, part, size), part, "cut");
        }
        run_everywhere(list, page);
    }
}

BOOST_AUTO_TEST_CASE(limits_are_the_same) {
    const std::vector<Pattern> list = patterns();
    const std::string page = page_of("<div title=\"" + std::string(200, 'y') + "\"><ul><li>", 40);
    for (std::size_t buffer = 16; buffer < page.size(); buffer += 7) {
        for (const std::size_t depth : {3U, 6U, 9U, 512U}) {
            const Limits limits = {buffer, depth, 1000};
            check_same(run(list, page, 1, limits), run(list, page, page.size(), limits), page,
                       "limits");
        }
    }
}

// Random sequences of odd pieces: what one leaves open meets the others.
BOOST_AUTO_TEST_CASE(any_sequence) {
    std::minstd_rand random(7);
    const std::vector<Pattern> list = patterns();
    for (int round = 0; round < 1500; ++round) {
        std::string page = "<body>";
        for (int piece = 0; piece < 12; ++piece) {
            std::string_view odd = kOdd[random() % std::size(kOdd)];
            odd = random() % 4 == 0 ? odd.substr(0, odd.find('>') + 1) : odd;
            page += std::string(odd) + (random() % 8 == 0 ? "<ul id=\"w\">" : " text ");
        }
        page += "</ul>" + std::string(80, ' ');
        check_same(run(list, page, 3), run(list, page, page.size()), page, "sequence");
    }
}

BOOST_AUTO_TEST_CASE(usual_tags_are_passed_over) {
    if (!can_skim()) {
        return;
    }
    const std::string page =
        "<ul class=\"menu\"><li><a href=\"/x\">x</a></li></ul><p>text<br>text</p>"
        "<!-- note --><script>if (a < b) c('</b>');</script><style>p{}</style>"
        "<table><tbody><tr><td>1</td></tr></tbody></table><svg><path d=\"M\"/></svg>"
        "<select><option>a</option></select><div>" +
        std::string(100, '.') + "</div>" + std::string(80, ' ');
    OpenElements tree(512);
    TagAttributes none;
    tree.start({.name = "body", .id = TagId::body}, none);
    const Selector sought[] = {selector("#wanted"), selector(".left .right")};
    Matcher matcher;
    matcher.add(sought[0]);
    matcher.add(sought[1]);
    matcher.compile();
    Matching matching(matcher);
    Skim skim(tree, matcher, matching);
    const std::size_t depth = tree.depth();
    const Skim::Passed passed = skim.run(page, {0, 1000});
    BOOST_CHECK(passed.bytes >= page.find("</div>") + 6);
    BOOST_CHECK(passed.text == Text::markup);
    BOOST_CHECK_EQUAL(tree.depth(), depth);
    // ... up to what may match.
    const std::string other = page + "<div><p id=\"wanted\">x</p>" + page;
    BOOST_CHECK_EQUAL(skim.run(other, {0, 1000}).bytes, page.size() + 5);
}

// A tag with a needle is never passed over, wherever it stands in it.
BOOST_AUTO_TEST_CASE(needles_are_found) {
    std::minstd_rand random(3);
    for (int round = 0; round < 3000; ++round) {
        Needles needles;
        std::vector<std::string> texts;
        for (std::size_t i = 0; i <= random() % 20; ++i) {
            std::string& text = texts.emplace_back();
            for (std::size_t size = 1 + random() % 9; size > 0; --size) {
                text += static_cast<char>("abcXY-_19\xC3"[random() % 10]);
            }
        }
        for (const std::string& text : texts) {
            needles.add(text, false);
        }
        const std::string& sought = texts[random() % texts.size()];
        const std::string around = "<p " + std::string(random() % 5, 'b') + sought + "ab>....";
        bool found = false;
        for (std::size_t at = 0; at + Needles::kLength <= around.size(); ++at) {
            found = found || needles.stand_at(around.data() + at, around.data(),
                                              around.data() + around.find('>'));
        }
        BOOST_CHECK(found);
    }
}

BOOST_AUTO_TEST_CASE(needles_without_case) {
    Needles needles;
    needles.add("data-any", true);
    const std::string_view tag = "<p DATA-Any>....";
    bool found = false;
    for (std::size_t at = 0; at + Needles::kLength <= tag.size(); ++at) {
        found = found || needles.stand_at(tag.data() + at, tag.data(), tag.data() + 12);
    }
    BOOST_CHECK(found);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::rewrite::testing
