// personalize_lookup: what is known of the visitor stands in variables before the origin is asked.
#include <boost/test/unit_test.hpp>

#include "integration/event_shop.hpp"
#include "integration/support/fake_redis.hpp"

namespace pz::test {

namespace {

constexpr std::string_view kLocations = R"(
    map $personalize_trait_plan $kind { gold dear; default other; }
    log_format known '$uri|$personalize_segments|$personalize_trait_plan';
)";

const EdgeOptions kShop = {.server = R"(
        location /app/ {
            personalize_lookup on;  access_log @dir@/known.log known;
            proxy_set_header X-Segments $personalize_segments;
            proxy_set_header X-Plan $personalize_trait_plan;
            proxy_set_header X-Kind $kind;
            add_header X-Told "$personalize_segments|$personalize_visitor";
            proxy_pass http://origin;
        }
        location /home/ {
            personalize_lookup on;
            proxy_set_header X-Segments $personalize_segments;
            personalize_widget '#w1' recent,popular limit=4 min=2 template=tile;
            personalize_event view_item item=$arg_id;
            proxy_pass http://origin;
        }
        location /plain/ {
            proxy_set_header X-Plan $personalize_trait_plan;
            proxy_pass http://origin;
        }
        location /off/ {
            personalize off;  personalize_lookup on;
            proxy_set_header X-Plan $personalize_trait_plan;
            proxy_pass http://origin;
        })",
                           .http = std::string(kLocations)};

// An origin that says which headers of ours it was sent.
void listen_at(Edge& edge, const std::string& path) {
    edge.origin.script(path, [](const OriginRequest& request, Origin::Connection& connection) {
        std::string told;
        for (const char* name : {"X-Segments", "X-Plan", "X-Kind"}) {
            const std::string header = std::string(name) + ": ";
            const std::size_t at = request.head.find(header);
            told += at == std::string::npos
                        ? "-;"
                        : request.head.substr(at + header.size(),
                                              request.head.find('\r', at) - at - header.size()) +
                              ";";
        }
        connection.socket().send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
                                 std::to_string(told.size()) + "\r\nConnection: close\r\n\r\n" +
                                 told);
    });
}

void be(const Edge& edge, const std::string& who, const std::string& segments,
        const std::string& plan) {
    edge.redis->client().command(
        {"HSET", "pz:{" + who + "}:traits", "segment", segments, "plan", plan});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lookup)

BOOST_AUTO_TEST_CASE(the_origin_headers_maps_and_logs_know_the_visitor) {
    Edge edge(kShop);
    listen_at(edge, "/app/a");
    be(edge, "anna", "vip,keen", "gold");
    const Response known = edge.get("/app/a", visitor("anna"));
    BOOST_CHECK_EQUAL(known.body, "vip,keen;gold;dear;");
    BOOST_CHECK_EQUAL(known.header("X-Told").value_or(""), "vip,keen|anna");
    BOOST_CHECK_EQUAL(edge.get("/app/a", visitor("bert")).body, "-;-;other;");
    BOOST_CHECK_EQUAL(edge.get("/app/a").body, "-;-;other;");
    BOOST_CHECK_EQUAL(edge.status("lookups"), 2);
    BOOST_CHECK(wait_until([&] {
        return edge.dir.read("known.log").find("/app/a|vip,keen|gold") != std::string::npos;
    }));
}

BOOST_AUTO_TEST_CASE(every_method_and_pictures_too_and_no_event_comes_of_it) {
    Edge edge(kShop);
    listen_at(edge, "/app/a");
    be(edge, "anna", "vip", "gold");
    Headers picture = visitor("anna");
    picture.emplace_back("Sec-Fetch-Dest", "image");
    BOOST_CHECK_EQUAL(edge.get("/app/a", picture).body, "vip;gold;dear;");
    BOOST_CHECK_EQUAL(edge.post("/app/a", "x=1", visitor("anna")).body, "vip;gold;dear;");
    BOOST_CHECK_EQUAL(edge.nginx->client()
                          .fetch({.path = "/app/a", .headers = visitor("anna"), .method = "DELETE"})
                          .body,
                      "vip;gold;dear;");
    BOOST_CHECK_EQUAL(edge.status("events"), 0);
}

BOOST_AUTO_TEST_CASE(rules_of_the_location_name_segments_too) {
    const TempDir dir;
    EdgeOptions options = kShop;
    options.http += "personalize_context plan $personalize_segments; personalize_rules " +
                    dir.write("rules.lua",
                              "segment \"all\" { when = function() return true end }\n"
                              "rule \"none\" { segment = \"all\", boost = 1 }\n") +
                    ";";
    Edge edge(options);
    listen_at(edge, "/app/a");
    be(edge, "anna", "vip", "gold");
    BOOST_CHECK_EQUAL(edge.get("/app/a", visitor("anna")).body, "vip,all;gold;dear;");
}

BOOST_AUTO_TEST_CASE(a_page_is_personal_as_ever_and_its_own_event_counts) {
    Edge edge(kShop);
    edge.origin.page("/home/a", {home_page()});
    be(edge, "anna", "vip", "gold");
    edge.remember("anna", {event("view_item", "P09", 20)});
    const Response page = edge.get("/home/a?id=P15", visitor("anna"));
    CHECK_LIST(tiles_of(page.body, "w1"), "P15 P09 P01 P02");
    BOOST_CHECK_EQUAL(edge.status("lookups"), 1);
    BOOST_CHECK_EQUAL(edge.status("requests.personal"), 1);
    BOOST_CHECK_EQUAL(edge.status("events"), 1);
}

BOOST_AUTO_TEST_CASE(the_log_has_the_segments_of_the_page_itself) {
    const TempDir dir;
    EdgeOptions options = kShop;
    options.http +=
        "access_log @dir@/known.log known; personalize_rules " +
        dir.write("rules.lua",
                  "segment \"new\" { when = function(visitor) return visitor.events == 0 end }\n"
                  "segment \"keen\" { when = function(visitor) return visitor.events > 0 end }\n"
                  "rule \"none\" { segment = \"keen\", boost = 1 }\n") +
        ";";
    Edge edge(options);
    edge.origin.page("/home/a", {home_page()});
    BOOST_CHECK_EQUAL(edge.get("/home/a?id=P15", visitor("anna")).status, 200);
    BOOST_CHECK(wait_until([&] { return !edge.dir.read("known.log").empty(); }));
    BOOST_CHECK_EQUAL(edge.dir.read("known.log"), "/home/a|keen|-\n");
}

BOOST_AUTO_TEST_CASE(without_the_directive_nothing_is_looked_up) {
    Edge edge(kShop);
    listen_at(edge, "/plain/a");
    listen_at(edge, "/off/a");
    be(edge, "anna", "vip", "gold");
    BOOST_CHECK_EQUAL(edge.get("/plain/a", visitor("anna")).body, "-;-;-;");
    BOOST_CHECK_EQUAL(edge.get("/off/a", visitor("anna")).body, "-;-;-;");
    BOOST_CHECK_EQUAL(edge.status("lookups"), 0);
}

BOOST_AUTO_TEST_CASE(without_consent_nothing_is_known) {
    EdgeOptions options = kShop;
    options.http += "personalize_consent $cookie_ok;";
    Edge edge(options);
    listen_at(edge, "/app/a");
    be(edge, "anna", "vip", "gold");
    BOOST_CHECK_EQUAL(edge.get("/app/a", visitor("anna")).body, "-;-;other;");
    BOOST_CHECK_EQUAL(edge.status("lookups"), 0);
    BOOST_CHECK_EQUAL(edge.status("without_consent"), 1);
}

BOOST_AUTO_TEST_CASE(a_late_redis_is_waited_for_until_the_timeout) {
    EdgeOptions options = kShop;
    options.redis = false;
    options.timeout = "50ms";
    Edge edge(options);
    FakeRedis redis(edge.dir / "redis.sock");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    listen_at(edge, "/app/a");
    redis.hold();
    BOOST_CHECK_EQUAL(edge.get("/app/a", visitor("anna")).body, "-;-;other;");
    BOOST_CHECK_EQUAL(edge.status("lookup_timeouts"), 1);
    redis.release();
}

BOOST_AUTO_TEST_CASE(a_client_that_leaves_meanwhile) {
    EdgeOptions options = kShop;
    options.redis = false;
    options.timeout = "30s";
    Edge edge(options);
    FakeRedis redis(edge.dir / "redis.sock");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    listen_at(edge, "/app/a");
    redis.hold();
    HttpClient client = edge.nginx->client();
    client.send({.path = "/app/a", .headers = visitor("anna")});
    BOOST_REQUIRE(wait_until([&] { return redis.received("LRANGE") == 1; }));
    client.socket().abort();
    redis.release();
    BOOST_CHECK(
        wait_until([&] { return edge.dir.read("known.log").find("/app/a") != std::string::npos; }));
    BOOST_CHECK_EQUAL(edge.get("/app/a", visitor("bert")).status, 200);
}

BOOST_AUTO_TEST_CASE(redis_away_costs_no_time) {
    EdgeOptions options = kShop;
    options.redis = false;
    options.wait_ready = false;
    options.timeout = "30s";
    Edge edge(options);
    listen_at(edge, "/app/a");
    BOOST_CHECK_EQUAL(edge.get("/app/a", visitor("anna")).body, "-;-;other;");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
