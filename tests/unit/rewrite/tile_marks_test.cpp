// What says where a tile stands stays where it stands.
#include "unit/rewrite/permute.hpp"

namespace pz::rewrite::testing {
namespace {

// The listing #l with these tiles turned round, at every chunk size; and turned back again.
std::string turned(const std::string& tiles, const Pattern& pattern = listing("#l")) {
    const std::string page = "<ul id=l>" + tiles + "</ul>";
    const std::string whole = permute(pattern, page, backwards).page;
    for (std::size_t chunk = 1; chunk < page.size(); ++chunk) {
        BOOST_CHECK_EQUAL(permute(pattern, page, backwards, chunk).page, whole);
    }
    BOOST_CHECK_EQUAL(permute(pattern, whole, backwards).page, page);
    return whole.substr(9, whole.size() - 14);
}

// The same, where turning back gives the same meaning in other bytes.
std::string turned_once(const std::string& tiles, const Pattern& pattern = listing("#l")) {
    const std::string whole = permute(pattern, "<ul id=l>" + tiles + "</ul>", backwards).page;
    return whole.substr(9, whole.size() - 14);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tile_marks)

BOOST_AUTO_TEST_CASE(classes_stay_on_their_places) {
    BOOST_CHECK_EQUAL(turned("<li class=\"item first\">a</li><li class=\"item\">b</li>"
                             "<li class=\"item last\">c</li>"),
                      "<li class=\"item first\">c</li><li class=\"item\">b</li>"
                      "<li class=\"item last\">a</li>");
    BOOST_CHECK_EQUAL(turned("<li class=\"item odd\">a</li>\n<li class=\"item last even\">b</li>"),
                      "<li class=\"item odd\">b</li>\n<li class=\"item last even\">a</li>");
    // A word is no mark if it only contains one.
    BOOST_CHECK_EQUAL(turned("<li class=\"first-of\">a</li><li class=\"oddly Last\">b</li>"),
                      "<li class=\"oddly Last\">b</li><li class=\"first-of\">a</li>");
}

BOOST_AUTO_TEST_CASE(tiles_have_marks_or_not) {
    const std::string tiles =
        "<li class=\"a first\">1</li><li class=firsts>2</li><li data-POSITION>3</li><li>4</li>";
    BOOST_CHECK_EQUAL(permute(listing("#l"), "<ul id=l>" + tiles + "</ul>", backwards).marked,
                      "x-x-");
}

BOOST_AUTO_TEST_CASE(a_word_keeps_its_place_among_the_words) {
    BOOST_CHECK_EQUAL(turned("<li class=\"product post-1 first instock\">a</li>"
                             "<li class=\"product post-2 instock\">b</li>"
                             "<li class=\"product post-3 last outofstock\">c</li>"),
                      "<li class=\"product post-3 first outofstock\">c</li>"
                      "<li class=\"product post-2 instock\">b</li>"
                      "<li class=\"product post-1 last instock\">a</li>");
    BOOST_CHECK_EQUAL(turned("<li class=\" a  first\n\">1</li><li class=\"\tb last c \">2</li>"),
                      "<li class=\"\tb first c \">2</li><li class=\" a  last\n\">1</li>");
    BOOST_CHECK_EQUAL(turned_once("<li class=\" first  a\n\">1</li><li class='b '>2</li>"),
                      "<li class=\"first b \">2</li><li class=' a\n'>1</li>");
}

BOOST_AUTO_TEST_CASE(quotes_follow_what_the_value_needs) {
    BOOST_CHECK_EQUAL(turned("<li class=\"a first\">1</li><li class=b>2</li>"),
                      "<li class=\"b first\">2</li><li class=a>1</li>");
    BOOST_CHECK_EQUAL(turned("<li class=first>1</li><li>2</li>"),
                      "<li class=first>2</li><li>1</li>");
    BOOST_CHECK_EQUAL(turned_once("<li class>1</li><li class=\"last\">2</li>"),
                      "<li class=\"\">2</li><li class=\"last\">1</li>");
}

BOOST_AUTO_TEST_CASE(attributes_count_places) {
    BOOST_CHECK_EQUAL(turned("<li data-position=\"1\" aria-posinset='1' data-x=1>a</li>"
                             "<li data-x=2 data-position=\"2\" aria-posinset='2'>b</li>"),
                      "<li data-x=2 data-position=\"1\" aria-posinset='1'>b</li>"
                      "<li data-position=\"2\" aria-posinset='2' data-x=1>a</li>");
    BOOST_CHECK_EQUAL(turned("<li DATA-Index=10>a</li><li data-index=9>b</li>"),
                      "<li data-index=10>b</li><li DATA-Index=9>a</li>");
    // Of two the first counts.
    BOOST_CHECK_EQUAL(turned("<li data-index=1 data-index=7>a</li><li data-index=2>b</li>"),
                      "<li data-index=1>b</li><li data-index=2 data-index=7>a</li>");
}

BOOST_AUTO_TEST_CASE(an_attribute_that_only_one_tag_has_comes_and_goes) {
    BOOST_CHECK_EQUAL(turned("<li data-position=\"1\">a</li><li>b</li>"),
                      "<li data-position=\"1\">b</li><li>a</li>");
    BOOST_CHECK_EQUAL(turned("<li data-position=1 data-index=1 x>a</li><li y>b</li>"),
                      "<li data-position=1 data-index=1 y>b</li><li x>a</li>");
    BOOST_CHECK_EQUAL(turned_once("<li a=1 data-position=\"1\"b=2>a</li><li>b</li>"),
                      "<li data-position=\"1\">b</li><li a=1 b=2>a</li>");
    // When one goes, the next would count.
    BOOST_CHECK_EQUAL(turned_once("<li data-index=1 data-index='7'b data-index>a</li><li>b</li>"),
                      "<li data-index=1>b</li><li b>a</li>");
    BOOST_CHECK_EQUAL(turned_once("<img a=1 data-position=\"1\"/><img>"),
                      "<img data-position=\"1\"><img a=1 />");
}

BOOST_AUTO_TEST_CASE(values_are_spelled_safely) {
    // Without quotes it would run into what follows.
    BOOST_CHECK_EQUAL(turned_once("<li data-index=1>a</li><li data-index=\"2\"class=x>b</li>"),
                      "<li data-index=\"1\"class=x>b</li><li data-index=\"2\">a</li>");
    BOOST_CHECK_EQUAL(turned_once("<img data-index=1><img data-index=\"2\"/>"),
                      "<img data-index=\"1\"/><img data-index=\"2\">");
    BOOST_CHECK_EQUAL(turned("<li data-index='\"'>a</li><li data-index=\"'\">b</li>"),
                      "<li data-index='\"'>b</li><li data-index=\"'\">a</li>");
    BOOST_CHECK_EQUAL(turned_once("<li data-index=\"'\">a</li><li data-index=a\"'b>b</li>"),
                      "<li data-index=\"'\">b</li><li data-index='a\"&#39;b'>a</li>");
    BOOST_CHECK_EQUAL(turned("<li data-index=\"1 &amp; 2\">a</li><li data-index=\"&lt;\">b</li>"),
                      "<li data-index=\"1 &amp; 2\">b</li><li data-index=\"&lt;\">a</li>");
    BOOST_CHECK_EQUAL(turned_once("<li data-index>a</li><li data-index=5>b</li>"),
                      "<li data-index=\"\">b</li><li data-index=5>a</li>");
}

BOOST_AUTO_TEST_CASE(attributes_inside_change_between_tiles_that_have_them) {
    BOOST_CHECK_EQUAL(turned("<li><p><a data-position=1>a</a></p></li>"
                             "<li><a data-x data-position=2>b</a><i data-position=9></i></li>"),
                      "<li><a data-x data-position=1>b</a><i data-position=9></i></li>"
                      "<li><p><a data-position=2>a</a></p></li>");
    // A slide of a carousel counts slides.
    BOOST_CHECK_EQUAL(turned("<li><i data-index=0></i></li><li>b</li>"),
                      "<li>b</li><li><i data-index=0></i></li>");
    BOOST_CHECK_EQUAL(turned_once("<li data-index=1><i data-index=0></i></li>"
                                  "<li><i data-index=5></i>b</li>"),
                      "<li data-index=1><i data-index=5></i>b</li>"
                      "<li><i data-index=0></i></li>");
    // What only looks like a tag has no attributes.
    BOOST_CHECK_EQUAL(turned("<li><!--<a data-index=1>--><a data-index=2>a</a></li>"
                             "<li><script>'<a data-index=3>'</script><a data-index=4></a></li>"),
                      "<li><script>'<a data-index=3>'</script><a data-index=2></a></li>"
                      "<li><!--<a data-index=1>--><a data-index=4>a</a></li>");
}

BOOST_AUTO_TEST_CASE(names_can_be_chosen) {
    Pattern pattern = listing("#l");
    pattern.marks = {{"alpha", "omega"}, {"data-n"}};
    BOOST_CHECK_EQUAL(turned("<li class='alpha first' data-n=1 data-index=1>a</li>"
                             "<li class='omega' data-n=2 data-index=2>b</li>",
                             pattern),
                      "<li class='alpha' data-n=1 data-index=2>b</li>"
                      "<li class='omega first' data-n=2 data-index=1>a</li>");
    pattern.marks = {{}, {}};
    BOOST_CHECK_EQUAL(turned("<li class=first data-position=1>a</li><li>b</li>", pattern),
                      "<li>b</li><li class=first data-position=1>a</li>");
}

// An attribute more at the front would hide one that was not seen.
BOOST_AUTO_TEST_CASE(tags_with_too_many_attributes_keep_theirs) {
    for (const bool over : {false, true}) {
        std::string many = "<li";
        for (std::size_t i = over ? 0 : 3; i < kMaxAttributes; ++i) {
            many += " a" + std::to_string(i);
        }
        const std::string moved = turned(many + R"( class="x">a</li><li class="first">b</li>)");
        BOOST_CHECK_EQUAL(moved,
                          over ? R"(<li class="first">b</li>)" + many + R"( class="x">a</li>)"
                               : R"(<li class="">b</li>)" + many + R"( class="first x">a</li>)");
    }
}

// With the mark gone, "=a" would be what x is.
BOOST_AUTO_TEST_CASE(tags_whose_attributes_would_join_keep_theirs) {
    BOOST_CHECK_EQUAL(turned("<li x data-index=1 =a>a</li><li>b</li>"),
                      "<li>b</li><li x data-index=1 =a>a</li>");
    BOOST_CHECK_EQUAL(turned("<li><b x data-index=1 =a></b></li><li><b data-index=2></b></li>"),
                      "<li><b data-index=2></b></li><li><b x data-index=1 =a></b></li>");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::rewrite::testing
