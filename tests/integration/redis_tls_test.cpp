// Redis behind TLS: who it is, who we are, and what keeps its mouth shut.
#include <boost/test/unit_test.hpp>

#include "integration/support/certificates.hpp"
#include "integration/support/edge.hpp"
#include "integration/support/print.hpp"
#include "integration/topology_edge.hpp"

namespace pz::test {

namespace {

std::string tls(const TempDir& dir, const std::string& authority = "ca.pem") {
    return "personalize_redis_ssl_trusted_certificate " + (dir / authority) + ";\n";
}

std::string ours(const TempDir& dir) {
    return "personalize_redis_ssl_certificate " + (dir / "client.crt") +
           ";\npersonalize_redis_ssl_certificate_key " + (dir / "client.key") + ";\n";
}

// Of servers that speak TLS alone, with their peers too.
std::vector<std::string> tls_alone(const TempDir& dir, const std::string& peers) {
    auto words = tls_words(dir, "@port@");
    words.insert(words.end(), {"--port", "0", peers, "yes"});
    return words;
}

void check_works(const std::string& url, const TempDir& dir) {
    Edge edge(edge_of(url, tls(dir) + ours(dir)));
    BOOST_REQUIRE(ready(edge));
    for (std::size_t n = 1; n <= 9; n++) {
        const std::string who = "v" + std::to_string(n);
        BOOST_CHECK_EQUAL(send_event(edge, who, n), 204);
        BOOST_CHECK_EQUAL(shown(edge, who), item_id(n));
    }
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
               .http = tls(redis.dir) + ours(redis.dir),
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
    check_refused(redis, tls(redis.dir, "other.pem") + ours(redis.dir),
                  "its certificate is not trusted");
    check_refused(redis,
                  tls(redis.dir) + ours(redis.dir) + "personalize_redis_ssl_name another.test;\n",
                  "its certificate is for another name");
    Edge named(
        {.http = tls(redis.dir) + ours(redis.dir) + "personalize_redis_ssl_name redis.test;\n",
         .redis_url = redis.url(),
         .redis = false});
    BOOST_CHECK(wait_until([&] { return named.redis_ready(); }));
    Edge careless({.http = ours(redis.dir) + "personalize_redis_ssl_verify off;\n",
                   .redis_url = redis.url(),
                   .redis = false});
    BOOST_CHECK(wait_until([&] { return careless.redis_ready(); }));
}

BOOST_AUTO_TEST_CASE(a_server_that_does_not_speak_it) {
    SecureRedis redis;
    Edge edge(
        {.http = tls(redis.dir), .redis_url = "rediss://" + redis.node.address(), .redis = false});
    BOOST_CHECK(edge.nginx->logged("pages stay as the origin made them until it is back"));
    BOOST_CHECK_EQUAL(edge.get("/", visitor("v")).body, home_page());
}

BOOST_AUTO_TEST_CASE(a_cluster) {
    const TempDir dir;
    const Certificates certificates(dir);
    const RedisCluster cluster(dir, 3, false, tls_alone(dir, "--tls-cluster"));
    check_works("rediss" + cluster.url().substr(std::string("redis").size()), dir);
}

BOOST_AUTO_TEST_CASE(sentinels_and_what_they_watch) {
    const TempDir dir;
    const Certificates certificates(dir);
    const RedisNode primary(dir, "primary", tls_alone(dir, "--tls-replication"));
    const std::string port = std::to_string(free_port());
    dir.write("sentinel.conf",
              "port 0\ntls-port " + port + "\ntls-cert-file " + (dir / "server.crt") +
                  "\ntls-key-file " + (dir / "server.key") + "\ntls-ca-cert-file " +
                  (dir / "ca.pem") + "\ntls-replication yes\nbind 127.0.0.1\ndir " + dir.path() +
                  "\nsentinel monitor shop 127.0.0.1 " + std::to_string(primary.port()) + " 1\n");
    const Process sentinel(
        {{environment("REDIS_BIN", "redis-server"), dir / "sentinel.conf", "--sentinel"},
         dir / "sentinel.log"});
    check_works("rediss+sentinel://127.0.0.1:" + port + "/shop", dir);
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
    for (const std::string directive :
         {"personalize_redis_ssl_trusted_certificate @dir@/two", "personalize_redis_ssl_name a",
          "personalize_redis_ssl_certificate @dir@/two", "personalize_redis_ssl_verify off",
          "personalize_redis_ssl_certificate_key @dir@/two",
          "personalize_redis_ssl_verify_depth 2"}) {
        const std::string name = directive.substr(0, directive.find(' ')) + ": ";
        for (const char* url : {"redis://127.0.0.1", "unix:/redis.sock"}) {
            const std::string said =
                refused("personalize_redis " + std::string(url) + ";" + directive + ";");
            BOOST_CHECK_MESSAGE(said.find(name) != said.npos &&
                                    said.find("write rediss instead of redis") != said.npos,
                                said);
        }
        BOOST_CHECK(refused(directive + ";").find(name + "no personalize_redis") !=
                    std::string::npos);
    }
    BOOST_CHECK(refused("personalize_redis_auth @dir@/two;")
                    .find("personalize_redis_auth: no personalize_redis") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
