// Pages joined from deflated pieces: what clients decode is the page that others get plain.
#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "integration/support/edge.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

const EdgeOptions kGzip = {
    .location =
        "personalize_gzip on; proxy_cache pages; proxy_cache_valid 200 1h; proxy_cache_key $uri;\n"
        "personalize_widget '#w1' recent,popular limit=4 min=2 template=tile;\n"
        "personalize_widget '#w2' popular limit=4 min=2 template=tile;\n"
        "personalize_listing '#list' item=.tile id=data-item-id;\n"};

std::string decoded(const Response& response) {
    return gunzip(response.body).value_or("not a whole gzip stream");
}

Headers accepting(std::string_view id) {
    Headers headers = visitor(id);
    headers.emplace_back("Accept-Encoding", "gzip");
    return headers;
}

Headers plainly(std::string_view id) {
    Headers headers = visitor(id);
    headers.emplace_back("Accept-Encoding", "identity");
    return headers;
}

// Until nginx's cache has the page and its file has rested.
void settle(const Edge& edge, const std::string& path) {
    const double before = edge.status("gzip_joined");
    BOOST_REQUIRE(wait_until([&] {
        edge.get(path, accepting("anna"));
        return edge.status("gzip_joined") > before;
    }));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gzip_joined)

BOOST_AUTO_TEST_CASE(decodes_to_the_plain_page) {
    Edge edge(kGzip);
    edge.remember("anna", {event("view_item", "P09"), event("view_item", "P11")});
    edge.origin.page("/large", {large_page(200'000)});
    edge.origin.page("/none", {"<p>no placement</p>"});
    edge.origin.page("/cut", {home_page().substr(0, home_page().find("OWN2"))});
    for (const char* path : {"/", "/list", "/large", "/none", "/cut"}) {
        BOOST_TEST_CONTEXT(path) {
            settle(edge, path);
            for (const char* who : {"anna", "bert"}) {
                const Response plain = edge.get(path, plainly(who));
                const Response joined = edge.get(path, accepting(who));
                BOOST_TEST(joined.complete);
                BOOST_TEST(joined.header("Content-Encoding").value_or("") == "gzip");
                BOOST_TEST(joined.header("Vary").value_or("") == "Accept-Encoding");
                BOOST_TEST(!plain.has("Content-Encoding"));
                BOOST_TEST(plain.header("Vary").value_or("") == "Accept-Encoding");
                BOOST_TEST(decoded(joined) == plain.body);
            }
        }
    }
    BOOST_TEST(edge.status("page_cache.pages") == 5);  // one object for all clients
    CHECK_LIST(tiles_of(decoded(edge.get("/", accepting("anna"))), "w1"), "P11 P09 P01 P02");
}

BOOST_AUTO_TEST_CASE(a_visitor_whose_state_cannot_be_had_gets_the_page_of_the_origin) {
    EdgeOptions options = kGzip;
    Edge edge(options);
    settle(edge, "/");
    edge.redis.reset();
    BOOST_REQUIRE(wait_until([&] { return !edge.redis_ready(); }));
    const Response page = edge.get("/", accepting("anna"));
    BOOST_TEST(decoded(page) == home_page());
}

BOOST_AUTO_TEST_CASE(nginx_compresses_the_other_pages_and_says_vary_once) {
    EdgeOptions options = kGzip;
    options.location += "gzip on; gzip_vary on; gzip_min_length 1;";
    Edge edge(options);
    const Response first = edge.get("/", accepting("anna"));
    BOOST_TEST(first.header("Content-Encoding").value_or("") == "gzip");
    BOOST_TEST(edge.status("gzip_joined") == 0);
    settle(edge, "/");
    const Response joined = edge.get("/", accepting("anna"));
    BOOST_TEST(joined.count("Vary") == 1U);
    BOOST_TEST(joined.count("Content-Encoding") == 1U);
    BOOST_TEST(decoded(joined) == decoded(first));
    HttpClient client = edge.nginx->client();
    const Response old =
        client.fetch({.path = "/", .headers = accepting("anna"), .version = "1.0"});
    BOOST_TEST(!old.has("Content-Encoding"));
    const Response head =
        client.fetch({.path = "/", .headers = accepting("anna"), .method = "HEAD"});
    BOOST_TEST(head.status == 200);
}

BOOST_AUTO_TEST_CASE(files_are_joined_as_pages_of_the_cache_are) {
    EdgeOptions options = kGzip;
    options.server =
        "location /files/ { alias @dir@/www/; personalize_gzip on;\n"
        "personalize_widget '#w1' recent,popular limit=4 min=2 template=tile;\n"
        "personalize_listing '#list' item=.tile id=data-item-id; }";
    Edge edge(options);
    edge.remember("anna", {event("view_item", "P09"), event("view_item", "P11")});
    std::filesystem::create_directory(edge.dir / "www");
    edge.dir.write("www/empty.html", "");
    const std::vector<std::pair<std::string, std::string>> pages = {{"home.html", home_page()},
                                                                    {"list.html", listing_page()}};
    for (const auto& [name, text] : pages) {
        BOOST_TEST_CONTEXT(name) {
            const std::string path = "/files/" + name;
            edge.dir.write("www/" + name, text);
            settle(edge, path);
            const Response plain = edge.get(path, plainly("anna"));
            const Response joined = edge.get(path, accepting("anna"));
            BOOST_TEST(joined.header("Content-Encoding").value_or("") == "gzip");
            BOOST_TEST(joined.count("Vary") == 1U);
            BOOST_TEST(joined.header("Cache-Control").value_or("") == "private, no-cache");
            BOOST_TEST(!joined.has("Content-Length"));
            BOOST_TEST(!joined.has("ETag"));
            BOOST_TEST(decoded(joined) == plain.body);
        }
    }
    const double joined = edge.status("gzip_joined");
    BOOST_TEST(edge.get("/files/empty.html", accepting("anna")).complete);
    BOOST_TEST(edge.get("/files/absent.html", accepting("anna")).status == 404);
    BOOST_TEST(edge.get("/files/", accepting("anna")).status == 403);
    HttpClient client = edge.nginx->client();
    const Response head =
        client.fetch({.path = "/files/home.html", .headers = accepting("anna"), .method = "HEAD"});
    BOOST_TEST(head.status == 200);
    BOOST_TEST(edge.status("gzip_joined") == joined);
}

BOOST_AUTO_TEST_CASE(curl_decodes_it) {
    Edge edge(kGzip);
    edge.remember("anna", {event("view_item", "P09"), event("view_item", "P11")});
    edge.origin.page("/large", {large_page(200'000)});
    for (const char* path : {"/", "/list", "/large"}) {
        settle(edge, path);
        const double before = edge.status("gzip_joined");
        const Outcome outcome =
            run({"curl", "-s", "-f", "--compressed", "--unix-socket", edge.path("nginx.sock"), "-b",
                 "vid=anna", "-o", edge.path("body"), "--max-time", "30",
                 std::string("http://shop.test") + path},
                edge.path("curl.log"));
        BOOST_TEST(outcome.status == 0, outcome.output);
        BOOST_TEST(edge.status("gzip_joined") == before + 1);
        BOOST_TEST(edge.dir.read("body") == edge.get(path, plainly("anna")).body);
    }
}

// A file that is replaced between two visitors, and one that becomes an error page.
BOOST_AUTO_TEST_CASE(a_changed_file_is_never_the_old_stream) {
    EdgeOptions options = kGzip;
    options.server =
        "location /files/ { alias @dir@/www/; personalize_gzip on; error_page 404 "
        "/files/gone.html;\n"
        "personalize_widget '#w1' popular limit=4 min=2 template=tile; }";
    Edge edge(options);
    std::filesystem::create_directory(edge.dir / "www");
    edge.dir.write("www/gone.html", home_page());
    for (const char* version : {"one", "two", "three"}) {
        edge.dir.write("www/p.html", home_page() + version);
        BOOST_TEST(edge.get("/files/p.html", plainly("anna")).body.ends_with(version));
        settle(edge, "/files/p.html");
        BOOST_TEST(decoded(edge.get("/files/p.html", accepting("anna"))).ends_with(version));
    }
    const Response gone = edge.get("/files/absent.html", accepting("anna"));
    BOOST_TEST(gone.status == 404);
    BOOST_TEST((gone.has("Content-Encoding") ? decoded(gone) : gone.body) == home_page());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
