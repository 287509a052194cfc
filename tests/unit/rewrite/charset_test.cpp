#include "rewrite/charset.hpp"

#include <boost/test/unit_test.hpp>

namespace pz::rewrite {

namespace {

std::string ascii(std::string_view text) {
    std::string out;
    append_ascii(text, out);
    return out;
}

std::string json(std::string_view text) {
    std::string out;
    append_ascii_json(text, out);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(charsets)

BOOST_AUTO_TEST_CASE(labels_say_what_may_be_rewritten) {
    for (const char* label : {"utf-8", "UTF-8", "utf8", "\"utf-8\"", " utf-8", "utf-8; x=y",
                              "'UTF8'", "unicode-1-1-utf-8"}) {
        BOOST_TEST((charset_named(label) == Charset::utf8), label);
    }
    for (const char* label :
         {"", "windows-1251", "Shift_JIS", "euc-jp", "gbk", "gb18030", "big5", "iso-8859-1",
          "koi8-r", "us-ascii", "utf-8x", "nonsense", "\"", "windows-949", "tis-620"}) {
        BOOST_TEST((charset_named(label) == Charset::ascii_based), label);
    }
    for (const char* label :
         {"utf-16", "UTF-16LE", "utf-16be", "utf-32", "UTF-7", "iso-2022-jp", "ISO-2022-KR",
          "iso-2022-cn-ext", "csISO2022JP", "hz-gb-2312", "ISO-10646-UCS-2", "ucs-2", "unicode",
          "unicodeFFFE", "csUnicode", "johab", "ebcdic-cp-us", "IBM037", "\"utf-16\""}) {
        BOOST_TEST((charset_named(label) == Charset::unsafe), label);
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_ascii_becomes_a_reference) {
    BOOST_TEST(ascii("") == "");
    BOOST_TEST(ascii("<a> & b") == "<a> & b");
    BOOST_TEST(ascii("\u00fcber 5\u00a0\u20ac") == "&#252;ber 5&#160;&#8364;");
    BOOST_TEST(ascii("\U0010FFFF") == "&#1114111;");
    // Overlong, surrogate, beyond, cut off.
    BOOST_TEST(ascii("\xC0\xAF") == "&#65533;&#65533;");
    BOOST_TEST(ascii("\xED\xA0\x80") == "&#65533;&#65533;&#65533;");
    BOOST_TEST(ascii("\xF4\x90\x80\x80") == "&#65533;&#65533;&#65533;&#65533;");
    BOOST_TEST(ascii("x\xE2\x82") == "x&#65533;&#65533;");
}

BOOST_AUTO_TEST_CASE(json_is_escaped_in_its_own_way) {
    BOOST_TEST(json("{\"a\":\"\u00fc\u20ac\U0001F600\u0080\"}") ==
               "{\"a\":\"\\u00fc\\u20ac\\ud83d\\ude00\\u0080\"}");
    BOOST_TEST(json("\xFF") == "\\ufffd");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::rewrite
