#include "visitor/multipart.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

using namespace pz::visitor;

namespace {

// What a browser sends.
const std::string kCart =
    "--x7\r\n"
    "Content-Disposition: form-data; name=\"sku\"\r\n\r\n"
    "P04\r\n"
    "--x7\r\n"
    "Content-Disposition: form-data; name=\"qty\"\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    "2\r\n"
    "--x7\r\n"
    "Content-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\n"
    "Content-Type: image/png\r\n\r\n"
    "\x89PNG\r\n--x\r\n--x77\r\n\r\n"
    "--x7\r\n"
    "Content-Disposition: form-data; name=\"options[size]\"\r\n\r\n"
    "XL\r\n--x78\r\n and more\r\n"
    "--x7\r\n"
    "Content-Disposition: form-data; name=\"empty\"\r\n\r\n"
    "\r\n"
    "--x7--\r\n";

std::string field(std::string_view body, std::string_view name, std::string_view boundary = "x7") {
    std::string value = "left from before";
    return multipart_value(body, boundary, name, &value) ? value : "none";
}

std::string part(const std::string& headers, const std::string& content = "v") {
    return "--x7\r\n" + headers + "\r\n\r\n" + content + "\r\n--x7--";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(multipart)

BOOST_AUTO_TEST_CASE(fields_of_a_form) {
    BOOST_TEST(field(kCart, "sku") == "P04");
    BOOST_TEST(field(kCart, "qty") == "2");
    BOOST_TEST(field(kCart, "options_size_") == "XL\r\n--x78\r\n and more");
    BOOST_TEST(field(kCart, "empty") == "");
    for (const char* absent : {"photo", "sk", "skus", "", "png"}) {
        BOOST_TEST(field(kCart, absent) == "none", absent);
    }
}

BOOST_AUTO_TEST_CASE(a_body_that_is_cut_off_says_nothing) {
    const std::size_t whole = kCart.size() - 2;  // the last line end may be missing
    for (std::size_t size = 0; size < whole; size++) {
        BOOST_TEST(field(kCart.substr(0, size), "sku") == "none", size);
    }
    BOOST_TEST(field(kCart.substr(0, whole), "sku") == "P04");
}

BOOST_AUTO_TEST_CASE(what_stands_before_and_behind_means_nothing) {
    BOOST_TEST(field("This is a form.\r\n" + kCart + "sku=none", "sku") == "P04");
    BOOST_TEST(field("--x7 \t\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x7--", "a") ==
               "1");
}

BOOST_AUTO_TEST_CASE(headers_in_every_manner) {
    const auto with = [](const std::string& headers, const char* name = "a") {
        return field(part(headers), name);
    };
    BOOST_TEST(with("content-disposition:form-data;name=a") == "v");
    BOOST_TEST(with("X-More: 1\r\nCONTENT-DISPOSITION: Form-Data ; NAME = \"A\"") == "v");
    BOOST_TEST(with(R"(Content-Disposition: form-data; name="say \"a\"")", "say__a_") == "v");
    BOOST_TEST(with("Content-Disposition: form-data; name=\"a;b=c\"", "a_b_c") == "v");
    BOOST_TEST(with("Content-Disposition: form-data; name=a\r\n"
                    "Content-Transfer-Encoding: 8bit") == "v");
    for (const char* none :
         {"Content-Disposition: attachment; name=a", "Content-Disposition: form-data",
          "Content-Disposition: form-data; name=\"a", "Content-Disposition: form-data; name",
          "Content-Disposition: form-data; name=a; filename*=UTF-8''x", "no colon", ": a",
          "Content-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64",
          "Content-Disposition: form-data; name=a\r\nContent-Type: multipart/mixed; boundary=y",
          "Content-Type: text/plain"}) {
        BOOST_TEST(with(none) == "none", none);
    }
}

BOOST_AUTO_TEST_CASE(the_first_of_a_name_counts) {
    const std::string one = "--x7\r\nContent-Disposition: form-data; name=a\r\n\r\n";
    BOOST_TEST(field(one + "1\r\n" + one + "2\r\n--x7--", "a") == "1");
    BOOST_TEST(field(one + "1\n--x7\r\n--x7--", "a") == "1\n--x7");
    BOOST_TEST(field("--x7--", "a") == "none");
}

BOOST_AUTO_TEST_CASE(boundaries) {
    const auto boundary = [](const std::string& parameters) {
        return std::string(multipart_boundary("multipart/form-data" + parameters));
    };
    BOOST_TEST(boundary("; boundary=----WebKitFormBoundaryA1") == "----WebKitFormBoundaryA1");
    BOOST_TEST(boundary(";charset=utf-8; Boundary=\"a b'()+_,-./:=?c\"") == "a b'()+_,-./:=?c");
    BOOST_TEST(boundary("; boundary=" + std::string(70, 'x')) == std::string(70, 'x'));
    for (const std::string none :
         {"", ";", "; boundary", "; boundary=", "; boundary=\"a", "; boundary=\"a \"",
          "; boundary=a*b", "; boundary=a\\b", "; x=1"}) {
        BOOST_TEST(boundary(none) == "", none);
    }
    BOOST_TEST(boundary("; boundary=" + std::string(71, 'x')) == "");
    BOOST_TEST(multipart_boundary("multipart/mixed; boundary=a") == "");
    BOOST_TEST(multipart_boundary("") == "");
}

BOOST_AUTO_TEST_SUITE_END()
