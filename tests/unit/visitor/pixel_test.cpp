#include "visitor/pixel.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace pz::visitor;

namespace {

constexpr std::int64_t kNow = 1763660000;

std::string text_of(std::string_view query) {
    const auto event = parse_pixel(query, kNow);
    return event.ok() ? format_event(*event) : "refused: " + event.message();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pixel)

BOOST_AUTO_TEST_CASE(events_in_ga4s_words) {
    BOOST_TEST(text_of("name=view_item&item_id=SKU-1&price=19.90&item_list_id=home") ==
               "view_item SKU-1 1763660000 price=19.9 list=home");
    BOOST_TEST(text_of("price=19.90&quantity=2&currency=EUR&item_id=SKU+1&name=add_to_cart") ==
               "add_to_cart SKU%201 1763660000 price=19.9 qty=2 currency=EUR");
    BOOST_TEST(text_of("name=search&search_term=red%20mug&value=&x=1") ==
               "search - 1763660000 term=red%20mug");
    BOOST_TEST(text_of("name=purchase&item_id=A&transaction_id=T7&value=30") ==
               "purchase A 1763660000 value=30 eid=T7");
}

BOOST_AUTO_TEST_CASE(the_first_of_a_name_counts) {
    BOOST_TEST(text_of("name=like&item_id=A&name=dislike&item_id=B") == "like A 1763660000");
    BOOST_TEST(text_of("name=view_item_list&item_id=A&item_list_id=mail&price=3") ==
               "view_item_list - 1763660000 list=mail items=A");
    BOOST_TEST(text_of("name=like&item_id=A&item_list_name=n&item_list_id=i") ==
               "like A 1763660000 list=i");
}

BOOST_AUTO_TEST_CASE(only_events_of_the_shops_own_keep_other_fields) {
    BOOST_TEST(text_of("name=quiz&answer=blue&size=M&qty=3") ==
               "quiz - 1763660000 answer=blue size=M qty=3");
    BOOST_TEST(text_of("name=view_item&item_id=A&answer=blue") == "view_item A 1763660000");
    // Never a client's to say.
    BOOST_TEST(text_of("name=quiz&segment=vip&items=A,B") == "quiz - 1763660000");
}

BOOST_AUTO_TEST_CASE(times_that_cannot_be_are_now) {
    BOOST_TEST(text_of("name=search&timestamp_micros=1763650000000000") == "search - 1763650000");
    BOOST_TEST(text_of("name=search&timestamp_micros=1863660000000000") == "search - 1763660000");
    BOOST_TEST(text_of("name=search&timestamp_micros=5") == "search - 1763660000");
}

BOOST_AUTO_TEST_CASE(errors_name_the_field) {
    const std::pair<std::string, std::string> cases[] = {
        {"", "name: missing"},
        {"item_id=A", "name: missing"},
        {"name", "name: missing"},
        {"name=" + std::string(41, 'n'), "name: longer than 40 bytes"},
        {"name=view+item", "name: not of letters, digits and _, with a letter first"},
        {"name=a%0Ab", "name: not without control characters"},
        {"name=like&item_id=" + std::string(51, 'i'), "item_id: longer than 50 bytes"},
        {"name=view_item_list&item_id=A,B", "item_id: an item of a list has no comma in its id"},
        {"name=like&price=cheap", "price: not a number"},
        {"name=like&price=-1", "price: negative"},
        {"name=like&quantity=0", "quantity: not a whole number from 1 to 1000000"},
        {"name=like&value=x", "value: not a number"},
        {"name=like&timestamp_micros=now", "timestamp_micros: not a number"},
        {"name=search&search_term=" + std::string(201, 's'), "search_term: longer than 200 bytes"},
        {"name=quiz&v=1", "a parameter's name is: a reserved name"},
        {"name=quiz&qty=many", "qty: not a number"}};
    for (const auto& [query, error] : cases) {
        BOOST_TEST(text_of(query) == "refused: " + error, query);
    }
    std::string many = "name=quiz";
    for (int i = 0; i < 17; ++i) {
        many += "&p" + std::to_string(i) + "=1";
    }
    BOOST_TEST(text_of(many) == "refused: query: more than 16 parameters");
    for (int i = 17; i < 100; ++i) {
        many += "&p" + std::to_string(i) + "=1";
    }
    BOOST_TEST(text_of(many) == "refused: query: more than 100 fields");
}

BOOST_AUTO_TEST_SUITE_END()
