// Pages joined from deflated pieces: what clients decode is the page that others get plain.
#include <zlib.h>

#include <boost/test/unit_test.hpp>

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

std::string gunzip(std::string_view bytes) {
    z_stream stream{};
    BOOST_REQUIRE(inflateInit2(&stream, MAX_WBITS + 16) == Z_OK);
    std::string out(1 << 20, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const bool whole = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0;
    out.resize(whole ? stream.total_out : 0);
    inflateEnd(&stream);
    return whole ? out : "not a whole gzip stream";
}

Headers accepting(std::string_view id) {
    Headers headers = visitor(id);
    headers.emplace_back("Accept-Encoding", "gzip");
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
                const Response plain = edge.get(path, visitor(who));
                const Response joined = edge.get(path, accepting(who));
                BOOST_TEST(joined.complete);
                BOOST_TEST(joined.header("Content-Encoding").value_or("") == "gzip");
                BOOST_TEST(joined.header("Vary").value_or("") == "Accept-Encoding");
                BOOST_TEST(!plain.has("Content-Encoding"));
                BOOST_TEST(plain.header("Vary").value_or("") == "Accept-Encoding");
                BOOST_TEST(gunzip(joined.body) == plain.body);
            }
        }
    }
    BOOST_TEST(edge.status("page_cache.pages") == 5);  // one object for all clients
    CHECK_LIST(tiles_of(gunzip(edge.get("/", accepting("anna")).body), "w1"), "P11 P09 P01 P02");
}

BOOST_AUTO_TEST_CASE(a_visitor_whose_state_cannot_be_had_gets_the_page_of_the_origin) {
    EdgeOptions options = kGzip;
    Edge edge(options);
    settle(edge, "/");
    edge.redis.reset();
    BOOST_REQUIRE(wait_until([&] { return !edge.redis_ready(); }));
    const Response page = edge.get("/", accepting("anna"));
    BOOST_TEST(gunzip(page.body) == home_page());
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
    BOOST_TEST(gunzip(joined.body) == gunzip(first.body));
    HttpClient client = edge.nginx->client();
    const Response old =
        client.fetch({.path = "/", .headers = accepting("anna"), .version = "1.0"});
    BOOST_TEST(!old.has("Content-Encoding"));
    const Response head =
        client.fetch({.path = "/", .headers = accepting("anna"), .method = "HEAD"});
    BOOST_TEST(head.status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
