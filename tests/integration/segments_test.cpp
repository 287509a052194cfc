// Segments: events in the stream say those of their visitor, so that popularity is learned for each.
#include <boost/test/unit_test.hpp>

#include <atomic>

#include "integration/event_shop.hpp"
#include "integration/support/fake_redis.hpp"

namespace pz::test {

namespace {

const EdgeOptions kCached = {
    .location =
        "proxy_cache pages; proxy_cache_valid 200 10m; proxy_cache_key $uri;\n"
        "personalize_widget '#w1' popular limit=4 min=1 template=tile;\n"
        "personalize_event view_item item=$arg_id;"};

void be_in(const Edge& edge, const std::string& who, const std::string& segments) {
    edge.redis->client().command({"HSET", "pz:{" + who + "}:traits", "segment", segments});
}

// "P01(vip) P02()" of the stream's events, in its order.
std::string segments_told(const Edge& edge, const std::string& name) {
    List told;
    for (const Values& entry : edge.stream()) {
        const auto segment = entry.find("segment");
        if (entry.at("e") == name) {
            told.push_back(entry.at("i") + "(" + (segment == entry.end() ? "" : segment->second) +
                           ")");
        }
    }
    return joined(told);
}

// Redis says who is in a segment only when it is let.
struct SlowRedis {
    explicit SlowRedis(std::string timeout) : edge(options(std::move(timeout))) {
        BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
        edge.get("/");  // into the cache
    }
    static EdgeOptions options(std::string timeout) {
        EdgeOptions options = kCached;
        options.redis = false;
        options.timeout = std::move(timeout);
        return options;
    }
    bool written(std::size_t events) const {
        return wait_until([&] { return redis.received("XADD") >= events; });
    }
    Edge edge;
    FakeRedis redis{edge.dir / "redis.sock"};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(segments)

BOOST_AUTO_TEST_CASE(an_event_of_a_cached_page_says_its_visitors_segments) {
    Edge edge(kCached);
    be_in(edge, "anna", "vip,keen");
    edge.get("/?id=P01", visitor("anna"));
    edge.get("/?id=P02", visitor("anna"));
    edge.get("/?id=P03", visitor("bert"));
    BOOST_CHECK_EQUAL(edge.origin.requests(), 1);
    BOOST_CHECK(wait_until(
        [&] { return segments_told(edge, "view_item") == "P01(vip,keen) P02(vip,keen) P03()"; }));
    BOOST_CHECK_EQUAL(segments_told(edge, "view_item"), "P01(vip,keen) P02(vip,keen) P03()");
}

BOOST_AUTO_TEST_CASE(a_list_that_was_shown_says_those_of_the_rules_too) {
    const TempDir dir;
    EdgeOptions options = kCached;
    options.http = "personalize_rules " +
                   dir.write("rules.lua",
                             "segment \"all\" { when = function() return true end }\n"
                             "rule \"none\" { segment = \"all\", boost = 1 }\n") +
                   ";";
    Edge edge(options);
    be_in(edge, "anna", "vip");
    edge.get("/", visitor("anna"));
    BOOST_CHECK(wait_until([&] { return !segments_told(edge, "view_item_list").empty(); }));
    BOOST_CHECK_EQUAL(segments_told(edge, "view_item_list"), "(vip,all)");
}

BOOST_AUTO_TEST_CASE(events_do_not_wait_longer_than_the_page) {
    SlowRedis slow("100ms");
    slow.redis.hold();
    const Response response = slow.edge.get("/?id=P01", visitor("anna"));
    BOOST_CHECK(response.complete);
    BOOST_CHECK_EQUAL(slow.edge.status("events"), 1);
    slow.redis.release();
}

BOOST_AUTO_TEST_CASE(events_of_a_client_that_leaves_before_the_lookup_ends) {
    SlowRedis slow("30s");
    slow.redis.hold();
    HttpClient client = slow.edge.nginx->client();
    client.send({.path = "/?id=P01", .headers = visitor("anna")});
    BOOST_REQUIRE(wait_until([&] { return slow.redis.received("LRANGE") == 1; }));
    client.socket().abort();
    BOOST_CHECK(slow.edge.status_reaches("events", 1));
    slow.redis.release();
    BOOST_CHECK(slow.written(1));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
