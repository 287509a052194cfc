// Without consent nothing of the visitor is read or written.
#include <boost/test/unit_test.hpp>

#include <sstream>

#include "integration/support/edge.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

const EdgeOptions kShop = {
    .server =
        "location = /item { proxy_pass http://origin; personalize_event view_item "
        "item=$arg_id; }\n"
        "location = /beacon { personalize_events; }",
    .http = "personalize_consent $cookie_consent;"};

Headers cookies(const std::string& value) {
    return {{"Cookie", value}};
}

// Which commands Redis has ever seen, but for those of the connections themselves.
std::string commands(const Edge& edge) {
    std::istringstream lines(edge.redis->client().command({"INFO", "commandstats"}).text);
    std::string seen;
    for (std::string line; std::getline(lines, line);) {
        const std::string name = line.substr(0, line.find(':'));
        if (name.starts_with("cmdstat_") && name != "cmdstat_ping" && name != "cmdstat_info" &&
            name != "cmdstat_lpush" && name != "cmdstat_select") {
            seen += name.substr(8) + " ";
        }
    }
    return seen;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(consent)

BOOST_AUTO_TEST_CASE(without_consent_no_key_is_read_or_written) {
    Edge edge(kShop);
    edge.origin.page("/item", {"<p>item</p>"});
    edge.remember("anna", {event("view_item", "P09")});
    const auto keys = edge.redis->client().integer({"DBSIZE"});
    for (const char* cookie : {"vid=anna", "vid=anna; consent=0", "vid=anna; consent="}) {
        CHECK_LIST(tiles_of(edge.get("/", cookies(cookie)).body, "w1"), "P01 P02 P03 P04");
        BOOST_CHECK_EQUAL(edge.get("/item?id=P02", cookies(cookie)).status, 200);
        BOOST_CHECK_EQUAL(edge.post("/beacon", "{\"name\":\"search\"}", cookies(cookie)).status,
                          204);
    }
    // Long enough for impressions to leave, if there were any: a visitor with consent makes some.
    edge.get("/", cookies("vid=bert; consent=1"));
    BOOST_REQUIRE(wait_until([&] {
        return edge.redis->client().integer({"EXISTS", "pz:events:0"}) == 1;
    }));
    BOOST_CHECK_EQUAL(edge.redis->client().integer({"DBSIZE"}), keys + 1);
    const auto entries = edge.redis->client().command({"XRANGE", "pz:events:0", "-", "+"});
    for (const RedisReply& entry : entries.elements) {
        CHECK_LIST((List{entry.elements.at(1).texts().at(0), entry.elements[1].texts().at(1)}),
                   "v bert");
    }
}

BOOST_AUTO_TEST_CASE(without_consent_redis_gets_no_command) {
    Edge edge(kShop);
    edge.origin.page("/item", {"<p>item</p>"});
    const std::string before = commands(edge);
    for (int i = 0; i < 5; i++) {
        edge.get("/", cookies("vid=anna"));
        edge.get("/item?id=P02", cookies("vid=anna; consent=0"));
        edge.post("/beacon", "{\"name\":\"search\"}", cookies("vid=anna; consent=0"));
    }
    BOOST_CHECK_EQUAL(edge.status("lookups"), 0);
    BOOST_CHECK_EQUAL(edge.status("events"), 0);
    BOOST_CHECK_EQUAL(commands(edge), before);
    BOOST_CHECK_EQUAL(edge.result(0), "popular");
}

BOOST_AUTO_TEST_CASE(with_consent_the_visitor_is_known) {
    Edge edge(kShop);
    edge.remember("anna", {event("view_item", "P09")});
    CHECK_LIST(tiles_of(edge.get("/", cookies("vid=anna; consent=1")).body, "w1"),
               "P09 P01 P02 P03");
}

BOOST_AUTO_TEST_CASE(withdrawn_consent_counts_at_once) {
    Edge edge(kShop);
    edge.remember("anna", {event("view_item", "P09")});
    HttpClient client = edge.nginx->client();
    CHECK_LIST(tiles_of(client.get("/", cookies("vid=anna; consent=yes")).body, "w1"),
               "P09 P01 P02 P03");
    CHECK_LIST(tiles_of(client.get("/", cookies("vid=anna; consent=0")).body, "w1"),
               "P01 P02 P03 P04");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
