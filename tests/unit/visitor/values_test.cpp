#include "visitor/values.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace pz::visitor;

namespace {

std::string read(std::string_view key, std::string_view text) {
    std::string value = "left from before";
    return read_value(key, text, &value) ? value : "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(values)

BOOST_AUTO_TEST_CASE(amounts) {
    for (const char* key : {"price", "value", "tax", "shipping"}) {
        BOOST_TEST(read(key, "19.90") == "19.90");
        BOOST_TEST(read(key, "0") == "0");
        BOOST_TEST(read(key, "1e2") == "100");
        BOOST_TEST(read(key, ".5") == "0.5");
        for (const char* bad :
             {"-5", "abc", "1000000001", "19.90 EUR", "nan", "inf", "1e400", " "}) {
            BOOST_TEST(read(key, bad) == "none", key << " " << bad);
        }
    }
}

BOOST_AUTO_TEST_CASE(quantities) {
    BOOST_TEST(read("qty", "2") == "2");
    BOOST_TEST(read("qty", "3.0") == "3");
    for (const char* bad : {"-5", "0", "abc", "99999999999", "1.5", ""}) {
        BOOST_TEST(read("qty", bad) == "none", bad);
    }
}

BOOST_AUTO_TEST_CASE(all_else_is_as_it_is) {
    BOOST_TEST(read("term", "-5") == "-5");
    BOOST_TEST(read("list", "home page") == "home page");
}

BOOST_AUTO_TEST_SUITE_END()
