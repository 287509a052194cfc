#include "visitor/fields.hpp"

#include <boost/test/unit_test.hpp>
#include <optional>
#include <string>

using namespace pz::visitor;

namespace {

std::string json(std::string_view body, std::string_view name) {
    std::string value = "left from before";
    return json_value(body, name, &value) ? value : "none";
}

std::string form(std::string_view text, std::string_view name) {
    std::string value = "left from before";
    return form_value(text, name, &value) ? value : "none";
}

constexpr std::string_view kCart =
    R"({"productId": 7, "product": {"id": "P1", "brand-name": "Acme"},
    "items": [{"sku": "A", "qty": 2, "price": 1.5}, {"sku": "B", "qty": 1}, {"sku": "C,D"}],
    "ids": ["x", 5, true, null], "gift": false, "note": null, "empty": [], "a_b": {"c": 1}})";

}  // namespace

BOOST_AUTO_TEST_SUITE(fields)

BOOST_AUTO_TEST_CASE(form_fields) {
    constexpr std::string_view kText = "token=x%26y&add-to-cart=17&Qty=2&q=red+mug%21&x=%zz%&flag&";
    BOOST_TEST(form(kText, "token") == "x&y");
    BOOST_TEST(form(kText, "add_to_cart") == "17");
    BOOST_TEST(form(kText, "qty") == "2");
    BOOST_TEST(form(kText, "q") == "red mug!");
    BOOST_TEST(form(kText, "x") == "%zz%");
    for (const char* absent : {"flag", "to", "add_to", "", "qtyy"}) {
        BOOST_TEST(form(kText, absent) == "none", absent);
    }
    BOOST_TEST(form("items%5B0%5D%5Bid%5D=P1", "items_0__id_") == "P1");
    BOOST_TEST(form("a=1&a=2", "a") == "1");
    BOOST_TEST(form("%C3%B6=1&a=", "a") == "");
}

BOOST_AUTO_TEST_CASE(members_by_their_name) {
    BOOST_TEST(json(kCart, "productid") == "7");
    BOOST_TEST(json(kCart, "product_id") == "P1");
    BOOST_TEST(json(kCart, "product_brand_name") == "Acme");
    BOOST_TEST(json(kCart, "gift") == "false");
    BOOST_TEST(json(kCart, "a_b_c") == "1");
    for (const char* absent : {"note", "product", "product_", "id", "empty", "missing", "gift_x",
                               "", "_", "product__id"}) {
        BOOST_TEST(json(kCart, absent) == "none", absent);
    }
    BOOST_TEST(json(R"({"a":{"b":1},"a_b":2})", "a_b") == "1");
    BOOST_TEST(json(R"({"a":{"c":1},"a_b":2})", "a_b") == "2");
}

BOOST_AUTO_TEST_CASE(arrays_become_lists) {
    BOOST_TEST(json(kCart, "items_sku") == "A,B,");
    BOOST_TEST(json(kCart, "items_qty") == "2,1,");
    BOOST_TEST(json(kCart, "items_price") == "1.5,,");
    BOOST_TEST(json(kCart, "ids") == "x,5,true,");
    BOOST_TEST(json(R"([{"id":"P1"},{"id":"P2"}])", "id") == "P1,P2");
    std::string many = "[1";
    for (int i = 1; i < 1000; ++i) {
        many += ",1";
    }
    BOOST_TEST(json(R"({"n":)" + many + "]}", "n").size() == 2 * 200 - 1);
}

BOOST_AUTO_TEST_CASE(what_is_no_json_has_no_value) {
    for (const char* body : {"", "{", "null", "7", "\"text\"", "sku=P1", "{\"a\":1}x"}) {
        BOOST_TEST(json(body, "a") == "none", body);
    }
    const std::string padding(kMaxJsonBody - 7, ' ');
    BOOST_TEST(json("{\"a\":1}" + padding, "a") == "1");
    BOOST_TEST(json("{\"a\":1}" + padding + " ", "a") == "none");
    BOOST_TEST(json(std::string(10'000, '['), "a") == "none");
}

BOOST_AUTO_TEST_SUITE_END()
