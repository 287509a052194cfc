// Orders with one item on several lines: every line counts, and counts once, however often the order
// is sent.
#include <boost/test/unit_test.hpp>

#include "integration/support/edge.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

// Two lines differ in what is no part of an event's identity, two in nothing.
constexpr const char* kOrder = R"({"name":"purchase","params":{"transaction_id":"T78","value":40,
    "items":[{"item_id":"P01","quantity":1},{"item_id":"P01","quantity":3},
             {"item_id":"P02"},{"item_id":"P02"}]}})";
constexpr const char* kAll = "P01x1 P01x3 P02x P02x";

const EdgeOptions kShop = {.server = R"(
        location = /beacon { personalize_events; }
        location = /thanks { proxy_pass http://origin;
            personalize_event purchase item=$arg_items qty=$arg_qtys eid=$arg_order; }
    )",
                           .http = "personalize_spool @dir@/spool;",
                           .timeout = "100ms"};

// Items and quantities of the stream, in its order.
std::string streamed(const Edge& edge) {
    List lines;
    for (const Values& entry : edge.stream()) {
        lines.push_back(entry.at("i") + "x" + (entry.contains("qty") ? entry.at("qty") : ""));
    }
    return joined(lines);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(order_lines)

BOOST_AUTO_TEST_CASE(an_order_sent_twice_is_there_once_with_all_its_lines) {
    Edge edge(kShop);
    for (int times = 0; times < 2; times++) {
        BOOST_CHECK_EQUAL(edge.post("/beacon", kOrder, visitor("anna")).status, 204);
        BOOST_CHECK_EQUAL(streamed(edge), kAll);
    }
    BOOST_CHECK_GE(edge.events("anna").size(), 4);
    BOOST_CHECK_EQUAL(edge.status("events_failed"), 0);
}

BOOST_AUTO_TEST_CASE(an_order_comes_through_the_spool_with_all_its_lines) {
    Edge edge(kShop);
    edge.redis->freeze();
    // It waits in Redis's socket, and in the spool.
    BOOST_CHECK_EQUAL(edge.post("/beacon", kOrder, visitor("anna")).status, 204);
    edge.redis->thaw();
    BOOST_CHECK(edge.status_reaches("events_replayed", 4));
    BOOST_CHECK_EQUAL(streamed(edge), kAll);
    BOOST_CHECK_EQUAL(edge.events("anna").size(), 4);
}

BOOST_AUTO_TEST_CASE(a_thank_you_page_opened_twice) {
    Edge edge(kShop);
    edge.origin.page("/thanks", {"<p>ok</p>"});
    for (int times = 0; times < 2; times++) {
        edge.get("/thanks?items=P01,P01,P02,P02&qtys=1,3&order=T9", visitor("bert"));
        BOOST_CHECK(wait_until([&] { return streamed(edge) == kAll; }));
        BOOST_CHECK(edge.status_reaches("events", 4 * (times + 1)));
    }
    BOOST_CHECK_EQUAL(streamed(edge), kAll);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
