// What `personalize inspect` prints is what the edge would find.
#include "cli/inspect.hpp"

#include <boost/test/unit_test.hpp>

namespace pz::cli {

namespace {

Sought selectors(const std::vector<std::string>& list) {
    Sought sought;
    for (const std::string& selector : list) {
        const Status status = sought.add_selector(selector);
        BOOST_REQUIRE_MESSAGE(status.ok(), status.message());
    }
    return sought;
}

Sought listing(std::string_view selector, const std::vector<std::string>& options = {}) {
    Sought sought;
    const Status status = sought.add_listing(selector, options);
    BOOST_REQUIRE_MESSAGE(status.ok(), status.message());
    return sought;
}

std::string lines(std::string_view page, const Sought& sought, bool explain = false) {
    const Inspection inspection = inspect(page, sought.plan.patterns, sought.plan.limits);
    return lines_of(page, sought, inspection, explain);
}

// The comment lines behind the one that counts.
std::string why(std::string_view page, const std::string& selector) {
    const std::string text = lines(page, selectors({selector}), true);
    const std::size_t first = text.find('\n', text.find("# '")) + 1;
    return text.substr(first);
}

std::string outline(std::string_view page, const Sought& sought) {
    const std::string out =
        outlined(page, sought, inspect(page, sought.plan.patterns, sought.plan.limits));
    const std::size_t style = out.find("<style>\n[data-personalize-match]");
    BOOST_REQUIRE(style != out.npos);
    return out.substr(0, style);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(inspecting)

BOOST_AUTO_TEST_CASE(elements_are_five_words) {
    BOOST_TEST(lines("<p>x</p><DIV class=\"a b\">in</DIV><br><div class=a /></div>",
                     selectors({".a", "p"})) == "0 3 4 8 p\n8 25 27 33 div\n37 52 52 58 div\n");
    BOOST_TEST(lines("<p>", selectors({".a"})).empty());
    BOOST_TEST(lines("", selectors({".a"})).empty());
}

BOOST_AUTO_TEST_CASE(tiles_stand_below_their_listing) {
    const std::string_view page =
        "<ul><li data-item-id=\"A 1\">a</li> <li>b</li>"
        "<li data-item-id='x\x1b\xC2\x9B\xE9'></li></ul>";
    BOOST_TEST(lines(page, listing("ul")) ==
               "0 4 74 79 ul\n  4 33 A 1\n  34 44\n  44 74 x\\x1b\\xc2\\x9b\\xe9\n");
    BOOST_TEST(lines("<ul><li><a href=/p/1></a></ul>", listing("ul", {"id=href", "item=li"})) ==
               "0 4 25 30 ul\n  4 25 /p/1\n");
}

BOOST_AUTO_TEST_CASE(wrong_selectors_and_options_are_refused) {
    Sought sought;
    BOOST_TEST(!sought.add_selector("div[").ok());
    BOOST_TEST(sought.add_selector("div[").message().starts_with("selector 'div['"));
    const std::vector<std::string> wrong = {"idd=href"};
    BOOST_TEST(
        sought.add_listing("ul", wrong).message() ==
        page::add_listing(sought.plan, std::vector<std::string_view>{"ul", "idd=href"}).message());
    BOOST_TEST(sought.plan.patterns.empty());
}

BOOST_AUTO_TEST_CASE(a_listing_s_data_is_looked_into) {
    const std::string page =
        "<ul><li data-item-id=A></li></ul><script id=d>{\"a\":[{\"id\":\"A\"},{}]}</script>"
        "<script id=d>[]</script>";
    const auto at = [](const char* path) {
        return listing("ul", {"data=#d", std::string("data_path=") + path});
    };
    const std::string found = lines(page, at("$.a"), true);
    BOOST_TEST(found.find("33 46 67 76 script\n  52 62 A\n  63 65\n") != found.npos, found);
    BOOST_TEST(found.find("33: 2 elements, 1 of them without a key: they keep their places; see "
                          "data_id=") != found.npos,
               found);
    BOOST_TEST(found.find("76: not looked at: the first script counts") != found.npos, found);
    const std::string nothing = lines(page, at("$.b"), true);
    BOOST_TEST(
        nothing.find("33: no array, or more than one, at $.b, or no JSON: listing and script "
                     "stay as they are") != nothing.npos,
        nothing);
}

BOOST_AUTO_TEST_CASE(what_is_passed_over_is_explained) {
    BOOST_TEST(
        why("<section>\n <div class=a>x</section>", ".a") ==
        "#   passed over <div> at 11 (line 2, column 2): where it ends is not certain, because "
        "of </section> at 25 (line 2, column 16)\n");
    BOOST_TEST(
        why("<div class=a>", ".a") ==
        "#   passed over <div> at 0 (line 1, column 1): it is not closed when the page ends\n");
    BOOST_TEST(why("<svg><g class=a></g></svg>", ".a").find("it can hold no HTML") !=
               std::string::npos);
    BOOST_TEST(why("<template><i class=a></i></template>", ".a").find("in a <template>") !=
               std::string::npos);
    BOOST_TEST(why("<p class=a><i class=a></i></p>", ".a") ==
               "#   passed over <i> at 11 (line 1, column 12): it is inside what is found at 0\n");
    BOOST_TEST(why("<div class=a><i class=a></i>", ".a")
                   .find("it is inside an element that was passed over") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(limits_are_explained) {
    Sought sought = selectors({".a"});
    sought.plan.limits.max_buffer = 30;
    BOOST_TEST(lines("<div class=a>" + std::string(40, 'x') + "</div>", sought, true)
                   .find("larger than personalize_buffer_size") != std::string::npos);
    sought.plan.limits.max_depth = 3;
    BOOST_TEST(lines("<div><div><div><div>", sought, true).find("the page too deep") !=
               std::string::npos);
    std::string many;
    for (int i = 0; i < 70; i++) {
        many += "<p class=a></p>";
    }
    BOOST_TEST(lines(many, selectors({".a"}), true).find("the edge fills the first 64 elements") !=
               std::string::npos);
    const std::string inner = "<div class=a>" + many.substr(0, 15 * 25) + "</div>";
    BOOST_TEST(why(inner, ".a").find("#   and 5 more\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing_found_gets_the_nearest_hint) {
    BOOST_TEST(why("<noscript><ul class=a></ul></noscript>", ".a") ==
               "#   it stands at 10 (line 1, column 11), but in a <noscript>: browsers that run "
               "scripts do not see it\n");
    BOOST_TEST(why("<script>x='<ul class=a></ul>'</script>", ".a")
                   .find("but in a <script>: a script puts it into the page") != std::string::npos);
    BOOST_TEST(why("<p></p><!-- <ul class=a></ul> -->", ".a") ==
               "#   it stands at 12 (line 1, column 13), but in a comment\n");
    BOOST_TEST(why("<textarea><ul class=a></textarea>", ".a").find("it is text there") !=
               std::string::npos);
    BOOST_TEST(why("<ul class='tiles x'></ul>", "ul.tile") ==
               "#   no element has the class 'tile'; there is 'tiles'\n");
    BOOST_TEST(why("<ul id=products></ul>", "#product") ==
               "#   no element has the id 'product'; there is 'products'\n");
    BOOST_TEST(why("<ul></ul>", "ol") == "#   no element has the name 'ol'; there is 'ul'\n");
    BOOST_TEST(why("<ul class=a></ul><p class=b></p>", ".a.b") ==
               "#   no element has all of it at once\n");
    BOOST_TEST(
        why("<main><ul class=a></ul></main><p class=c></p>", "main .a > .b") ==
        "#   the first 2 of its 3 parts are found, as at 6 (line 1, column 7); what follows is "
        "not in there: no element has the class 'b'; there is 'a'\n");
    BOOST_TEST(
        why("<main></main><p class=c></p>", "main .c").find("what follows is not in there\n") !=
        std::string::npos);
    BOOST_TEST(why(std::string_view("\xFF\xFE<\0p\0>\0", 8), "p") ==
               "#   the page is UTF-16: the edge leaves it alone\n");
    BOOST_TEST(why("", "ul, ol") ==
               "#   no element has the name 'ul'; no element has the name 'ol'\n");
}

BOOST_AUTO_TEST_CASE(a_listing_may_be_passed_over_for_its_tiles) {
    BOOST_TEST(lines("<ul><li data-item-id=1></li><li data-item-id=2></ul>", listing("ul"), true)
                   .find("one of its tiles ends is not certain, because of </ul> at 47") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(keys_are_counted) {
    BOOST_TEST(
        lines("<ul><li data-item-id=1></li><li></li></ul>", listing("ul"), true)
            .ends_with("#   0: 2 tiles, 1 of them without a key: they keep their places; see "
                       "--id and --item\n"));
}

BOOST_AUTO_TEST_CASE(tiles_without_any_key_get_a_hint) {
    const auto hint = [](std::string_view page, const std::vector<std::string>& options = {}) {
        const std::string text = lines(page, listing("ul", options), true);
        return text.substr(text.rfind("#     ") + 6);
    };
    BOOST_TEST(hint("<ul></ul>") ==
               "it has no child element: the tiles stand elsewhere, or a script makes them\n");
    BOOST_TEST(hint("<ul><li></ul>", {"item=article"}) == "nothing in it matches 'article'\n");
    BOOST_TEST(hint("<ul><li></ul>") == "no tile has the attribute 'data-item-id'\n");
    BOOST_TEST(hint("<ul><li class=a><a href=/p/1>x</a></ul>") ==
               "no tile has the attribute 'data-item-id'; the first one has 'href': --id href\n");
    BOOST_TEST(hint("<ul><li><a href=/p/1>x</a><b DATA-SKU=7></b></ul>", {"id=field:f"}) ==
               "no tile has an <input> or <button> with the name 'f'; the first one has "
               "'data-sku': --id data-sku\n");
    BOOST_TEST(hint("<ul><li>x</ul>", {"id=class:post-{id}"}) ==
               "no tile has class=\"...post-{id}...\"\n");
    BOOST_TEST(hint("<ul><li>x</ul>", {"id=href"}) == "no tile has a link that leads anywhere\n");
}

BOOST_AUTO_TEST_CASE(where_a_path_ends_is_told) {
    const std::string document = R"({"data":{"item":[{"id":1},{"id":2,"more":[3]}],"page":7},
        "list":["a"],"text":"x","none":null,"odd name":{"a":true},"empty":{}})";
    const auto ends = [&](const char* path, const char* wanted = "array") {
        return where_path_ends(document, *rewrite::compile_json_path(path), wanted);
    };
    BOOST_TEST(ends("$.data.items") ==
               "it ends at $.data, which has no 'items'; did you mean 'item'?: its keys are item, "
               "page");
    BOOST_TEST(ends("$.dta") ==
               "it ends at $, which has no 'dta'; did you mean 'data'?: its keys are data, list, "
               "text, none, odd name, empty");
    BOOST_TEST(ends("$.empty.a") == "it ends at $.empty, which has no 'a': it has no keys");
    BOOST_TEST(ends("$.data.item.more") ==
               "$.data.item is an array of 2 elements: write [0] or [*] before .more");
    BOOST_TEST(ends("$.data.item[2]") == "$.data.item is an array of 2 elements");
    BOOST_TEST(ends("$.data.item[*].more.b") ==
               "$.data.item[1].more is an array of 1 elements: write [0] or [*] before .b");
    BOOST_TEST(ends("$.data[0]") == "$.data is an object: its keys are item, page");
    BOOST_TEST(ends("$.data") == "$.data is an object, no array: its keys are item, page");
    BOOST_TEST(ends("$.text") == "$.text is a string, no array");
    BOOST_TEST(ends("$.list", "string") == "$.list is an array of 1 elements, no string");
    BOOST_TEST(ends("$['odd name'].a.b") ==
               "$['odd name'].a is true or false: nothing is below it");
    BOOST_TEST(ends("$.none.a") == "$.none is null: nothing is below it");
    BOOST_TEST(ends("$.empty.*") == "$.empty is empty");
    BOOST_TEST(where_path_ends("{", *rewrite::compile_json_path("$.a"), "array").empty());
    std::string many = "{";
    for (int i = 0; i < 25; i++) {
        many += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":0";
    }
    BOOST_TEST(where_path_ends(many + "}", *rewrite::compile_json_path("$.none"), "array")
                   .ends_with("k19 and 5 more"));
}

BOOST_AUTO_TEST_CASE(compressed_bytes_are_known) {
    BOOST_TEST(compression_of("\x1F\x8B\x08") == "gzip");
    BOOST_TEST(compression_of("\x28\xB5\x2F\xFD\x01") == "zstd");
    BOOST_TEST(compression_of("<html>").empty());
    BOOST_TEST(compression_of("").empty());
}

BOOST_AUTO_TEST_CASE(arrays_of_json_are_lines_too) {
    const rewrite::JsonPattern pattern{rewrite::JsonPattern::Kind::array,
                                       *rewrite::compile_json_path("$.a"),
                                       *rewrite::compile_json_member("id")};
    const auto json = [&pattern](std::string_view text) {
        std::string out;
        const bool found = json_lines_of(text, pattern, {}, true, out);
        BOOST_TEST(found == !out.starts_with('#'));
        return out;
    };
    BOOST_TEST(json("{\"a\":[{\"id\":7},{}]}") ==
               "5 6 17 18 array\n  6 14 7\n  15 17\n# '$.a': 1 found, 2 elements, 1 of them "
               "without a key: they keep "
               "their places; see --id\n");
    BOOST_TEST(json("{\"b\":[]}") ==
               "# '$.a': there is no array at this path; it ends at $, which has no 'a'; did you "
               "mean 'b'?: its keys are b\n");
    BOOST_TEST(json("{\"a\":[],\"a\":[]}").find("its member twice") != std::string::npos);
    BOOST_TEST(json("{").find("not valid JSON from") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(outlines_change_nothing_but_start_tags) {
    BOOST_TEST(outline("<p><div class=a>x</div>", selectors({".a"})) ==
               "<p><div class=a data-personalize-match=\"1\">x</div>");
    BOOST_TEST(outline("<div a='>' class=a />x</div>", selectors({".a"})) ==
               "<div a='>' class=a  data-personalize-match=\"1\"/>x</div>");
    BOOST_TEST(outline("<div class=a/>x</div><svg><style/></svg>", selectors({"style"})) ==
               "<div class=a/>x</div><svg><style data-personalize-skipped=\"passed over\"/></svg>");
    BOOST_TEST(outline("<ul><li data-item-id='\"<b>&#228;'></ul>", listing("ul")) ==
               "<ul data-personalize-match=\"1\"><li data-item-id='\"<b>&#228;' "
               "data-personalize-tile=\"1 &quot;&lt;b&gt;&#228;\"></ul>");
    BOOST_TEST(outline("<p class=a><i class=a></i></p><section><div class=a></section>",
                       selectors({".a"})) ==
               "<p class=a data-personalize-match=\"1\"><i class=a "
               "data-personalize-skipped=\"passed over\"></i></p><section><div class=a "
               "data-personalize-skipped=\"passed over\"></section>");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::cli
