#include "visitor/identity.hpp"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>

namespace pz::visitor {

namespace {

std::uint64_t identity_of(std::string_view visitor, const std::string& text) {
    return identity(visitor, *parse_event(text));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(identities)

BOOST_AUTO_TEST_CASE(what_has_no_id_has_none) {
    BOOST_TEST(identity_of("anna", "view_item A 1700000000 price=1") == 0U);
    BOOST_TEST(identity_of("anna", "view_item A 1700000000 eid=") == 0U);
}

BOOST_AUTO_TEST_CASE(time_and_price_do_not_tell_events_apart) {
    BOOST_TEST(identity_of("anna", "purchase A 1700000000 eid=o1 price=1") ==
               identity_of("anna", "purchase A 1700000009 price=2 eid=o1"));
}

BOOST_AUTO_TEST_CASE(visitor_name_item_variant_and_id_do) {
    const std::set<std::uint64_t> all = {
        identity_of("anna", "purchase A 1700000000 eid=o1"),
        identity_of("bert", "purchase A 1700000000 eid=o1"),
        identity_of("anna", "refund A 1700000000 eid=o1"),
        identity_of("anna", "purchase B 1700000000 eid=o1"),
        identity_of("anna", "purchase A 1700000000 eid=o2"),
        identity_of("anna", "purchase A 1700000000 eid=o1 variant=red"),
        identity_of("anna", "purchase Ao 1700000000 eid=1")};
    BOOST_TEST(all.size() == 7U);
}

BOOST_AUTO_TEST_CASE(equal_lines_are_numbered) {
    Lines lines;
    std::string all;
    for (const char* text :
         {"purchase A 1700000000 eid=o1 qty=1", "purchase A 1700000000 eid=o1 qty=3",
          "purchase A 1700000000 eid=o1 variant=red", "purchase B 1700000000 eid=o1",
          "purchase A 1700000000 eid=o1 qty=3", "purchase C 1700000000", "purchase C 1700000000"}) {
        Event event = *parse_event(text);
        BOOST_TEST(lines.number(event));
        all += event.item + "(" + std::string(event.parameter("nth")) + ")";
    }
    BOOST_TEST(all == "A()A(2)A()B()A(3)C()C()");
}

BOOST_AUTO_TEST_CASE(the_number_of_a_line_tells_events_apart) {
    const std::set<std::uint64_t> all = {identity_of("anna", "purchase A 1700000000 eid=o1"),
                                         identity_of("anna", "purchase A 1700000000 eid=o1 nth=2"),
                                         identity_of("anna", "purchase A 1700000000 eid=o1 nth=3")};
    BOOST_TEST(all.size() == 3U);
    // Marks in Redis and checkpoints hold it.
    BOOST_TEST(identity_of("anna", "purchase A 1700000000 eid=o1") == 0x98ec6e50e8eb7ab4U);
}

BOOST_AUTO_TEST_CASE(a_full_event_gets_no_number) {
    std::string text = "purchase A 1700000000 eid=o1";
    for (int i = 1; i < 16; ++i) {
        text += " k" + std::to_string(i) + "=v";
    }
    Lines lines;
    Event event = *parse_event(text);
    BOOST_TEST(lines.number(event));
    BOOST_TEST(!lines.number(event));
    BOOST_TEST(format_event(event) == text);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::visitor
