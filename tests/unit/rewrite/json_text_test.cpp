#include "rewrite/json_text.hpp"

#include <simdjson.h>
#include <boost/test/unit_test.hpp>

#include <random>

namespace pz::rewrite::testing {
namespace {

using namespace std::string_view_literals;

std::string decoded(std::string_view raw) {
    std::string text;
    decode_json_text(raw, text);
    BOOST_CHECK_EQUAL(DecodedText(raw).text(), text);
    return text;
}

std::string encoded(std::string_view text) {
    std::string raw;
    append_json_text(text, raw);
    return raw;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json_text)

BOOST_AUTO_TEST_CASE(escapes_are_decoded) {
    BOOST_CHECK_EQUAL(decoded("plain"), "plain");
    BOOST_CHECK_EQUAL(decoded(R"(\"\\\/\b\f\n\r\t)"), "\"\\/\b\f\n\r\t");
    BOOST_CHECK_EQUAL(decoded(R"(\u003cdiv\u003E\u0022)"), "<div>\"");
    BOOST_CHECK_EQUAL(decoded(R"(\u00e9\u20AC\ud83d\ude00)"), "é€😀");
    BOOST_CHECK_EQUAL(decoded(R"(a\u0000b)"), "a\0b"sv);
    BOOST_CHECK_EQUAL(decoded(R"(\\u0041)"), "\\u0041");
    BOOST_CHECK_EQUAL(decoded(R"(\ud83dx\ude00)"), "\xed\xa0\xbdx\xed\xb8\x80");
    BOOST_CHECK_EQUAL(decoded(R"(\ud83d\u0041)"),
                      "\xed\xa0\xbd"
                      "A");
    BOOST_CHECK_EQUAL(decoded(R"(\ud83d)"), "\xed\xa0\xbd");
}

BOOST_AUTO_TEST_CASE(what_is_inserted_is_ascii_and_no_markup) {
    BOOST_CHECK_EQUAL(encoded("a b/c&'>"), "a b/c&'>");
    BOOST_CHECK_EQUAL(encoded("\"\\\n\t\0\x7f"sv), R"(\"\\\n\u0009\u0000\u007f)");
    BOOST_CHECK_EQUAL(encoded("<li></li><!--"), R"(\u003cli>\u003c/li>\u003c!--)");
    BOOST_CHECK_EQUAL(encoded("é€😀"), R"(\u00e9\u20ac\ud83d\ude00)");
    BOOST_CHECK_EQUAL(encoded("\xff\xc3("), R"(\ufffd\ufffd()");
    BOOST_CHECK_EQUAL(encoded("\xed\xa0\x80\xe2\x82"), R"(\ufffd\ufffd\ufffd\ufffd\ufffd)");
    BOOST_CHECK_EQUAL(encoded("\xc0\x80\xf4\x90\x80\x80"),
                      R"(\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd)");
}

// Any text, written by us and read by another parser, is the text.
BOOST_AUTO_TEST_CASE(another_parser_reads_what_is_written) {
    std::mt19937 random(3);
    simdjson::dom::parser parser;
    for (int round = 0; round < 2000; round++) {
        std::string text;
        for (std::size_t i = random() % 12; i > 0; i--) {
            static constexpr std::string_view kPieces[] = {"a", "\"", "\\", "<",   "\n",
                                                           "ö", "😀",  "€",  "\x01"};
            text += kPieces[random() % std::size(kPieces)];
        }
        const std::string document = "\"" + encoded(text) + "\"";
        BOOST_REQUIRE_EQUAL(std::string_view(parser.parse(document)), text);
        BOOST_REQUIRE_EQUAL(decoded(encoded(text)), text);
    }
}

// Every part of the text leads back to the bytes that say it.
BOOST_AUTO_TEST_CASE(parts_lead_back) {
    std::mt19937 random(5);
    for (int round = 0; round < 60; round++) {
        // Each unit: what is written, and what it says.
        static constexpr std::pair<std::string_view, std::string_view> kUnits[] = {
            {"<", "<"}, {R"(\u003c)", "<"}, {R"(\/)", "/"},           {R"(\")", "\""},
            {"ö", "ö"}, {R"(\u00f6)", "ö"}, {R"(\ud83d\ude00)", "😀"}, {"plain", "plain"}};
        // Now and then more than a kilobyte without an escape.
        std::string raw(round % 4 == 0 ? 1000 + random() % 2100 : 0, 'x');
        std::vector<std::pair<std::size_t, std::size_t>> borders = {
            {0, 0}, {raw.size() / 2, raw.size() / 2}, {raw.size(), raw.size()}};
        std::size_t said = raw.size();
        for (std::size_t i = random() % 120; i > 0; i--) {
            const auto& [written, says] = kUnits[random() % std::size(kUnits)];
            raw += written;
            said += says.size();
            borders.emplace_back(said, raw.size());
        }
        const DecodedText text(raw);
        BOOST_REQUIRE_EQUAL(text.text().size(), said);
        for (const auto& [begin, raw_begin] : borders) {
            for (const auto& [end, raw_end] : borders) {
                if (begin <= end) {
                    BOOST_REQUIRE_EQUAL(text.raw(begin, end),
                                        raw.substr(raw_begin, raw_end - raw_begin));
                }
            }
        }
    }
    // Within a character: its escape is given once.
    const DecodedText text(R"(a\u20acb)");
    BOOST_CHECK_EQUAL(text.raw(0, 2), "a");
    BOOST_CHECK_EQUAL(text.raw(2, 5), R"(\u20acb)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::rewrite::testing
