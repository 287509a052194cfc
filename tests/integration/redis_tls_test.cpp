// Redis behind TLS: who it is, who we are, and what keeps its mouth shut.
#include <boost/test/unit_test.hpp>

#include "integration/support/certificates.hpp"
#include "integration/support/edge.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

std::string tls(const SecureRedis& redis, const std::string& authority = "ca.pem") {
    return "personalize_redis_ssl_trusted_certificate " + (redis.dir / authority) + ";\n";
}

std::string ours(const SecureRedis& redis) {
    return "personalize_redis_ssl_certificate " + (redis.dir / "client.crt") +
           ";\npersonalize_redis_ssl_certificate_key " + (redis.dir / "client.key") + ";\n";
}

void check_refused(const SecureRedis& redis, const std::string& http, std::string_view why) {
    Edge edge({.http = http, .redis_url = redis.url(), .redis = false});
    BOOST_CHECK(edge.nginx->logged(why));
    BOOST_CHECK_EQUAL(edge.get("/", visitor("v")).body, home_page());
    BOOST_CHECK(!edge.redis_ready());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(redis_tls)

BOOST_AUTO_TEST_CASE(both_sides_show_who_they_are) {
    SecureRedis redis;
    Edge edge({.server = "location = /events { personalize_events; }",
               .http = tls(redis) + ours(redis),
               .redis_url = redis.url(),
               .redis = false});
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    // More than one record of TLS in both directions.
    redis.node.command({"LPUSH", "pz:{anna}:events", event("view_item", "P09")});
    redis.node.command({"HSET", "pz:{anna}:traits", "note", std::string(100000, 'x')});
    CHECK_LIST(tiles_of(edge.get("/", visitor("anna")).body, "w1"), "P09 P01 P02 P03");
    std::string events;
    for (int i = 0; i < 25; i++) {
        events += std::string(i == 0 ? "" : ",") + R"({"name":"view_item","params":{"note":")" +
                  std::string(1000, 'y') + R"(","items":[{"item_id":"P07"}]}})";
    }
    BOOST_CHECK_EQUAL(
        edge.post("/events", "[" + events + "]", visitor("bert"), "application/json").status, 204);
    BOOST_CHECK_EQUAL(redis.node.command({"LLEN", "pz:{bert}:events"}).integer, 25);
    redis.node.kill9();
    BOOST_CHECK_EQUAL(edge.get("/", visitor("anna")).body, home_page());
    redis.node.start();
    BOOST_CHECK(wait_until([&] { return edge.redis_ready(); }));
}

BOOST_AUTO_TEST_CASE(a_stranger_is_not_spoken_to) {
    SecureRedis redis;
    check_refused(redis, tls(redis, "other.pem") + ours(redis), "its certificate is not trusted");
    check_refused(redis, tls(redis) + ours(redis) + "personalize_redis_ssl_name another.test;\n",
                  "its certificate is for another name");
    Edge named({.http = tls(redis) + ours(redis) + "personalize_redis_ssl_name redis.test;\n",
                .redis_url = redis.url(),
                .redis = false});
    BOOST_CHECK(wait_until([&] { return named.redis_ready(); }));
    Edge careless({.http = ours(redis) + "personalize_redis_ssl_verify off;\n",
                   .redis_url = redis.url(),
                   .redis = false});
    BOOST_CHECK(wait_until([&] { return careless.redis_ready(); }));
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_speak_it) {
    SecureRedis redis;
    Edge edge(
        {.http = tls(redis), .redis_url = "rediss://" + redis.node.address(), .redis = false});
    BOOST_CHECK(edge.nginx->logged("pages stay as the origin made them until it is back"));
    BOOST_CHECK_EQUAL(edge.get("/", visitor("v")).body, home_page());
}

BOOST_AUTO_TEST_CASE(user_and_password_of_a_file) {
    const TempDir dir;
    const RedisNode redis(dir, "acl", {"--user", "shop", "on", ">s:ecret", "~*", "&*", "+@all"});
    dir.write("right", "shop:s:ecret\n");
    dir.write("wrong", "shop:guess\n");
    Edge right({.http = "personalize_redis_auth " + (dir / "right") + ";",
                .redis_url = "redis://" + redis.address(),
                .redis = false});
    BOOST_CHECK(wait_until([&] { return right.redis_ready(); }));
    const std::string clients = redis.command({"CLIENT", "LIST"}).text;
    BOOST_CHECK(clients.find("user=shop") != std::string::npos);
    Edge wrong({.http = "personalize_redis_auth " + (dir / "wrong") + ";",
                .redis_url = "redis://" + redis.address(),
                .redis = false});
    BOOST_CHECK(wrong.nginx->logged("WRONGPASS"));
    BOOST_CHECK(wrong.nginx->log().find("guess") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_nginx_refuses_to_start_with) {
    const TempDir dir;
    dir.write("two", "a\nhunter2\n");
    const auto refused = [&](const std::string& http) {
        const Outcome outcome = Nginx::check(dir, http);
        BOOST_CHECK_NE(outcome.status, 0);
        BOOST_CHECK(outcome.output.find("hunter2") == std::string::npos);
        return outcome.output;
    };
    BOOST_CHECK(refused("personalize_redis redis://127.0.0.1; personalize_redis_auth @dir@/two;")
                    .find("not one line of `password` or `user:password`") != std::string::npos);
    BOOST_CHECK(refused("personalize_redis redis://127.0.0.1; personalize_redis_auth @dir@/none;")
                    .find("No such file") != std::string::npos);
    BOOST_CHECK(refused("personalize_redis rediss://127.0.0.1;"
                        "personalize_redis_ssl_trusted_certificate @dir@/none;")
                    .find("personalize_redis_ssl_trusted_certificate") != std::string::npos);
    BOOST_CHECK(refused("personalize_redis rediss://127.0.0.1;"
                        "personalize_redis_ssl_certificate @dir@/two;")
                    .find("add personalize_redis_ssl_certificate_key") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
