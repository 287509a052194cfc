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

// TC strings with consent to purposes 1, 5 and 6, to these and vendor 755, and to 1 and 5 alone.
constexpr std::string_view kPersonal = "CQZCrAAQZCrAAAcADBENA8EgAIwAAAAAAAYgAAA";
constexpr std::string_view kVendor755 = "CQZCrAAQZCrAAAcADBENA8EgAIwAAAAAAAYgF8QAoABAATAvMC-A";
constexpr std::string_view kTooLittle = "CQZCrAAQZCrAAAcADBENA8EgAIgAAAAAAAYgAAA";

// Whether a page with these headers reads, and a look at an item writes, what is kept of anna.
bool kept(Edge& edge, const std::string& cookie, Headers headers = {}) {
    headers.emplace_back("Cookie", "vid=anna; " + cookie);
    const double lookups = edge.status("lookups");
    const double events = edge.status("events");
    edge.get("/", headers);
    edge.get("/item?id=P02", headers);
    BOOST_CHECK_EQUAL(edge.post("/beacon", "{\"name\":\"search\"}", headers).status, 204);
    const bool read = edge.status("lookups") > lookups;
    BOOST_CHECK_EQUAL(edge.status("events") - events, read ? 2 : 0);
    return read;
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

BOOST_AUTO_TEST_CASE(consent_in_a_tc_string) {
    EdgeOptions options = kShop;
    options.http = "personalize_consent_tcf $cookie_euconsent-v2;";
    Edge edge(options);
    edge.origin.page("/item", {"<p>item</p>"});
    const std::string cookie = "euconsent-v2=";
    BOOST_CHECK(kept(edge, cookie + std::string(kPersonal)));
    BOOST_CHECK(kept(edge, cookie + std::string(kVendor755) + ".argAC0gAAAAAAAAAAAA"));
    BOOST_CHECK(!kept(edge, cookie + std::string(kTooLittle)));
    BOOST_CHECK(!kept(edge, cookie));
    BOOST_CHECK(!kept(edge, cookie + "1"));
    BOOST_CHECK(!kept(edge, "euconsent=" + std::string(kPersonal)));
    BOOST_CHECK(!kept(edge, ""));
}

BOOST_AUTO_TEST_CASE(purposes_and_vendor_of_the_shop) {
    EdgeOptions options = kShop;
    options.http = "personalize_consent_tcf $cookie_tc purposes=1,5 vendor=755;";
    options.server +=
        "location = /free { personalize_consent_tcf off; proxy_pass http://origin; "
        "personalize_event view_item item=$arg_id; }";
    Edge edge(options);
    edge.origin.page("/item", {"<p>item</p>"});
    edge.origin.page("/free", {"<p>item</p>"});
    BOOST_CHECK(kept(edge, "tc=" + std::string(kVendor755)));
    BOOST_CHECK(!kept(edge, "tc=" + std::string(kPersonal)));
    const double events = edge.status("events");
    edge.get("/free?id=P01", cookies("vid=anna"));
    BOOST_CHECK_EQUAL(edge.status("events"), events + 1);
}

BOOST_AUTO_TEST_CASE(all_kinds_of_consent_must_agree) {
    EdgeOptions options = kShop;
    options.http += "personalize_consent_tcf $cookie_tc; personalize_gpc on;";
    Edge edge(options);
    edge.origin.page("/item", {"<p>item</p>"});
    const std::string tc = "tc=" + std::string(kPersonal);
    BOOST_CHECK(kept(edge, "consent=1; " + tc));
    BOOST_CHECK(!kept(edge, tc));
    BOOST_CHECK(!kept(edge, "consent=1"));
    BOOST_CHECK(!kept(edge, "consent=1; " + tc, {{"Sec-GPC", "1"}}));
}

BOOST_AUTO_TEST_CASE(global_privacy_control_counts_where_it_is_asked_for) {
    EdgeOptions options = kShop;
    options.http = "personalize_gpc on;";
    Edge edge(options);
    edge.origin.page("/item", {"<p>item</p>"});
    BOOST_CHECK(kept(edge, ""));
    BOOST_CHECK(!kept(edge, "", {{"Sec-GPC", "1"}}));
    BOOST_CHECK(!kept(edge, "", {{"sec-gpc", "0"}, {"Sec-GPC", "1"}}));
    for (const char* nothing : {"0", "true", "1, 1", "11", ""}) {
        BOOST_CHECK_MESSAGE(kept(edge, "", {{"Sec-GPC", nothing}}), nothing);
    }
    // It is passed on.
    edge.get("/item", {{"Sec-GPC", "1"}});
    BOOST_CHECK(edge.origin.received().back().head.find("Sec-GPC: 1") != std::string::npos);
    EdgeOptions without = kShop;
    without.http = "";
    Edge silent(without);
    silent.origin.page("/item", {"<p>item</p>"});
    BOOST_CHECK(kept(silent, "", {{"Sec-GPC", "1"}}));
}

BOOST_AUTO_TEST_CASE(no_visitor_stands_in_the_error_log) {
    EdgeOptions options = kShop;
    options.http = "";
    Edge edge(options);
    edge.origin.page("/item", {"<p>item</p>"});
    const Headers who = cookies("vid=hidden-visitor");
    edge.remember("hidden-visitor", {"no event at all"});
    edge.get("/", who);
    edge.get("/item?id=P02", who);
    edge.post("/beacon", "{", who);
    edge.redis->client().command({"CONFIG", "SET", "maxmemory", "1"});
    edge.get("/item?id=P02", who);
    edge.post("/beacon", "{\"name\":\"search\"}", who);
    edge.redis->kill9();
    edge.get("/", who);
    edge.get("/item?id=P02", who);
    edge.post("/beacon", "{\"name\":\"search\"}", who);
    BOOST_CHECK(edge.nginx->logged("personalize:"));
    BOOST_CHECK_EQUAL(edge.nginx->log().find("hidden-visitor"), std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
