// personalize inspect: the program around it; what it finds is tested in tests/unit/cli.
#include <boost/test/unit_test.hpp>

#include "integration/commands.hpp"
#include "integration/support/edge.hpp"

namespace pz::test {

namespace {

struct Inspector {
    TempDir dir;
    std::size_t runs = 0;

    Outcome inspect(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {program(), "inspect"});
        return run(arguments, dir / ("run" + std::to_string(runs++)));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(cli_inspect, Inspector)

BOOST_AUTO_TEST_CASE(status_says_whether_something_is_found) {
    const std::string page = dir.write("page.html", "<main><p class=a>x</p></main>");
    const Outcome found = inspect({page, "--select", ".a", "--select", "ul"});
    BOOST_TEST(found.status == 0, found.output);
    BOOST_TEST(found.output == "6 17 18 22 p\n");
    const Outcome nothing = inspect({page, "--select", ".b", "--explain"});
    BOOST_TEST(nothing.status == 1, nothing.output);
    BOOST_TEST(nothing.output ==
               "# '.b': 0 found, 0 passed over\n#   no element has the class 'b'; there is 'a'\n");
    const Outcome absent = inspect({dir / "nowhere.html", "--select", ".a"});
    BOOST_TEST(absent.status == 1);
    BOOST_TEST(contains(absent.output, "nowhere.html"), absent.output);
}

BOOST_AUTO_TEST_CASE(wrong_usage_is_status_2_and_says_what_to_write) {
    const std::string page = dir.write("page.html", "<p>");
    const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
        {{}, "file is required: see personalize inspect --help"},
        {{page}, "give --select"},
        {{page, "--select", "div["}, "--select: selector 'div[': column 5"},
        {{page, "--listing", "ul", "--option", "topp=3"}, "did you mean 'top'?"},
        {{page, "--listing", "ul", "--item", "li["}, "item=: selector 'li['"},
        {{page, "--item", "li"}, "--listing"},
        {{page, "--select", "p", "--buffer-size", "lots"}, "--buffer-size"},
        {{page, "--select", "p", "--buffer-size", "0"}, "--buffer-size"}};
    for (const auto& [arguments, message] : cases) {
        const Outcome outcome = inspect(arguments);
        BOOST_TEST(outcome.status == 2, message << ": " << outcome.output);
        BOOST_TEST(contains(outcome.output, message), message << ": " << outcome.output);
    }
    BOOST_TEST(contains(inspect({"--help"}).output, "START INNER_START INNER_END END TAG"));
}

BOOST_AUTO_TEST_CASE(a_selector_that_never_matches_is_told_of_at_once) {
    const std::string page = dir.write("page.html", "<table><tr><td>x</table>");
    const Outcome outcome = inspect({page, "--select", "table > tr"});
    BOOST_TEST(outcome.status == 1);
    BOOST_TEST(contains(outcome.output, "write 'table tr'"), outcome.output);
}

// Files are unpacked where it is known how; what curl pipes is as the edge would see it.
BOOST_AUTO_TEST_CASE(compressed_bytes_are_named_as_such) {
    const std::string page = dir.write("page.gz", "\x1F\x8B\x08 and so on");
    for (const char* what : {"--select ul", "--json-path '$.a'"}) {
        const Outcome outcome =
            run({"sh", "-c", program() + " inspect - " + what + " < " + page}, dir / "piped");
        BOOST_TEST(outcome.status == 1);
        BOOST_TEST(contains(outcome.output, "is compressed (gzip)"), outcome.output);
        BOOST_TEST(contains(outcome.output, "gzip -dc"), outcome.output);
    }
    const Outcome brotli = inspect({dir.write("page", "\x0B\x02"), "--select", "ul", "--explain"});
    BOOST_TEST(contains(brotli.output, "no tag in it"), brotli.output);
}

BOOST_AUTO_TEST_CASE(standard_input_is_a_page_too) {
    const std::string page = dir.write("page.html", "<ul><li><a href=/p/1></a></ul>");
    const Outcome outcome =
        run({"sh", "-c", program() + " inspect - --listing ul --id href --item li < " + page},
            dir / "piped");
    BOOST_TEST(outcome.status == 0);
    BOOST_TEST(outcome.output == "0 4 25 30 ul\n  4 25 /p/1\n");
}

BOOST_AUTO_TEST_CASE(options_are_those_of_the_directive) {
    const std::string page = dir.write("page.html", "<ul><li class='x post-7'></li></ul>");
    const Outcome outcome = inspect({page, "--listing", "ul", "--id", "class:post-{id}", "--option",
                                     "query=$arg_q", "--option", "position_classes=off"});
    BOOST_TEST(outcome.status == 0, outcome.output);
    BOOST_TEST(outcome.output == "0 4 30 35 ul\n  4 30 7\n");
}

BOOST_AUTO_TEST_CASE(arrays_of_json_are_found_by_path) {
    const std::string page = dir.write("page.json", R"({"a":{"list":[{"sku":"A"}, {"x":1}]}})");
    const Outcome found = inspect({page, "--json-path", "$.a.list", "--id", "sku", "--explain"});
    BOOST_TEST(found.status == 0, found.output);
    BOOST_TEST(found.output ==
               "13 14 34 35 array\n  14 25 A\n  27 34\n# '$.a.list': 1 found, 2 elements, 1 of "
               "them without a key: they keep their places; see --id\n");
    const Outcome nothing = inspect({page, "--json-path", "$.b", "--explain"});
    BOOST_TEST(nothing.status == 1);
    BOOST_TEST(contains(nothing.output, "there is no array at this path"), nothing.output);
    const Outcome wrong = inspect({page, "--json-path", "$..b"});
    BOOST_TEST(wrong.status == 2);
    BOOST_TEST(contains(wrong.output, "personalize_json: path '$..b': column"), wrong.output);
    dir.write("page.json", "{\"a\":[1,]}");
    const Outcome broken = inspect({page, "--json-path", "$.a", "--explain"});
    BOOST_TEST(broken.status == 1);
    BOOST_TEST(contains(broken.output, "not valid JSON from 8 (line 1, column 9)"), broken.output);
}

BOOST_AUTO_TEST_CASE(arrays_of_json_are_found_as_personalize_json_would) {
    const std::string page = dir.write("page.json", R"([{"url":"/p/1"},{"url":"/p/2"}])");
    const Outcome links = inspect({"--id", "link:url", "--json-path", "$", page});
    BOOST_TEST(links.status == 0, links.output);
    BOOST_TEST(links.output == "0 1 30 31 array\n  1 15 /p/1\n  16 30 /p/2\n");
    const std::string long_page =
        dir.write("long.json", R"([{"url":"/p/1","of":")" + std::string(2000, 'x') + "\"}]");
    const Outcome large =
        inspect({long_page, "--json-path", "$", "--buffer-size", "1k", "--explain"});
    BOOST_TEST(large.status == 1);
    BOOST_TEST(contains(large.output, "larger than personalize_buffer_size"), large.output);
}

BOOST_AUTO_TEST_CASE(pages_in_json_strings_are_looked_into) {
    const std::string page = dir.write(
        "cart.json", R"({"fragments":{"div.cart":"<p class=\"a\">\u00e9<\/p>","n":"x"}})");
    const Outcome found =
        inspect({page, "--json-html", "$.fragments.*", "--select", ".a", "--explain"});
    BOOST_TEST(found.status == 0, found.output);
    BOOST_TEST(contains(found.output, "25 26 52 53 string\n  0 13 15 19 p\n# '.a': 1 found"),
               found.output);
    BOOST_TEST(contains(found.output, "58 59 60 61 string\n# '.a': 0 found"), found.output);
    BOOST_TEST(contains(found.output, "# '$.fragments.*': 2 found\n"), found.output);
    const Outcome nothing = inspect({page, "--json-html", "$.x", "--select", ".a", "--explain"});
    BOOST_TEST(nothing.status == 1, nothing.output);
    BOOST_TEST(contains(nothing.output, "there is no string at this path"), nothing.output);
    const std::string long_page = dir.write(
        "long.json", R"({"fragments":{"a":"<p class=a>)" + std::string(2000, 'x') + "</p>\"}}");
    const Outcome large = inspect({long_page, "--json-html", "$.fragments.*", "--select", ".a",
                                   "--buffer-size", "1k", "--explain"});
    BOOST_TEST(large.status == 1, large.output);
    BOOST_TEST(contains(large.output, "larger than personalize_buffer_size"), large.output);
    const Outcome wrong = inspect({page, "--json-html", "$..x", "--select", ".a"});
    BOOST_TEST(wrong.status == 2, wrong.output);
    BOOST_TEST(contains(wrong.output, "personalize_json_html: path '$..x'"), wrong.output);
    BOOST_TEST(inspect({page, "--json-html", "$.a"}).status == 2);
    dir.write("cart.json", "[\"<p class=a></p>\",]");
    const Outcome broken = inspect({page, "--json-html", "$[*]", "--select", ".a", "--explain"});
    BOOST_TEST(broken.status == 1, broken.output);
    BOOST_TEST(contains(broken.output, "not valid JSON from 19"), broken.output);
}

// Neither a list of selectors nor, behind them, FILE.
BOOST_AUTO_TEST_CASE(a_selector_in_brackets_is_a_selector) {
    const std::string page = dir.write("page.html", "<p data-a=x,y></p>");
    const Outcome found = inspect({"--select", "[data-a='x,y']", page});
    BOOST_TEST(found.status == 0, found.output);
    BOOST_TEST(found.output == "0 14 14 18 p\n");
}

BOOST_AUTO_TEST_CASE(an_outlined_copy_is_written) {
    const std::string page = dir.write("page.html", "<p class=a>x</p>");
    BOOST_TEST(inspect({page, "--select", ".a", "--html", dir / "out.html"}).status == 0);
    BOOST_TEST(dir.read("out.html").starts_with("<p class=a data-personalize-match=\"1\">x</p>"));
    const Outcome nowhere = inspect({page, "--select", ".a", "--html", dir / "no/out.html"});
    BOOST_TEST(nowhere.status == 1);
    BOOST_TEST(contains(nowhere.output, "--html: cannot write"), nowhere.output);
}

// The same page, the same selectors: what inspect names is what the edge changes.
BOOST_AUTO_TEST_CASE(it_finds_what_the_edge_changes) {
    Edge edge({.location = "personalize_widget '#w1' popular limit=1 min=1 template=tile;"});
    const std::string page = dir.write("page.html", home_page());
    const Outcome found = inspect({page, "--select", "#w1"});
    std::size_t start = 0;
    std::size_t inner = 0;
    std::size_t inner_end = 0;
    BOOST_REQUIRE(std::sscanf(found.output.c_str(), "%zu %zu %zu", &start, &inner, &inner_end) ==
                  3);
    const std::string served = edge.get("/").body;
    BOOST_TEST(served.substr(0, inner) == home_page().substr(0, inner));
    const std::string rest = home_page().substr(inner_end);
    BOOST_TEST(served.ends_with(rest));
    BOOST_TEST(!contains(served.substr(inner, served.size() - rest.size() - inner), "OWN1"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
