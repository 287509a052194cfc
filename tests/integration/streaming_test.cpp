// Streaming: the page in any pieces, at any speed, to clients of any patience.
#include <boost/test/unit_test.hpp>

#include <random>

#include "integration/support/edge.hpp"
#include "integration/support/fake_redis.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

// Without the widgets' own content, so that it is short: every split of it is tested.
std::string short_page() {
    return "<html><body a='<'><p>Hi</p><div id=\"w1\"><i>OWN1</i></div> - <ul id=\"list\"><li "
           "data-item-id=P01>a</li><li data-item-id=P02>b</li></ul></body></html>";
}

const std::string kHead = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";

EdgeOptions stream_options(bool buffering) {
    return {.location = std::string("proxy_http_version 1.1; proxy_buffering ") +
                        (buffering ? "on" : "off") +
                        ";\npersonalize_widget '#w1' popular limit=2 min=1 template=tile;"
                        "\npersonalize_widget '#w2' popular limit=2 min=1 template=tile;"
                        "\npersonalize_listing '#list';"};
}

std::string chunk(std::string_view bytes) {
    char size[20];
    std::snprintf(size, sizeof(size), "%zx\r\n", bytes.size());
    return size + std::string(bytes) + "\r\n";
}

// What the widgets hold is known, so the whole page is.
std::string expected(std::string page) {
    const auto tile = [](std::size_t n) {
        const std::string id = item_id(n);
        return "<a class=\"t\" data-id=\"" + id + "\" href=\"/product/p" + id.substr(1) +
               "\">Item " + id + "</a>";
    };
    std::size_t next = 1;
    for (const char* own : {"<i>OWN1</i>", "<i>OWN2</i>"}) {
        const std::size_t at = page.find(own);
        if (at != page.npos) {
            page.replace(at, std::string_view(own).size(), tile(next) + tile(next + 1));
            next += 2;
        }
    }
    return page;
}

void check_every_split(bool buffering) {
    Edge edge(stream_options(buffering));
    const std::string page = short_page();
    std::atomic<std::size_t> split{0};
    edge.origin.script("/", [&](const OriginRequest&, Origin::Connection& connection) {
        connection.socket().send(kHead + "Connection: close\r\n\r\n" + page.substr(0, split));
        taken(connection);
        connection.socket().send(page.substr(split));
    });
    HttpClient client = edge.nginx->client();
    for (split = 0; split <= page.size(); split++) {
        const Response response = client.get("/", visitor("v"));
        BOOST_REQUIRE_MESSAGE(response.complete, "split at " << split << response.problem);
        BOOST_REQUIRE_MESSAGE(response.body == expected(page),
                              "split at " << split << ": " << response.body);
    }
}

void check_one_byte_pieces(bool buffering) {
    Edge edge(stream_options(buffering));
    const std::string page = home_page();
    edge.origin.script("/", [&](const OriginRequest&, Origin::Connection& connection) {
        connection.socket().send(kHead + "Transfer-Encoding: chunked\r\n\r\n");
        for (const char byte : page) {
            connection.socket().send(chunk({&byte, 1}));
            taken(connection);
        }
        connection.socket().send("0\r\n\r\n");
    });
    const Response response = edge.get("/", visitor("v"));
    BOOST_CHECK(response.complete);
    BOOST_CHECK_EQUAL(response.body, expected(page));
}

// A large page, many times the proxy's buffers, while the lookup is out.
void check_held_large_page(bool buffering) {
    EdgeOptions options = stream_options(buffering);
    options.redis = false;
    options.location += "\npersonalize_buffer_size 4m;";
    Edge edge(options);
    FakeRedis redis(edge.dir / "redis.sock");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    const std::string page = large_page(600 * 1024);
    edge.origin.page("/", {page});
    redis.trickle();
    HttpClient client = edge.nginx->client();
    client.send({.path = "/", .headers = visitor("v")});
    // All before the first placement comes although the lookup is out.
    const std::size_t first = page.find("<div id=\"w1\"");
    std::string got;
    BOOST_CHECK(wait_until([&] {
        got = client.read_until("never in it", 50ms);
        return got.size() >= first;
    }));
    BOOST_CHECK(got.find("data-id") == got.npos && got.find("OWN1") == got.npos);
    redis.release();
    const Response response = client.finish({});
    BOOST_CHECK(response.complete);
    BOOST_CHECK(response.body == expected(page));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(streaming)

BOOST_AUTO_TEST_CASE(every_split_buffered) {
    check_every_split(true);
}
BOOST_AUTO_TEST_CASE(every_split_unbuffered) {
    check_every_split(false);
}
BOOST_AUTO_TEST_CASE(one_byte_pieces_buffered) {
    check_one_byte_pieces(true);
}
BOOST_AUTO_TEST_CASE(one_byte_pieces_unbuffered) {
    check_one_byte_pieces(false);
}
BOOST_AUTO_TEST_CASE(large_page_held_buffered) {
    check_held_large_page(true);
}
BOOST_AUTO_TEST_CASE(large_page_held_unbuffered) {
    check_held_large_page(false);
}

BOOST_AUTO_TEST_CASE(head_arrives_before_redis_answers) {
    EdgeOptions options = stream_options(true);
    options.redis = false;
    Edge edge(options);
    FakeRedis redis(edge.dir / "redis.sock");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    redis.trickle();
    HttpClient client = edge.nginx->client();
    client.send({.path = "/", .headers = visitor("v")});
    const std::string& got = client.read_until("<p>Welcome</p>");
    BOOST_CHECK(got.find("<p>Welcome</p>") != got.npos);
    BOOST_CHECK(got.find("OWN1") == got.npos && got.find("data-id") == got.npos);
    redis.release();
    BOOST_CHECK_EQUAL(client.finish({}).body, expected(home_page()));
}

BOOST_AUTO_TEST_CASE(late_redis_costs_the_timeout_and_no_more) {
    EdgeOptions options = stream_options(true);
    options.redis = false;
    options.timeout = "100ms";
    Edge edge(options);
    FakeRedis redis(edge.dir / "redis.sock");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    redis.trickle();
    const auto begin = std::chrono::steady_clock::now();
    BOOST_CHECK_EQUAL(edge.get("/", visitor("v")).body, home_page());
    const auto took = std::chrono::steady_clock::now() - begin;
    BOOST_CHECK_EQUAL(edge.result(0), "passed:timeout");
    BOOST_CHECK(took >= 90ms);
    BOOST_CHECK_GE(std::stoul(edge.log_field(0, 4)), 90);
    redis.release();
}

BOOST_AUTO_TEST_CASE(held_page_over_the_buffer_size_passes) {
    EdgeOptions options = stream_options(true);
    options.redis = false;
    options.location += "\npersonalize_buffer_size 32k;";
    Edge edge(options);
    FakeRedis redis(edge.dir / "redis.sock");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    const std::string page = large_page(300 * 1024);
    edge.origin.page("/", {page});
    redis.hold();
    // Complete before Redis answers.
    const Response response = edge.get("/", visitor("v"));
    BOOST_CHECK(response.complete);
    BOOST_CHECK(response.body == page);
    BOOST_CHECK_EQUAL(edge.result(0), "passed:limit");
    redis.release();
}

// Known visitor or not: what does not fit is counted as that.
BOOST_AUTO_TEST_CASE(element_over_the_buffer_size_passes) {
    EdgeOptions options = stream_options(true);
    options.location += "\npersonalize_buffer_size 32k;";
    Edge edge(options);
    const std::string page = "<div id=w1>" + std::string(100 * 1024, 'x') + "</div>";
    edge.origin.page("/", {page});
    BOOST_CHECK(edge.get("/", visitor("v")).body == page);
    BOOST_CHECK_EQUAL(edge.result(0), "passed:limit");
    BOOST_CHECK(edge.status_reaches("over_limit", 1));
}

BOOST_AUTO_TEST_CASE(slow_client_gets_every_byte) {
    const unsigned port = free_port();
    EdgeOptions options = stream_options(true);
    options.http = "sendfile on; postpone_output 0; send_timeout 30s;";
    options.server = "listen 127.0.0.1:" + std::to_string(port) + " sndbuf=8k;";
    Edge edge(options);
    const std::string page = large_page(400 * 1024);
    edge.origin.page("/", {page});
    edge.dir.write("page.html", page);
    Request request{.path = "/", .headers = visitor("v"), .close = true};
    HttpClient client("127.0.0.1:" + std::to_string(port), 4096);
    client.send(request);
    const Response response = client.finish(request, 1500);
    BOOST_CHECK(response.complete);
    BOOST_CHECK(response.body == expected(page));
}

BOOST_AUTO_TEST_CASE(slow_client_of_a_file) {
    const unsigned port = free_port();
    EdgeOptions options = stream_options(true);
    options.http = "sendfile on; output_buffers 2 4k;";
    options.server = "listen 127.0.0.1:" + std::to_string(port) +
                     " sndbuf=8k; location /files/ { root @dir@; "
                     "personalize_widget '#w1' popular limit=2 min=1 template=tile; "
                     "personalize_widget '#w2' popular limit=2 min=1 template=tile; }";
    Edge edge(options);
    const std::string page = large_page(400 * 1024);
    edge.dir.write("files/page.html", page);
    Request request{.path = "/files/page.html", .headers = visitor("v"), .close = true};
    HttpClient client("127.0.0.1:" + std::to_string(port), 4096);
    client.send(request);
    const Response response = client.finish(request, 1500);
    BOOST_CHECK(response.complete);
    BOOST_CHECK(response.body == expected(page));
}

BOOST_AUTO_TEST_CASE(two_hundred_aborts_at_random_times) {
    EdgeOptions options = stream_options(true);
    options.redis = false;
    options.server =
        "location /u/ { proxy_pass http://origin/; proxy_buffering off; "
        "personalize_widget '#w1' popular limit=2 min=1 template=tile; }";
    Edge edge(options);
    FakeRedis redis(edge.dir / "redis.sock");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    edge.origin.page("/", {large_page(60 * 1024)});
    // Always the same "random" numbers: a failure can be repeated.
    std::mt19937 random(7);  // NOLINT(cert-msc51-cpp)
    for (int i = 0; i < 200; i++) {
        if (i % 3 == 0) {
            redis.hold();
        }
        HttpClient client = edge.nginx->client();
        client.send({.path = i % 2 == 0 ? "/" : "/u/", .headers = visitor("v")});
        for (std::size_t left = random() % 70000; left > 0;) {
            const std::string bytes =
                client.socket().receive(std::min<std::size_t>(left, 3000), 5ms);
            left = bytes.empty() ? 0 : left - bytes.size();
        }
        client.socket().abort();
        redis.release();
    }
    edge.origin.page("/", {home_page()});
    BOOST_CHECK_EQUAL(edge.get("/", visitor("v")).body, expected(home_page()));
}

BOOST_AUTO_TEST_CASE(unfinished_answer_of_the_origin_ends_and_shows_that_it_is_unfinished) {
    Edge edge(stream_options(true));
    const std::string page = home_page();
    for (const std::size_t cut :
         {std::size_t{0}, page.find("OWN1"), page.find("and</p>"), page.size() - 3}) {
        edge.origin.script("/", [&](const OriginRequest&, Origin::Connection& connection) {
            connection.socket().send(kHead + "Transfer-Encoding: chunked\r\n\r\n" +
                                     (cut > 0 ? chunk(page.substr(0, cut)) : ""));
        });
        const Response response = edge.get("/", visitor("v"));
        BOOST_CHECK_MESSAGE(!response.complete, "cut at " << cut << " looks complete");
        BOOST_CHECK_NE(response.problem, "no answer, only ''");
        BOOST_CHECK(response.body.empty() || expected(page).starts_with(response.body));
    }
}

BOOST_AUTO_TEST_CASE(page_that_ends_within_a_placement_is_left_as_it_is) {
    Edge edge(stream_options(true));
    const std::string page = home_page();
    for (const char* last :
         {"<div id=\"w1", "<div id=\"w1\" class=\"widget\">", "OWN1", "OWN1</i></d"}) {
        const std::string cut = page.substr(0, page.find(last) + std::string_view(last).size());
        edge.origin.page("/", {cut});
        const Response response = edge.get("/", visitor("v"));
        BOOST_CHECK(response.complete);
        BOOST_CHECK_EQUAL(response.body, cut);
    }
}

BOOST_AUTO_TEST_CASE(redirect_inside_nginx_with_a_lookup_out) {
    EdgeOptions options = stream_options(true);
    options.redis = false;
    options.server =
        "personalize_widget '#w1' popular limit=2 min=1 template=tile;\n"
        "personalize_widget '#w2' popular limit=2 min=1 template=tile;\n"
        "location /try/ { root @dir@; try_files $uri @shop; }\n"
        "location @shop { rewrite ^ / break; proxy_pass http://origin; }\n"
        "location /err/ { proxy_pass http://origin/none; proxy_intercept_errors on; "
        "error_page 404 =200 /; }";
    Edge edge(options);
    FakeRedis redis(edge.dir / "redis.sock");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    HttpClient client = edge.nginx->client();
    for (const char* path : {"/err/x", "/try/x"}) {
        BOOST_CHECK_EQUAL(client.get(path, visitor("v")).body, expected(home_page()));
    }
    BOOST_CHECK_EQUAL(edge.status("lookups"), 2);
}

BOOST_AUTO_TEST_CASE(events_of_a_slow_page_are_written_at_once) {
    Edge edge({.server = "location = /slow { proxy_pass http://origin; proxy_buffering off; "
                         "personalize_event view_item item=$arg_id; "
                         "personalize_widget '#w1' recent limit=2 min=1 template=tile; }"});
    std::atomic<bool> go{false};
    edge.origin.script("/slow", [&](const OriginRequest&, Origin::Connection& connection) {
        connection.socket().send(kHead + "Connection: close\r\n\r\n<p>first</p>");
        wait_until([&] { return go || connection.stopping(); });
        connection.socket().send("<div id=\"w1\">own</div>");
    });
    HttpClient client = edge.nginx->client();
    client.send({.path = "/slow?id=P07", .headers = visitor("anna")});
    client.read_until("first");
    BOOST_CHECK(wait_until([&] { return edge.events("anna").size() == 1; }));
    go = true;
    // The page's own event is part of what it knows of the visitor.
    CHECK_LIST(tiles_of(client.finish({}).body, "w1"), "P07");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
