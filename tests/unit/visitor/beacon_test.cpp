#include "visitor/beacon.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

using namespace pz::visitor;

namespace {

constexpr std::int64_t kNow = 1763660000;

std::vector<Event> events_of(std::string_view body, const BeaconLimits& limits = {}) {
    const auto events = parse_beacon(body, kNow, limits);
    BOOST_REQUIRE_MESSAGE(events.ok(), std::string(body) + ": " + events.message());
    return *events;
}

std::string error_of(std::string_view body, const BeaconLimits& limits = {}) {
    return parse_beacon(body, kNow, limits).message();
}

std::vector<std::string> texts_of(std::string_view body) {
    std::vector<std::string> texts;
    for (const Event& event : events_of(body)) {
        texts.push_back(format_event(event));
    }
    return texts;
}

std::string item_body(const std::string& item) {
    return R"({"name":"view_item","params":{"items":[)" + item + "]}}";
}

std::string repeated(const std::string& text, std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) {
        all += (i == 0 ? "" : ",") + text;
    }
    return all;
}

using Texts = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(beacon)

BOOST_AUTO_TEST_CASE(one_event) {
    BOOST_TEST(texts_of(R"({"name":"view_item","params":{"items":
                           [{"item_id":"SKU-1","price":19.9,"quantity":1}]}})") ==
                   Texts{"view_item SKU-1 1763660000 price=19.9 qty=1"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_array_of_events) {
    BOOST_TEST(texts_of(R"([{"name":"search","params":{"search_term":"red mug"}},
                            {"name":"like","params":{"items":[{"item_id":7}]}},
                            {"name":"view_cart"}])") ==
                   (Texts{"search - 1763660000 term=red%20mug", "like 7 1763660000",
                          "view_cart - 1763660000"}),
               boost::test_tools::per_element());
    BOOST_TEST(events_of("[]").empty());
}

BOOST_AUTO_TEST_CASE(the_measurement_protocol_envelope) {
    BOOST_TEST(
        texts_of(R"({"client_id":"x.y","user_id":"mallory","timestamp_micros":1763650000123456,
                            "events":[{"name":"dislike","params":{"items":[{"item_id":"A"}]}},
                                      {"name":"unlike","timestamp_micros":"1763650001000000",
                                       "params":{"items":[{"item_id":"A"}]}}]})") ==
            (Texts{"dislike A 1763650000", "unlike A 1763650001"}),
        boost::test_tools::per_element());
    BOOST_TEST(events_of(R"({"events":[]})").empty());
}

BOOST_AUTO_TEST_CASE(each_item_is_an_event) {
    BOOST_TEST(
        texts_of(R"({"name":"purchase","params":{"transaction_id":"T1","value":25,"currency":"EUR",
                            "items":[{"item_id":"A","price":10,"quantity":2},
                                     {"item_id":"B","price":"5.00","currency":"GBP","item_variant":"XL"}]}})") ==
            (Texts{"purchase A 1763660000 eid=T1 value=25 price=10 qty=2 currency=EUR",
                   "purchase B 1763660000 eid=T1 price=5 variant=XL currency=GBP"}),
        boost::test_tools::per_element());
}

// Another event of the same id is the same event, come once more.
BOOST_AUTO_TEST_CASE(equal_lines_of_one_event_are_numbered) {
    BOOST_TEST(
        texts_of(R"([{"name":"purchase","params":{"transaction_id":"T1","items":
                      [{"item_id":"A","quantity":1},{"item_id":"B"},{"item_id":"A","quantity":3}]}},
                     {"name":"purchase","params":{"transaction_id":"T1","items":
                      [{"item_id":"A"}]}},
                     {"name":"my_own","params":{"event_id":"E","nth":7,"items":
                      [{"item_id":"A"},{"item_id":"A"}]}}])") ==
            (Texts{"purchase A 1763660000 eid=T1 qty=1", "purchase B 1763660000 eid=T1",
                   "purchase A 1763660000 eid=T1 qty=3 nth=2", "purchase A 1763660000 eid=T1",
                   "my_own A 1763660000 eid=E", "my_own A 1763660000 eid=E nth=2"}),
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_list_is_the_items_own_or_the_events) {
    BOOST_TEST(
        texts_of(
            R"({"name":"add_to_cart","params":{"item_list_id":"home","item_list_name":"Home",
                            "items":[{"item_id":"A"},{"item_id":"B","item_list_name":"cart"}]}})") ==
            (Texts{"add_to_cart A 1763660000 list=home", "add_to_cart B 1763660000 list=cart"}),
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(lists_that_were_shown_are_an_event_each) {
    BOOST_TEST(
        texts_of(
            R"({"name":"view_item_list","params":{"item_list_id":"home","item_list_name":"Home",
                            "event_id":"E1","currency":"EUR","value":9,
                            "items":[{"item_id":"A","price":9.5,"quantity":2},{"item_id":"C,D"},
                                     {"item_id":"B","item_list_name":"cart"},{"item_id":"E"}]}})") ==
            (Texts{"view_item_list - 1763660000 list=home items=A,,E",
                   "view_item_list - 1763660000 list=cart items=B"}),
        boost::test_tools::per_element());
    std::string many;
    for (int i = 0; i < 190; ++i) {
        many.append(i > 0 ? "," : "").append(R"({"item_id":")").append(std::to_string(i) + "\"}");
    }
    const Texts told = texts_of(R"({"name":"view_item_list","params":{"items":[)" + many + "]}}");
    BOOST_REQUIRE(told.size() == 1U);
    BOOST_TEST(told[0].starts_with("view_item_list - 1763660000 items=0,1,2,3,"));
    BOOST_TEST(told[0].ends_with(",62,63"));
    BOOST_TEST(error_of(R"({"name":"view_item_list","params":{"items":[{"item_id":"A"},{}]}})") ==
               "params.items[1].item_id: missing");
}

BOOST_AUTO_TEST_CASE(a_list_in_parts_says_where_its_items_stand) {
    const auto listed = [](const std::string& items) {
        return texts_of(R"({"name":"view_item_list","params":{"items":[)" + items + "]}}");
    };
    const std::string head = "view_item_list - 1763660000 items=";
    BOOST_TEST(
        listed(R"({"item_id":"B","index":4},{"item_id":"A","index":2})") == Texts{head + ",,A,,B"},
        boost::test_tools::per_element());
    // Beyond what a list has room for, or all of it.
    BOOST_TEST(listed(R"({"item_id":"A","index":63},{"item_id":"B","index":64})") ==
                   Texts{head + std::string(63, ',') + "A"},
               boost::test_tools::per_element());
    BOOST_TEST(listed(R"({"item_id":"A","index":18446744073709551615})").empty());
    // No places: the order counts.
    for (const char* other : {"0", "-1", "1.5", "\"1\"", "null"}) {
        BOOST_TEST(listed(R"({"item_id":"A","index":0},{"item_id":"B","index":)" +
                          std::string(other) + "}") == Texts{head + "A,B"},
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(own_names_keep_their_parameters_and_ga4s_do_not) {
    BOOST_TEST(
        texts_of(R"([{"name":"select_filter","params":{"filter":"color","value":"red","n":3,"f":1.5,
                             "on":true,"none":null}},
                            {"name":"view_cart","params":{"page_location":"https://x","n":3,"value":9.5}}])") ==
            (Texts{"select_filter - 1763660000 filter=color value=red n=3 f=1.5 on=true",
                   "view_cart - 1763660000 value=9.5"}),
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_client_says_nothing_of_segments_and_impressions) {
    BOOST_TEST(texts_of(R"([{"name":"view_item","params":{"segment":"vip",
                             "items":[{"item_id":"A","segment":"vip"}]}},
                            {"name":"my_own","params":{"segment":"vip","x":1,
                             "items":[{"item_id":"A","segment":"vip"}]}},
                            {"name":"my_own","params":{"segment":"vip"}},
                            {"name":"view_item_list","params":{"item_list_id":"home","segment":"vip",
                             "items":[]}}])") ==
                   (Texts{"view_item A 1763660000", "my_own A 1763660000 x=1",
                          "my_own - 1763660000", "view_item_list - 1763660000 list=home"}),
               boost::test_tools::per_element());
    BOOST_TEST(error_of(R"({"name":"my_own","params":{"items":"A,B"}})") ==
               "params.items: not an array");
}

BOOST_AUTO_TEST_CASE(the_item_says_more_than_custom_parameters) {
    BOOST_TEST(
        texts_of(R"([{"name":"my_own","params":{"price":"5.50","qty":3,"list":"x","eid":"forged",
                             "term":"cup","event_id":"E1","search_term":"mug","item_list_id":"home",
                             "items":[{"item_id":"A","price":19.9,"quantity":2,"item_list_id":"own"},
                                      {"item_id":"B"}]}},
                            {"name":"my_own","params":{"price":1e3,"n":1}}])") ==
            (Texts{"my_own A 1763660000 term=mug eid=E1 price=19.9 qty=2 list=own",
                   "my_own B 1763660000 term=mug eid=E1 list=home price=5.5 qty=3",
                   "my_own - 1763660000 price=1000 n=1"}),
        boost::test_tools::per_element());
    BOOST_TEST(error_of(R"({"name":"my_own","params":{"price":"abc"}})") ==
               "params.price: not a number");
    BOOST_TEST(error_of(R"({"name":"my_own","params":{"qty":0.5,"items":[{"item_id":"A"}]}})") ==
               "params.qty: not a whole number from 1 to 1000000");
}

BOOST_AUTO_TEST_CASE(null_is_absent_and_an_empty_list_has_no_items) {
    BOOST_TEST(texts_of(R"([{"name":"view_cart","params":null,"timestamp_micros":null},
                            {"name":"view_cart","params":{"items":null,"currency":null}},
                            {"name":"view_cart","params":{"items":[]}},
                            {"name":"like","params":{"items":[{"item_id":"A","price":null,"quantity":null}]}}])") ==
                   (Texts{"view_cart - 1763660000", "view_cart - 1763660000",
                          "view_cart - 1763660000", "like A 1763660000"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(money_is_a_plain_decimal) {
    const std::vector<std::pair<std::string, std::string>> table = {{"0", "0"},
                                                                    {"19.90", "19.9"},
                                                                    {"0.1", "0.1"},
                                                                    {"1e3", "1000"},
                                                                    {"1e-3", "0.001"},
                                                                    {"1e-9", "0"},
                                                                    {"\"7.5\"", "7.5"},
                                                                    {"1000000000", "1000000000"},
                                                                    {"0.000001", "0.000001"},
                                                                    {"12.345678", "12.345678"},
                                                                    {"-0.0", "0"}};
    for (const auto& [json, text] : table) {
        const auto events = events_of(item_body(R"({"item_id":"A","price":)" + json + "}"));
        BOOST_TEST(events.at(0).parameter("price") == text);
    }
}

BOOST_AUTO_TEST_CASE(strange_times_become_now) {
    const BeaconLimits limits;
    const auto time_of = [](std::int64_t seconds) {
        return events_of(R"({"name":"like","timestamp_micros":)" + std::to_string(seconds) +
                         "000000}")
            .at(0)
            .time;
    };
    BOOST_TEST(time_of(kNow - 1) == kNow - 1);
    BOOST_TEST(time_of(kNow - limits.max_age) == kNow - limits.max_age);
    BOOST_TEST(time_of(kNow - limits.max_age - 1) == kNow);
    BOOST_TEST(time_of(kNow + 1) == kNow);
    BOOST_TEST(time_of(1) == kNow);
}

BOOST_AUTO_TEST_CASE(an_error_names_its_place) {
    const std::vector<std::pair<std::string, std::string>> table = {
        {"1", "body: neither an object nor an array"},
        {"\"x\"", "body: neither an object nor an array"},
        {"null", "body: neither an object nor an array"},
        {"{}", "name: missing"},
        {R"({"name":null})", "name: missing"},
        {R"({"name":3})", "name: not a text"},
        {R"({"name":""})", "name: empty"},
        {R"({"name":"a\u0000b"})", "name: not without control characters"},
        {R"({"name":")" + std::string(41, 'n') + "\"}", "name: longer than 40 bytes"},
        {R"({"name":"my-own"})", "name: not of letters, digits and _, with a letter first"},
        {R"({"name":"1st"})", "name: not of letters, digits and _, with a letter first"},
        {R"([3])", "[0]: not an object"},
        {R"([{"name":"a"},null])", "[1]: not an object"},
        {R"([{"name":"a"},{}])", "[1].name: missing"},
        {R"({"events":{}})", "events: not an array"},
        {R"({"events":[{"name":"a"},[]]})", "events[1]: not an object"},
        {R"({"events":[{"name":"a"}],"timestamp_micros":"soon"})",
         "timestamp_micros: not a number"},
        {R"({"events":[{"name":"a","timestamp_micros":-1}]})",
         "events[0].timestamp_micros: not a time in microseconds"},
        {R"({"name":"a","params":[]})", "params: not an object"},
        {R"({"name":"a","params":{"items":{}}})", "params.items: not an array"},
        {item_body("3"), "params.items[0]: not an object"},
        {item_body("{}"), "params.items[0].item_id: missing"},
        {item_body(R"({"item_name":"Mug"})"), "params.items[0].item_id: missing"},
        {item_body(R"({"item_id":[]})"), "params.items[0].item_id: not a text"},
        {item_body(R"({"item_id":""})"), "params.items[0].item_id: empty"},
        {item_body(R"({"item_id":")" + std::string(51, 'i') + "\"}"),
         "params.items[0].item_id: longer than 50 bytes"},
        {item_body(R"({"item_id":"A","price":"cheap"})"), "params.items[0].price: not a number"},
        {item_body(R"({"item_id":"A","price":"nan"})"), "params.items[0].price: not a number"},
        {item_body(R"({"item_id":"A","price":"inf"})"), "params.items[0].price: not a number"},
        {item_body(R"({"item_id":"A","price":"1e400"})"), "params.items[0].price: not a number"},
        {item_body(R"({"item_id":"A","price":true})"), "params.items[0].price: not a number"},
        {item_body(R"({"item_id":"A","price":-0.01})"), "params.items[0].price: negative"},
        {item_body(R"({"item_id":"A","price":1e300})"), "params.items[0].price: over 1000000000"},
        {item_body(R"({"item_id":"A","quantity":0})"),
         "params.items[0].quantity: not a whole number from 1 to 1000000"},
        {item_body(R"({"item_id":"A","quantity":-1})"),
         "params.items[0].quantity: not a whole number from 1 to 1000000"},
        {item_body(R"({"item_id":"A","quantity":1.5})"),
         "params.items[0].quantity: not a whole number from 1 to 1000000"},
        {item_body(R"({"item_id":"A","quantity":18446744073709551615})"),
         "params.items[0].quantity: not a whole number from 1 to 1000000"},
        {item_body(R"({"item_id":"A","quantity":{}})"), "params.items[0].quantity: not a number"},
        {item_body(R"({"item_id":"A"},{"item_id":"B","item_variant":{}})"),
         "params.items[1].item_variant: not a text"},
        {item_body(R"({"item_id":"A","item_list_id":")" + std::string(201, 'l') + "\"}"),
         "params.items[0].item_list_id: longer than 200 bytes"},
        {R"({"name":"search","params":{"search_term":[]}})", "params.search_term: not a text"},
        {R"({"name":"purchase","params":{"value":-3}})", "params.value: negative"},
        {R"({"name":"my_own","params":{"v":1}})", "params: a parameter's name is a reserved name"},
        {R"({"name":"my_own","params":{"":1}})", "params: a parameter's name is empty"},
        {R"({"name":"my_own","params":{"x":{}}})",
         "params.x: not a text, a number or a truth value"},
        {R"({"events":[{"name":"a"},{"name":"a"},{"name":"view_item","params":{"items":[{"item_id":"A","price":"x"}]}}]})",
         "events[2].params.items[0].price: not a number"},
    };
    for (const auto& [body, message] : table) {
        BOOST_TEST(error_of(body) == message, body);
    }
}

BOOST_AUTO_TEST_CASE(what_is_no_json) {
    for (const std::string_view body :
         {"", " ", "{", "[", "{]", "{\"name\":\"a\"", "{\"name\":\"a\"} x", "{name:1}",
          "{\"a\":01}", "{\"name\":\"\xff\"}", "{\"name\":\"\xed\xa0\x80\"}",
          "{\"name\":\"\\ud800\"}", "{\"name\":\"a\nb\"}", "{\"n\":1e400}",
          "{\"n\":123456789012345678901234567890}", "NaN"}) {
        BOOST_TEST(error_of(body).starts_with("body: not JSON: "), body);
    }
}

BOOST_AUTO_TEST_CASE(every_cut_of_a_body_is_an_error) {
    const std::string body =
        R"({"events":[{"name":"view_item","params":{"items":[{"item_id":"\u00e4","price":19.9}]}}]})";
    BOOST_TEST(events_of(body).size() == 1U);
    for (std::size_t size = 0; size < body.size(); ++size) {
        BOOST_TEST(!parse_beacon(body.substr(0, size), kNow).ok(), size);
    }
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_refused) {
    for (const int depth : {20, 1000, 30000}) {
        const std::string body =
            R"({"name":"a","params":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
        BOOST_TEST(error_of(body).starts_with("body: not JSON: "), depth);
    }
}

BOOST_AUTO_TEST_CASE(limits) {
    const std::string event = R"({"name":"like"})";
    BOOST_TEST(events_of("[" + repeated(event, 25) + "]").size() == 25U);
    BOOST_TEST(error_of("[" + repeated(event, 26) + "]") == "body: more than 25 events");
    BOOST_TEST(error_of(R"({"events":[)" + repeated(event, 26) + "]}") ==
               "events: more than 25 events");

    const std::string item = R"({"item_id":"A"})";
    BOOST_TEST(events_of(item_body(repeated(item, 200))).size() == 200U);
    BOOST_TEST(error_of(item_body(repeated(item, 201))) == "params.items: more than 200 items");
    const std::string full = item_body(repeated(item, 200));
    BOOST_TEST(events_of("[" + repeated(full, 2) + "]").size() == 400U);
    BOOST_TEST(error_of("[" + repeated(full, 3) + "]") ==
               "[2].params.items[0]: more than 400 events in all");

    const BeaconLimits small{.max_bytes = event.size()};
    BOOST_TEST(events_of(event, small).size() == 1U);
    BOOST_TEST(error_of(event + " ", small) == "body: over 15 bytes");

    std::string params;
    for (int i = 0; i < 17; ++i) {
        params += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":1";
    }
    BOOST_TEST(error_of(R"({"name":"my_own","params":{)" + params + "}}") ==
               "params.k16: more than 16 parameters");
}

BOOST_AUTO_TEST_CASE(members_are_limited) {
    const std::string filler = repeated(R"("":1)", 99);
    const std::string item = R"({"item_id":"A",)";
    BOOST_TEST(events_of(item_body(item + filler + "}")).size() == 1U);
    BOOST_TEST(error_of(item_body("{\"item_id\":\"B\"}," + item + filler + R"(,"":1})")) ==
               "params.items[1]: more than 100 members");
    const std::string begin = R"([{"name":"view_cart"},{"name":"view_item","params":{)";
    const std::string end = R"(,"items":[{"item_id":"A"}]}}])";
    BOOST_TEST(events_of(begin + filler + end).size() == 2U);
    BOOST_TEST(error_of(begin + filler + R"(,"":1)" + end) == "[1].params: more than 100 members");
}

// A text of params stands in the event of each of its items.
BOOST_AUTO_TEST_CASE(a_small_body_cannot_become_many_bytes) {
    std::string params;
    for (int i = 0; i < 9; ++i) {
        params += "\"k" + std::to_string(i) + "\":\"" + std::string(200, 'x') + "\",";
    }
    const auto body = [&params](std::size_t items) {
        return R"({"name":"my_own","params":{)" + params + "\"items\":[" +
               repeated(R"({"item_id":"A"})", items) + "]}}";
    };
    const std::size_t one = format_event(events_of(body(1)).at(0)).size();
    const BeaconLimits limits{.max_text = 10 * one};
    BOOST_TEST(events_of(body(10), limits).size() == 10U);
    BOOST_TEST(error_of(body(11), limits) ==
               "params.items[10]: more than " + std::to_string(10 * one) +
                   " bytes of events in all; send fewer items or parameters");
    BOOST_TEST(error_of(body(200)).find("more than 131072 bytes of events in all") !=
               std::string::npos);
    const std::string event = body(4);
    BOOST_TEST(
        error_of("[" + repeated(event, 3) + "]", limits).starts_with("[2].params.items[2]:"));
}

BOOST_AUTO_TEST_CASE(an_event_too_long_as_text_is_refused) {
    std::string params;
    for (int i = 0; i < 5; ++i) {
        params +=
            (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":\"" + std::string(200, ' ') + "\"";
    }
    BOOST_TEST(error_of(R"({"name":"my_own","params":{)" + params + "}}") ==
               "params: event: longer than 2048 bytes");
}

BOOST_AUTO_TEST_CASE(a_reader_reads_one_body_after_another) {
    BeaconReader reader;
    const std::string one = item_body(R"({"item_id":"A"})");
    const std::string many = "[" + repeated(item_body(R"({"item_id":"B"})"), 25) + "]";
    const std::string large = item_body(R"({"item_id":"C"})") + std::string(60'000, ' ');
    const std::string deep = std::string(40, '[') + std::string(40, ']');
    for (int round = 0; round < 3; ++round) {
        for (const auto& [body, events] :
             {std::pair{one, 1U}, {many, 25U}, {large, 1U}, {one, 1U}}) {
            const auto read = reader.parse(body, kNow);
            BOOST_REQUIRE_MESSAGE(read.ok(), read.message());
            BOOST_TEST(read->size() == events);
        }
        for (const std::string& wrong : {std::string(), std::string("{"), one + "}", deep}) {
            BOOST_TEST(reader.parse(wrong, kNow).message() == error_of(wrong), wrong);
            BOOST_TEST(!reader.parse(wrong, kNow).ok());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
