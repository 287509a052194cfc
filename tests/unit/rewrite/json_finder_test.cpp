// JSON: what is valid, and what a path finds in it, at any chunking.
#include <simdjson.h>

#include <random>

#include "rewrite/json_finder.hpp"
#include "unit/rewrite/harness.hpp"

namespace pz::rewrite::testing {
namespace {

using namespace std::string_view_literals;

JsonPattern array_at(std::string_view path, std::string_view id = "id") {
    return {JsonPattern::Kind::array, *compile_json_path(path), *compile_json_member(id)};
}

JsonPattern string_at(std::string_view path) {
    return {JsonPattern::Kind::string, *compile_json_path(path), {}};
}

// Everything that a finder says, as text.
std::string result(const JsonFinder& finder, std::string_view document) {
    if (finder.state() != JsonScanner::State::complete) {
        BOOST_CHECK(finder.matches().empty());
        const bool invalid = finder.state() == JsonScanner::State::invalid;
        BOOST_CHECK_EQUAL(finder.counters().over_limit, invalid ? 0U : 1U);
        return (invalid ? "invalid@" : "over_limit@") + std::to_string(finder.position());
    }
    std::string text;
    for (const JsonMatch& match : finder.matches()) {
        text += (text.empty() ? "" : " ") + std::to_string(match.pattern) + "@" +
                std::to_string(match.begin) + "-" + std::to_string(match.end);
        for (std::size_t i = match.first_element; i < match.elements_end; i++) {
            const JsonElement& each = finder.elements()[i];
            text +=
                " (" +
                std::string(finder.keys().substr(each.key_begin, each.key_end - each.key_begin)) +
                ")" + std::string(document.substr(each.begin, each.end - each.begin));
        }
    }
    return text + (finder.counters().ambiguous != 0 ? "ambiguous" : "");
}

std::string find(std::span<const JsonPattern> patterns, std::string_view document,
                 const std::vector<std::size_t>& cuts, const Limits& limits) {
    JsonFinder finder(patterns, limits);
    std::size_t at = 0;
    for (const std::size_t cut : cuts) {
        const std::string_view piece = document.substr(at, cut - at);
        const std::vector<char> copy(piece.begin(), piece.end());
        finder.feed({copy.data(), copy.size()});
        at = cut;
    }
    finder.end();
    return result(finder, document);
}

std::string find_everywhere(std::span<const JsonPattern> patterns, std::string_view document,
                            const Limits& limits = {}) {
    const std::string whole = find(patterns, document, {document.size()}, limits);
    std::vector<std::size_t> bytes;
    for (std::size_t i = 1; i <= document.size(); i++) {
        bytes.push_back(i);
        BOOST_REQUIRE_EQUAL(find(patterns, document, {i, document.size()}, limits), whole);
    }
    BOOST_REQUIRE_EQUAL(find(patterns, document, bytes, limits), whole);
    return whole;
}

void check(const JsonPattern& pattern, std::string_view document, std::string_view expected) {
    BOOST_TEST_INFO(document);
    BOOST_CHECK_EQUAL(find_everywhere({&pattern, 1}, document), expected);
}

// What is not JSON, and the first byte that cannot be.
void check_invalid(std::string_view document, std::size_t position) {
    check(array_at("$"), document, "invalid@" + std::to_string(position));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_finder)

BOOST_AUTO_TEST_CASE(arrays_are_found_by_path) {
    check(array_at("$"), R"([{"id":"a"}, {"id":"b"}])", R"(0@0-24 (a){"id":"a"} (b){"id":"b"})");
    check(array_at("$.data.products"), R"({"data": {"products" :[ {"id":7} ,1]}})",
          R"(0@22-36 (7){"id":7} ()1)");
    check(array_at("$.a[1].b"), R"({"a":[{"b":[1]},{"b":[2]},{"b":[3]}]})", "0@21-24 ()2");
    check(array_at("$['c d']"), R"({"c d":[]})", "0@7-9");
    check(array_at("$.a"), R"({"a":{}})", "");
    check(array_at("$.a"), R"({"a":"[1]"})", "");
    check(array_at("$.a"), R"({"b":{"a":[1]}})", "");
    check(array_at("$.a"), R"([{"a":[1]}])", "");
    check(array_at("$[0]"), R"({"0":[1]})", "");
    check(array_at("$.0"), R"({"0":[1]})", "0@5-8 ()1");
    check(array_at("$[*].b"), R"([{"b":[1]},{"b":[2]}])", "0@6-9 ()1 0@16-19 ()2");
    check(array_at("$.*"), R"({"b":[1],"c":2,"d":[3]})", "0@5-8 ()1 0@19-22 ()3");
    check(array_at("$"), "\xef\xbb\xbf [1]\n", "0@4-7 ()1");
}

BOOST_AUTO_TEST_CASE(names_are_compared_decoded) {
    check(array_at("$.products"), R"({"pr\u006fducts":[1]})", "0@17-20 ()1");
    check(array_at("$['größe']"), R"({"gr\u00f6\u00DFe":[1]})", "0@19-22 ()1");
    check(array_at("$['a/b']"), R"({"a\/b":[1]})", "0@8-11 ()1");
    check(array_at("$['😀']"), R"({"\ud83d\ude00":[1]})", "0@16-19 ()1");
    check(array_at("$['']"), R"({"":[1]})", "0@4-7 ()1");
    const std::string longer = "{\"" + std::string(2100, 'a') + "\":[1]}";
    check(array_at("$." + std::string(256, 'a')), longer, "");
}

BOOST_AUTO_TEST_CASE(ids_are_found_in_elements) {
    const std::string_view text =
        R"([{"p":{"sku":"x\u0041\/"},"id":1.50e1},{"id":-0},{"id":null}])";
    check(array_at("$"), text,
          R"(0@0-61 (1.50e1){"p":{"sku":"x\u0041\/"},"id":1.50e1} (-0){"id":-0} (){"id":null})");
    check(array_at("$", "p.sku"), text,
          R"(0@0-61 (xA/){"p":{"sku":"x\u0041\/"},"id":1.50e1} (){"id":-0} (){"id":null})");
    check(array_at("$", "@"), R"(["a",2,true,["b"]])", R"x(0@0-18 (a)"a" (2)2 ()true ()["b"])x");
    check(array_at("$", "@[1]"), "[[1,2],[3]]", "0@0-11 (2)[1,2] ()[3]");
    check(array_at("$", "a[1].b"), R"([{"a":[{"b":1},{"b":2}]}])",
          R"(0@0-25 (2){"a":[{"b":1},{"b":2}]})");
    check(array_at("$"), R"([{"x":{"id":1}},[{"id":2}],{"id":{"id":3}}])",
          R"(0@0-43 (){"x":{"id":1}} ()[{"id":2}] (){"id":{"id":3}})");
    const std::string key(2048, 'k');
    check(array_at("$"), "[{\"id\":\"" + key + "\"}]",
          "0@0-2059 (" + key + "){\"id\":\"" + key + "\"}");
    check(array_at("$"), "[{\"id\":\"" + key + "k\"}]", "0@0-2060 (){\"id\":\"" + key + "k\"}");
}

BOOST_AUTO_TEST_CASE(members_that_are_there_twice_are_ambiguous) {
    check(array_at("$.a"), R"({"a":[1],"a":[2]})", "ambiguous");
    check(array_at("$.a"), R"({"a":1,"\u0061":[2]})", "ambiguous");
    check(array_at("$.a"), R"({"a":[2],"a":1})", "ambiguous");
    check(array_at("$.a.b"), R"({"a":{"b":[1]},"a":{}})", "ambiguous");
    check(array_at("$.a.b"), R"({"a":{"b":[1],"c":1,"c":2},"d":1,"d":2})", "0@10-13 ()1");
    check(array_at("$.*"), R"({"a":[1],"b":[2],"\u0061":3})", "ambiguous");
    check(array_at("$[*].b"), R"([{"b":[1]},{"b":[2],"b":[3]}])", "ambiguous");
    check(array_at("$"), R"([{"id":1,"id":2},{"id":3}])",
          R"(0@0-26 (){"id":1,"id":2} (3){"id":3})");
    check(array_at("$", "a.b"), R"([{"a":{"b":1},"a":{"b":2}}])",
          R"(0@0-27 (){"a":{"b":1},"a":{"b":2}})");
    const std::string name(2049, 'n');
    check(array_at("$.*"), "{\"" + name + "\":[1]}", "ambiguous");
}

BOOST_AUTO_TEST_CASE(several_patterns_find_their_own_and_the_outer_wins) {
    const std::vector<JsonPattern> patterns = {array_at("$.a"), string_at("$.a[*]"),
                                               string_at("$.html.*"), array_at("$.a"),
                                               string_at("$.html.x")};
    BOOST_CHECK_EQUAL(find_everywhere(patterns, R"({"html":{"x":"<p>","y":1,"z":""},"a":["s"]})"),
                      R"x(2@13-18 2@29-31 0@37-42 ()"s")x");
    BOOST_CHECK_EQUAL(find_everywhere(std::vector{array_at("$"), array_at("$[0]")}, "[[1]]"),
                      "0@0-5 ()[1]");
    BOOST_CHECK_EQUAL(find_everywhere(std::vector{string_at("$")}, R"("<p>")"), "0@0-5");
    BOOST_CHECK_EQUAL(find_everywhere({}, "[1]"), "");
}

BOOST_AUTO_TEST_CASE(limits_give_up) {
    Limits limits;
    limits.max_depth = 3;
    limits.max_tiles = 2;
    const std::vector<JsonPattern> any = {array_at("$[*]")};
    BOOST_CHECK_EQUAL(find_everywhere(any, "[[[1]]]", limits), "0@1-6 ()[1]");
    BOOST_CHECK_EQUAL(find_everywhere(any, "[[[[1]]]]", limits), "over_limit@3");
    BOOST_CHECK_EQUAL(find_everywhere(any, "[[1,2],[1,2,3],[4]]", limits), "over_limit@12");
}

BOOST_AUTO_TEST_CASE(what_is_not_json_is_found_out) {
    check_invalid("", 0);
    check_invalid(" ", 1);
    check_invalid("\xef\xbb\xbf", 3);
    check_invalid("\xef\xbb[]", 2);
    check_invalid(" \xef\xbb\xbf[]", 1);
    check_invalid("[1,]", 3);
    check_invalid("[,1]", 1);
    check_invalid("[1 2]", 3);
    check_invalid("[1", 2);
    check_invalid("[1]]", 3);
    check_invalid("[1}", 2);
    check_invalid("{\"a\":1]", 6);
    check_invalid("{\"a\" 1}", 5);
    check_invalid("{\"a\":}", 5);
    check_invalid("{\"a\"}", 4);
    check_invalid("{a:1}", 1);
    check_invalid("{'a':1}", 1);
    check_invalid("{1:1}", 1);
    check_invalid("{\"a\":1,}", 7);
    check_invalid("{,}", 1);
    check_invalid("[1] [2]", 4);
    check_invalid("[1]\f", 3);
    check_invalid("[1] // no", 4);
    check_invalid("/* no */[1]", 0);
    for (const std::string_view number :
         {"01", "+1", ".5", "1.", "1.e3", "1e", "1e+", "-", "--1", "0x1", "1a", "1.5.2", "1e2.3",
          "00", "-01", "1_0", "NaN", "Infinity", "-Infinity"}) {
        const JsonPattern pattern = array_at("$");
        for (const std::string& document : {std::string(number), "[" + std::string(number) + "]"}) {
            const std::string found = find_everywhere({&pattern, 1}, document);
            BOOST_CHECK_MESSAGE(found.starts_with("invalid@"), document + ": " + found);
        }
    }
    for (const std::string_view literal :
         {"tru", "True", "nul", "fals", "truee", "undefined", "nil"}) {
        const JsonPattern pattern = array_at("$");
        BOOST_CHECK(find_everywhere({&pattern, 1}, literal).starts_with("invalid@"));
    }
}

BOOST_AUTO_TEST_CASE(strings_are_checked_to_the_byte) {
    check_invalid("[\"a", 3);
    check_invalid("[\"\n\"]", 2);
    check_invalid("[\"\0\"]"sv, 2);
    check_invalid("[\"\x1f\"]", 2);
    check_invalid(R"(["\x"])", 3);
    check_invalid(R"(["\'"])", 3);
    check_invalid(R"(["\u12g4"])", 6);
    check_invalid(R"(["\u123"])", 7);
    check_invalid("[\"\\\n\"]", 3);
    check_invalid("[\"\x80\"]", 2);
    check_invalid("[\"\xc1\xbf\"]", 2);
    check_invalid("[\"\xc3\"]", 3);
    check_invalid("[\"\xe0\x9f\xbf\"]", 3);
    check_invalid("[\"\xed\xa0\x80\"]", 3);
    check_invalid("[\"\xf0\x8f\xbf\xbf\"]", 3);
    check_invalid("[\"\xf4\x90\x80\x80\"]", 3);
    check_invalid("[\"\xf5\x80\x80\x80\"]", 2);
    check_invalid("[\"\xe3\x81\"]", 4);
    // Shift_JIS: the second byte of this character is a backslash.
    check_invalid("[\"\x83\\\"]", 2);
    for (const std::string_view good :
         {R"(["\"\\\/\b\f\n\r\t\u0000\uD800\uffff"])", "[\"\x7f\"]", "[\"\xc2\x80\xdf\xbf\"]",
          "[\"\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\"]",
          "[\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"]"}) {
        const JsonPattern pattern = array_at("$");
        BOOST_CHECK_MESSAGE(find_everywhere({&pattern, 1}, good).starts_with("0@0-"), good);
    }
    for (const std::string_view good : {"0", "-0", "10", "1.5", "-1.50E+10", "1e5", "0e-1",
                                        " null ", "true", "false", "\"\"", "{}"}) {
        check(array_at("$"), good, "");
    }
}

BOOST_AUTO_TEST_CASE(suite_documents) {
    const auto root = shared_directory("suites/json");
    if (!root) {
        return;
    }
    unsigned valid = 0, invalid = 0;
    const JsonPattern pattern = array_at("$");
    for (const auto& entry : std::filesystem::directory_iterator(*root)) {
        const std::string name = entry.path().filename().string();
        if (!name.ends_with(".json") || (name[0] != 'y' && name[0] != 'n')) {
            continue;
        }
        (name[0] == 'y' ? valid : invalid)++;
        const std::string document = read_file(entry.path());
        const std::string found = find_everywhere({&pattern, 1}, document);
        BOOST_CHECK_MESSAGE(found.starts_with("invalid@") == (name[0] == 'n'), name + ": " + found);
    }
    BOOST_CHECK_GT(valid, 0U);
    if (invalid == 0) {
        std::cerr << "SKIPPED: " << *root
                  << " has no documents that are to be refused (n_*.json)\n";
    }
}

BOOST_AUTO_TEST_CASE(find_arrays_in_memory) {
    const std::string_view text = R"( {"state":{"items":[{"sku":"A"},{"sku":"B"},{}]}} )";
    const JsonArrays found = find_arrays(text, array_at("$.state.items", "sku"));
    BOOST_REQUIRE(found.outcome == JsonArrays::Outcome::found && found.arrays.size() == 1);
    const JsonArray& array = found.arrays[0];
    BOOST_CHECK_EQUAL(text.substr(array.begin, array.end - array.begin),
                      R"([{"sku":"A"},{"sku":"B"},{}])");
    BOOST_REQUIRE_EQUAL(array.elements.size(), 3U);
    BOOST_CHECK_EQUAL(array.elements[1].id, "B");
    BOOST_CHECK_EQUAL(text.substr(array.elements[1].begin, 11), R"({"sku":"B"})");
    BOOST_CHECK_EQUAL(array.elements[2].id, "");
    using Outcome = JsonArrays::Outcome;
    BOOST_CHECK(find_arrays(text, array_at("$.other")).outcome == Outcome::absent);
    BOOST_CHECK(find_arrays(R"({"a":[],"a":[]})", array_at("$.a")).outcome == Outcome::ambiguous);
    Limits limits;
    limits.max_tiles = 2;
    BOOST_CHECK(find_arrays(text, array_at("$.state.items"), limits).outcome ==
                Outcome::over_limit);
    const JsonArrays broken = find_arrays("[1,]", array_at("$"));
    BOOST_CHECK(broken.outcome == Outcome::invalid && broken.arrays.empty());
    BOOST_CHECK_EQUAL(broken.position, 3U);
}

namespace {

std::string random_text(std::mt19937& random) {
    static constexpr std::string_view kPieces[] = {
        "a", "id", "\\\"", "\\\\", "\\/", "]",        "\\u0041",
        "{", "ö",  "😀",    ",",    "\\n", "products", "\\ud83d\\ude00"};
    std::string text;
    for (std::size_t i = random() % 4; i > 0; i--) {
        text += kPieces[random() % std::size(kPieces)];
    }
    return text;
}

std::string blanks(std::mt19937& random) {
    return std::string(random() % 8 == 0 ? random() % 3 : 0, " \n\t"[random() % 3]);
}

std::string random_json(std::mt19937& random, int depth) {
    static constexpr std::string_view kScalars[] = {"0", "-1.5e+3", "true", "false", "null", "12"};
    const unsigned kind = random() % (depth > 0 ? 5 : 2);
    if (kind == 0) {
        return std::string(kScalars[random() % std::size(kScalars)]);
    }
    if (kind == 1) {
        return "\"" + random_text(random) + "\"";
    }
    std::string text;
    for (std::size_t i = random() % 5; i > 0; i--) {
        text += text.empty() ? "" : ",";
        text += blanks(random);
        if (kind == 2) {
            text += "\"" + std::to_string(i) + random_text(random) + "\"" + blanks(random) + ":";
        }
        text += blanks(random) + random_json(random, depth - 1) + blanks(random);
    }
    return kind == 2 ? "{" + text + "}" : "[" + text + "]";
}

std::string_view trimmed(std::string_view text) {
    return text.substr(0, text.find_last_not_of(" \n\t\r") + 1);
}

// The elements of the array at $.list as simdjson sees them.
std::vector<std::string> theirs(const std::string& document) {
    simdjson::ondemand::parser parser;
    const simdjson::padded_string padded(document);
    auto parsed = parser.iterate(padded);
    std::vector<std::string> elements;
    simdjson::ondemand::array list = parsed["list"].get_array().value();
    for (auto value : list) {
        simdjson::ondemand::json_type type = value.type().value();
        const bool scalar = type != simdjson::ondemand::json_type::array &&
                            type != simdjson::ondemand::json_type::object;
        const std::string_view raw = scalar ? value.raw_json_token().value()
                                     : type == simdjson::ondemand::json_type::array
                                         ? value.get_array().value().raw_json().value()
                                         : value.get_object().value().raw_json().value();
        elements.emplace_back(trimmed(raw));
    }
    return elements;
}

}  // namespace

BOOST_AUTO_TEST_CASE(elements_are_those_that_another_parser_finds) {
    std::mt19937 random(7);
    std::size_t count = 0;
    for (int round = 0; round < 3000; round++) {
        std::string list;
        for (std::size_t i = random() % 6; i > 0; i--) {
            list += (list.empty() ? "" : ",") + blanks(random) + random_json(random, 3) +
                    blanks(random);
        }
        const std::string document = "{\"x\":" + random_json(random, 3) + blanks(random) +
                                     ",\"list\":" + blanks(random) + "[" + list + "]}";
        const JsonArrays found = find_arrays(document, array_at("$.list"));
        BOOST_TEST_INFO(document);
        BOOST_REQUIRE(found.outcome == JsonArrays::Outcome::found && found.arrays.size() == 1);
        std::vector<std::string> ours;
        for (const auto& element : found.arrays[0].elements) {
            ours.push_back(document.substr(element.begin, element.end - element.begin));
        }
        const std::vector<std::string> expected = theirs(document);
        BOOST_TEST_INFO(document);
        BOOST_REQUIRE_EQUAL_COLLECTIONS(ours.begin(), ours.end(), expected.begin(), expected.end());
        count += ours.size();
    }
    BOOST_CHECK_GT(count, 3000U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::rewrite::testing
