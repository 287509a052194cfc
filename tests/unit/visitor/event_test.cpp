#include "visitor/event.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "store/parse.hpp"

using namespace pz::visitor;

namespace {

Event event_of(std::string_view text) {
    const auto event = parse_event(text);
    BOOST_REQUIRE_MESSAGE(event.ok(), std::string(text) + ": " + event.message());
    return *event;
}

std::string every_byte() {
    std::string bytes;
    for (int c = 0; c < 256; ++c) {
        bytes += static_cast<char>(c);
    }
    return bytes;
}

Event plain() {
    Event event;
    event.type = EventType::view_item;
    event.name = "view_item";
    event.item = "SKU-1";
    event.time = 1763660000;
    return event;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event)

BOOST_AUTO_TEST_CASE(reads_the_documented_example) {
    const Event event = event_of("view_item SKU-1 1763660000 price=19.90 qty=2 list=home");
    BOOST_TEST((event.type == EventType::view_item));
    BOOST_TEST(event.name == "view_item");
    BOOST_TEST(event.item == "SKU-1");
    BOOST_TEST(event.time == 1763660000);
    BOOST_TEST(event.parameters.size() == 3U);
    BOOST_TEST(event.parameter("list") == "home");
    BOOST_TEST(event.parameter("term").empty());
    BOOST_TEST(event.price_micros() == 19900000);
    BOOST_TEST(event.quantity() == 2U);
}

BOOST_AUTO_TEST_CASE(names_and_types_are_one_to_one) {
    for (int i = 0; i < static_cast<int>(EventType::count); ++i) {
        const auto type = static_cast<EventType>(i);
        BOOST_TEST((event_type(name(type)) == type));
    }
    for (const std::string_view other : {"", "other", "view", "view_item2", "VIEW_ITEM"}) {
        BOOST_TEST((event_type(other) == EventType::other));
    }
    BOOST_TEST(name(EventType::count) == "other");
}

// Tokens of every length, so that each begins and ends at every place of the words that are read.
BOOST_AUTO_TEST_CASE(finds_tokens_wherever_they_stand) {
    for (std::size_t name = 1; name <= kMaxNameLength; ++name) {
        for (std::size_t item = 1; item <= kMaxItemIdLength; ++item) {
            const std::string gap(1 + (name + item) % 11, ' ');
            const std::string key(1 + item % 17, 'k');
            const std::string value(item % 23, '!');
            const std::string text = gap + std::string(name, '!') + gap + std::string(item, '!') +
                                     " 1763660000" + gap + key + "=" + value +
                                     std::string(item % 9, ' ');
            const Event event = event_of(text);
            BOOST_REQUIRE_EQUAL(event.name, std::string(name, '!'));
            BOOST_REQUIRE_EQUAL(event.item, std::string(item, '!'));
            BOOST_REQUIRE_EQUAL(event.time, 1763660000);
            BOOST_REQUIRE_EQUAL(event.parameters.size(), 1U);
            BOOST_REQUIRE_EQUAL(event.parameters[0].first, key);
            BOOST_REQUIRE_EQUAL(event.parameters[0].second, value);
        }
    }
}

BOOST_AUTO_TEST_CASE(sees_what_is_strange_at_every_place) {
    const std::string text = "view_item SKU-12345678 1763660000 list=home/sweet/home";
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (const char strange : {'\0', '\t', '\x1f', '\x7f'}) {
            std::string broken = text;
            broken[at] = strange;
            const bool in_value = at > text.find('=');  // where anything may stand
            BOOST_TEST(parse_event(broken).ok() == in_value, "at " << at);
        }
        if (at < text.find(' ')) {
            std::string encoded = text;
            encoded.replace(at, 1, "%41");
            BOOST_TEST(event_of(encoded).name[at] == 'A');
        }
    }
}

// Short plain texts are read in a way of their own; a blank behind them, which means nothing, takes
// it from them.
BOOST_AUTO_TEST_CASE(both_ways_of_reading_agree) {
    const auto told = [](std::string_view text) {
        const auto event = parse_event(text);
        return event.ok() ? format_event(*event) : event.message();
    };
    const std::vector<std::string> texts = {
        "view_item SKU-1 1763660000 price=19.90 qty=2",
        "search - 1763660000 term=tea",
        "a b 9 vv=1 x= yy==2 price=1 price=2",
        "other_name_of_the_shop_40_bytes_long_xxx i 17636600000",
        "add_to_cart aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee 1",
        "like i1 0123456789 aa=1 bb=1 cc=1 dd=1 ee=1 ff=1 gg=1 hh=1 ii=1",
        "like i 1 aa= bb= cc= dd= ee= ff= gg= hh= ii= jj= kk= ll= mm= nn="};
    for (const std::string& text : texts) {
        BOOST_TEST(told(text) == told(text + " "));
        for (std::size_t at = 0; at < text.size(); ++at) {
            BOOST_TEST(told(text.substr(0, at)) == told(text.substr(0, at) + " "));
            for (const char byte : std::string_view(" =%-9:/v\x7f\x1f\0\xc3\t", 13)) {
                std::string other = text;
                other[at] = byte;
                BOOST_TEST(told(other) == told(other + " "), other);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_time_is_digits_up_to_the_year_9999) {
    for (const std::string_view good : {"0", "1", "0000000000000000000000001", "253402300799"}) {
        BOOST_TEST(parse_event("view_item a " + std::string(good)).ok());
    }
    for (const std::string_view bad : {"-1", "+1", "1.", " x", "1e3", "253402300800", "0x1",
                                       "99999999999999999999999999999999"}) {
        BOOST_TEST(!parse_event("view_item a " + std::string(bad)).ok());
    }
}

BOOST_AUTO_TEST_CASE(keeps_a_name_of_the_shop) {
    const Event event = event_of("rate%20it - 5 stars=4");
    BOOST_TEST((event.type == EventType::other));
    BOOST_TEST(event.name == "rate it");
    BOOST_TEST(event.item.empty());
    BOOST_TEST(format_event(event) == "rate%20it - 5 stars=4");
}

BOOST_AUTO_TEST_CASE(an_item_called_dash_is_not_no_item) {
    Event event = plain();
    event.item = "-";
    BOOST_TEST(format_event(event) == "view_item %2D 1763660000");
    BOOST_TEST(event_of(format_event(event)).item == "-");
    BOOST_TEST(event_of("view_item - 1").item.empty());
}

BOOST_AUTO_TEST_CASE(every_byte_survives_the_round_trip) {
    const std::string bytes = every_byte();
    for (std::size_t at = 0; at < bytes.size(); at += 64) {
        Event event = plain();
        event.parameters = {{"term", bytes.substr(at, 64)}};
        BOOST_TEST(validate(event).ok());
        BOOST_TEST(event_of(format_event(event)).parameter("term") == bytes.substr(at, 64));
    }
    std::string encoded;
    percent_encode(bytes, encoded);
    std::string decoded;
    BOOST_TEST(percent_decode(encoded, decoded));
    BOOST_TEST(decoded == bytes);
}

BOOST_AUTO_TEST_CASE(encodes_everything_but_the_plain_characters) {
    const std::string_view plain_characters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:,/";
    for (const char c : every_byte()) {
        std::string encoded;
        percent_encode({&c, 1}, encoded);
        const bool is_plain = plain_characters.find(c) != std::string_view::npos;
        BOOST_TEST(encoded.size() == (is_plain ? 1U : 3U));
        std::string decoded;
        BOOST_TEST(percent_decode(encoded, decoded));
        BOOST_TEST(decoded == std::string(1, c));
    }
    std::string appended = "a";
    percent_encode("\xff ", appended);
    BOOST_TEST(appended == "a%FF%20");
}

BOOST_AUTO_TEST_CASE(understands_any_encoding) {
    const Event event = event_of("%76iew%5fitem S%4bU%2d1 1 %6cist=h%6Fme x=a=b");
    BOOST_TEST((event.type == EventType::view_item));
    BOOST_TEST(event.item == "SKU-1");
    BOOST_TEST(event.parameter("list") == "home");
    BOOST_TEST(event.parameter("x") == "a=b");
}

BOOST_AUTO_TEST_CASE(blanks_may_be_many) {
    const Event event = event_of("  view_item   A 7   qty=3 ");
    BOOST_TEST(event.item == "A");
    BOOST_TEST(event.time == 7);
    BOOST_TEST(event.quantity() == 3U);
}

// Texts are looked at eight bytes at a time: wherever it stands, an escape or a control character is
// seen, and a byte beyond ASCII is neither.
BOOST_AUTO_TEST_CASE(a_byte_counts_at_every_place) {
    for (std::size_t length = 1; length <= 20; ++length) {
        for (std::size_t at = 0; at < length; ++at) {
            const auto with = [&](std::string_view piece) {
                return "view_item " + std::string(length, 'x').replace(at, 1, piece) + " 1";
            };
            BOOST_TEST(event_of(with("%41")).item == std::string(length, 'x').replace(at, 1, "A"));
            BOOST_TEST(event_of(with("\xff")).item.size() == length);
            for (const std::string_view control : {"\x01", "\x1f", "\x7f", "%01", "%7f", "\t"}) {
                BOOST_TEST(parse_event(with(control)).message().starts_with("item: not without"));
            }
            for (const std::string_view broken : {"%", "%4", "%zz"}) {
                BOOST_TEST(!parse_event(with(broken)).ok());
            }
        }
    }
    BOOST_TEST(parse_event("\x01 x 1").message().starts_with("name: not without"));
    BOOST_TEST(parse_event("a x 1 \x7f=1").message().starts_with("parameter: not without"));
    BOOST_TEST(event_of("a x 1 k=\x01").parameter("k") == "\x01");
}

BOOST_AUTO_TEST_CASE(prices_are_those_of_the_feed) {
    for (const std::string price :
         {"19.90",        "0.05",        "0.00",     "123456789.99", "1234567890.99", "1299.00",
          "1,299.00",     "1.299,00",    "12",       "1.9",          ".90",           "-1.90",
          "1.90%20EUR",   "x.90",        "1.234",    "1.x9",         "19,90",         "1..90",
          "999999999.99", "00000019.90", "1%2090.10"}) {
        std::string text;
        BOOST_REQUIRE(percent_decode(price, text));
        std::int64_t micros = 0;
        std::string_view currency;
        const bool is_price = pz::store::parse_price(text, &micros, &currency);
        BOOST_TEST(
            event_of("view_item x 1 price=" + price).price_micros() == (is_price ? micros : 0),
            price);
    }
}

BOOST_AUTO_TEST_CASE(broken_escapes_do_not_decode) {
    for (const std::string_view text :
         {"%", "a%", "%2", "a%4", "%g0", "%0g", "%%41", "%-1", "% 1"}) {
        std::string out;
        BOOST_TEST(!percent_decode(text, out), text);
    }
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong) {
    const std::string long_name(41, 'n');
    const std::string long_item(51, 'i');
    const std::string long_value(201, 'v');
    const std::vector<std::pair<std::string, std::string>> table = {
        {"", "name: empty"},
        {"   ", "name: empty"},
        {"view_item", "item: missing; write - for none"},
        {"view_item A", "time: missing"},
        {"view_item A x", "time: not a number of seconds: 'x'"},
        {"view_item A -1", "time: not a number of seconds: '-1'"},
        {"view_item A +1", "time: not a number of seconds: '+1'"},
        {"view_item A 1.5", "time: not a number of seconds: '1.5'"},
        {"view_item A 99999999999999999999",
         "time: not a number of seconds: '99999999999999999999'"},
        {"view_item A 1763660000000", "time: not a number of seconds: '1763660000000'"},
        {"view_item A 1 qty", "parameter: not of the form key=value: 'qty'"},
        {"view_item A 1 =1", "parameter: empty: '=1'"},
        {"view_item A 1 v=1", "parameter: a reserved name: 'v=1'"},
        {"view_item A 1 %74=1", "parameter: a reserved name: '%74=1'"},
        {"view_item A 1 a=%zz", "parameter: a broken percent-encoding: '%zz'"},
        {"view%0 A 1", "name: a broken percent-encoding: 'view%0'"},
        {"view_item %A 1", "item: a broken percent-encoding: '%A'"},
        {"view_item a%00b 1", "item: not without control characters: 'a%00b'"},
        {"view\titem A 1", "name: not without control characters: 'view?item'"},
        {"view_item A 1 a%0Ab=1", "parameter: not without control characters: 'a%0Ab=1'"},
        {long_name + " A 1", "name: longer than 40 bytes: '" + long_name + "'"},
        {"view_item " + long_item + " 1", "item: longer than 50 bytes: '" + long_item + "'"},
        {"view_item A 1 a=" + long_value,
         "parameter: longer than 200 bytes: 'a=" + long_value.substr(0, 58) + "...'"},
        {"view_item A 1 " + long_name + "=1",
         "parameter: longer than 40 bytes: '" + long_name + "=1'"},
    };
    for (const auto& [text, message] : table) {
        const auto event = parse_event(text);
        BOOST_TEST(!event.ok(), text);
        BOOST_TEST(event.message() == message);
    }
}

BOOST_AUTO_TEST_CASE(limits_hold_exactly) {
    BOOST_TEST(
        parse_event(std::string(40, 'n') + " " + std::string(50, 'i') + " 253402300799").ok());
    BOOST_TEST(!parse_event("view_item A 253402300800").ok());
    BOOST_TEST(parse_event("x A 1 a=" + std::string(200, 'v')).ok());
    BOOST_TEST(parse_event("x A 1 a=").ok());

    std::string text = "x A 1";
    for (int i = 0; i < 16; ++i) {
        text += " k" + std::to_string(i) + "=1";
    }
    BOOST_TEST(event_of(text).parameters.size() == 16U);
    BOOST_TEST(parse_event(text + " one=1").message() == "parameters: more than 16");

    const std::string blanks(kMaxEventLength - 5, ' ');
    BOOST_TEST(parse_event("x A 1" + blanks).ok());
    BOOST_TEST(parse_event("x A 1 " + blanks).message() == "event: longer than 2048 bytes");
}

BOOST_AUTO_TEST_CASE(a_text_full_of_escapes_is_read_in_place) {
    std::string text = "x A 1";
    for (int i = 0; i < 10; ++i) {
        text += " k" + std::to_string(i) + "=";
        for (int j = 0; j < 60; ++j) {
            text += "%41";
        }
    }
    const Event event = event_of(text);
    for (int i = 0; i < 10; ++i) {
        BOOST_TEST(event.parameter("k" + std::to_string(i)) == std::string(60, 'A'));
    }
}

BOOST_AUTO_TEST_CASE(prices_and_quantities_that_are_none_have_defaults) {
    BOOST_TEST(event_of("x A 1").price_micros() == 0);
    BOOST_TEST(event_of("x A 1").quantity() == 1U);
    for (const std::string_view bad : {"", "abc", "-1", "1e3", "nan", "9999999999999999999999"}) {
        const Event event =
            event_of("x A 1 price=" + std::string(bad) + " qty=" + std::string(bad));
        BOOST_TEST(event.price_micros() == 0, bad);
        BOOST_TEST(event.quantity() == 1U, bad);
    }
    BOOST_TEST(event_of("x A 1 qty=0").quantity() == 1U);
    BOOST_TEST(event_of("x A 1 qty=4294967295").quantity() == 4294967295U);
    BOOST_TEST(event_of("x A 1 qty=2 qty=3").quantity() == 2U);
}

BOOST_AUTO_TEST_CASE(validate_finds_what_parse_would) {
    BOOST_TEST(validate(plain()).ok());
    Event event = plain();
    event.name = "add_to_cart";
    BOOST_TEST(validate(event).message() ==
               "name: not the name of the event's type: 'add_to_cart'");
    event = plain();
    event.type = EventType::other;
    BOOST_TEST(!validate(event).ok());
    event = plain();
    event.item = std::string(51, 'x');
    BOOST_TEST(!validate(event).ok());
    event.item = "a\nb";
    BOOST_TEST(validate(event).message() == "item: not without control characters: 'a?b'");
    event = plain();
    event.time = -1;
    BOOST_TEST(validate(event).message() == "time: not a number of seconds");
    event = plain();
    event.parameters.assign(17, {"a", "b"});
    BOOST_TEST(validate(event).message() == "parameters: more than 16");
    event.parameters.assign(1, {"i", "b"});
    BOOST_TEST(validate(event).message() == "parameter: a reserved name: 'i'");
    event.parameters.clear();
    for (int i = 0; i < 5; ++i) {
        event.parameters.emplace_back("k" + std::to_string(i), std::string(200, ' '));
    }
    BOOST_TEST(validate(event).message() == "event: longer than 2048 bytes");
}

BOOST_AUTO_TEST_CASE(visitor_ids) {
    BOOST_TEST(valid_visitor_id("a"));
    BOOST_TEST(valid_visitor_id(std::string(64, 'Z')));
    BOOST_TEST(valid_visitor_id("0.9_-"));
    for (const std::string_view bad : {"", "a b", "a/b", "a:b", "{a}", "a\n", "\xc3\xa4", "a%"}) {
        BOOST_TEST(!valid_visitor_id(bad), bad);
    }
    BOOST_TEST(!valid_visitor_id(std::string(65, 'a')));
    BOOST_TEST(!valid_visitor_id(std::string_view("a\0", 2)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(event_stream)

namespace {

using Fields = std::vector<std::string_view>;

std::string stream_error(const Fields& fields) {
    return event_of_stream(fields, nullptr).message();
}

}  // namespace

BOOST_AUTO_TEST_CASE(round_trip) {
    Event event = plain();
    event.parameters = {{"price", "19.90"}, {"term", every_byte().substr(0, 100)}};
    const std::vector<std::string> written = stream_fields("vis-1", event);
    BOOST_TEST(written.size() == 12U);
    BOOST_TEST(written[0] == "v");
    BOOST_TEST(written[1] == "vis-1");
    BOOST_TEST(written[7] == "1763660000");

    std::string visitor = "old";
    const auto read = event_of_stream(Fields(written.begin(), written.end()), &visitor);
    BOOST_REQUIRE(read.ok());
    BOOST_TEST(visitor == "vis-1");
    BOOST_TEST(read->item == event.item);
    BOOST_TEST(read->time == event.time);
    BOOST_TEST((read->type == event.type));
    BOOST_TEST((read->parameters == event.parameters));
}

BOOST_AUTO_TEST_CASE(any_order_and_no_item) {
    const Fields fields = {"t", "5", "term", "mug", "e", "search"};
    std::string visitor = "old";
    const auto read = event_of_stream(fields, &visitor);
    BOOST_REQUIRE(read.ok());
    BOOST_TEST(visitor.empty());
    BOOST_TEST(read->item.empty());
    BOOST_TEST(read->parameter("term") == "mug");
}

BOOST_AUTO_TEST_CASE(an_impossible_visitor_is_none) {
    const Fields fields = {"v", "a b", "e", "search", "t", "5"};
    std::string visitor = "old";
    BOOST_TEST(event_of_stream(fields, &visitor).ok());
    BOOST_TEST(visitor.empty());
}

BOOST_AUTO_TEST_CASE(bad_entries) {
    BOOST_TEST(stream_error({}) == "time: missing");
    BOOST_TEST(stream_error({"e"}) == "fields: an odd number of names and values");
    BOOST_TEST(stream_error({"t", "5"}) == "name: empty");
    BOOST_TEST(stream_error({"e", "search"}) == "time: missing");
    BOOST_TEST(stream_error({"e", "search", "t", "x"}) == "time: not a number of seconds: 'x'");
    BOOST_TEST(stream_error({"e", "search", "t", "5", "", "x"}) == "parameter: empty");
    const std::string long_item(51, 'x');
    BOOST_TEST(stream_error({"e", "like", "t", "5", "i", long_item}) ==
               "item: longer than 50 bytes: '" + long_item + "'");
    BOOST_TEST(stream_error(Fields(1000, "e")) == "parameters: more than 16");
}

BOOST_AUTO_TEST_SUITE_END()
