// Heads: what a personal response may say, and which responses are not touched at all.
#include <boost/test/unit_test.hpp>

#include <zlib.h>

#include "integration/support/edge.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

const Headers kOriginHeaders = {{"ETag", "\"v1\""},
                                {"Last-Modified", "Mon, 02 Nov 2026 10:00:00 GMT"},
                                {"Accept-Ranges", "bytes"},
                                {"Expires", "Tue, 01 Dec 2026 10:00:00 GMT"},
                                {"Cache-Control", "public, max-age=600"},
                                {"X-Shop", "kept"}};

std::string gzip(std::string_view text) {
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    std::string out(text.size() + 100, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

Headers with(Headers headers, std::string name, std::string value) {
    headers.emplace_back(std::move(name), std::move(value));
    return headers;
}

// The origin's response as it is, with all that identifies its bytes.
void check_untouched(const Response& response, const Page& page) {
    BOOST_CHECK_EQUAL(response.status, page.status);
    BOOST_CHECK_MESSAGE(response.body == page.body, "another body: " << response.body);
    BOOST_CHECK_EQUAL(response.header("Content-Length").value_or("none"),
                      std::to_string(page.body.size()));
    for (const auto& [name, value] : page.headers) {
        const std::string got = response.header(name).value_or("none");
        BOOST_CHECK_MESSAGE(got == value, name << ": " << got << " instead of " << value);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(headers)

BOOST_AUTO_TEST_CASE(personal_response_is_private_and_without_validators) {
    Edge edge;
    edge.origin.page("/", {home_page(), "text/html", 200, kOriginHeaders});
    edge.remember("anna", {event("view_item", "P09")});
    // The popular page too: what the visitor's state will be is not known when the head leaves.
    for (const char* id : {"anna", "stranger"}) {
        const Response page = edge.get("/", visitor(id));
        BOOST_CHECK_EQUAL(page.count("Cache-Control"), 1);
        BOOST_CHECK_EQUAL(page.header("Cache-Control").value_or(""), "private, no-cache");
        for (const char* gone :
             {"ETag", "Last-Modified", "Accept-Ranges", "Content-Length", "Expires"}) {
            BOOST_CHECK_MESSAGE(!page.has(gone), gone << " is left");
        }
        BOOST_CHECK_EQUAL(page.header("X-Shop").value_or(""), "kept");
        BOOST_CHECK_EQUAL(page.header("Transfer-Encoding").value_or(""), "chunked");
    }
}

BOOST_AUTO_TEST_CASE(cache_control_can_be_set_and_wins_over_nginx_own) {
    Edge edge({.server = "location /c/ { proxy_pass http://origin/; expires 1h; "
                         "add_header Cache-Control public; "
                         "personalize_cache_control 'private, no-store'; "
                         "personalize_widget '#w1' popular limit=4 template=tile; }"});
    const Response page = edge.get("/c/");
    BOOST_CHECK_EQUAL(page.count("Cache-Control"), 1);
    BOOST_CHECK_EQUAL(page.header("Cache-Control").value_or(""), "private, no-store");
    BOOST_CHECK(!page.has("Expires"));
}

BOOST_AUTO_TEST_CASE(origins_no_store_is_kept) {
    Edge edge({.server = "location /c/ { proxy_pass http://origin/; "
                         "personalize_cache_control 'No-Store, private'; "
                         "personalize_widget '#w1' popular limit=4 template=tile; }"});
    for (const char* value : {"no-store", "private, No-Store, max-age=0"}) {
        edge.origin.page("/", {home_page(), "text/html", 200, {{"Cache-Control", value}}});
        const Response page = edge.get("/", visitor("v"));
        BOOST_CHECK_EQUAL(page.count("Cache-Control"), 1);
        BOOST_CHECK_EQUAL(page.header("Cache-Control").value_or(""), "private, no-cache, no-store");
        BOOST_CHECK_EQUAL(edge.get("/c/").header("Cache-Control").value_or(""),
                          "No-Store, private");
    }
}

BOOST_AUTO_TEST_CASE(nothing_lets_a_cache_on_the_way_share_the_page_or_vouches_for_its_bytes) {
    Edge edge;
    const List gone = {"Surrogate-Control",
                       "CDN-Cache-Control",
                       "Cloudflare-CDN-Cache-Control",
                       "edge-control",
                       "Digest",
                       "Content-Digest",
                       "Repr-Digest",
                       "Content-MD5",
                       "X-Accel-Expires"};
    Page page{home_page(), "text/html", 200, {{"X-Cache-Control", "mine"}, {"Age", "3"}}};
    for (const std::string& name : gone) {
        page.headers.emplace_back(name, "max-age=600");
    }
    edge.origin.page("/", page);
    const Response response = edge.get("/", visitor("v"));
    for (const std::string& name : gone) {
        BOOST_CHECK_MESSAGE(!response.has(name), name << " is left");
    }
    BOOST_CHECK_EQUAL(response.header("X-Cache-Control").value_or(""), "mine");
    BOOST_CHECK_EQUAL(response.header("Age").value_or(""), "3");
}

BOOST_AUTO_TEST_CASE(page_asked_for_as_a_picture_is_private_too) {
    Edge edge;
    edge.origin.page("/", {home_page(), "text/html", 200, kOriginHeaders});
    HttpClient client = edge.nginx->client();
    for (const auto& ask : {Headers{{"Accept", "image/avif,*/*"}}, {{"Sec-Fetch-Dest", "style"}}}) {
        const Response page = client.get("/", ask);
        BOOST_CHECK_EQUAL(page.status, 200);
        BOOST_CHECK_EQUAL(page.body, home_page());
        BOOST_CHECK_EQUAL(page.header("Cache-Control").value_or(""), "private, no-cache");
        BOOST_CHECK(!page.has("ETag") && !page.has("Last-Modified") && !page.has("Expires"));
    }
    BOOST_CHECK_EQUAL(edge.status("lookups"), 0);
    BOOST_CHECK_EQUAL(edge.result(0), "-");
}

BOOST_AUTO_TEST_CASE(pictures_beside_pages_keep_their_validators) {
    Edge edge({.server = "location /files/ { root @dir@; types { image/gif gif; } "
                         "personalize_widget '#w1' popular; }"});
    edge.dir.write("files/a.gif", "GIF");
    HttpClient client = edge.nginx->client();
    const Headers ask = {{"Accept", "image/avif,*/*"}};
    const Response picture = client.get("/files/a.gif", ask);
    BOOST_CHECK(picture.has("ETag"));
    BOOST_CHECK(!picture.has("Cache-Control"));
    BOOST_CHECK_EQUAL(
        client.get("/files/a.gif", with(ask, "If-None-Match", picture.header("ETag").value_or("")))
            .status,
        304);
}

// Parts of a page that come in subrequests.
BOOST_AUTO_TEST_CASE(sliced_page_is_left_alone) {
    Edge edge({.server = R"(
        location /files/ { root @dir@; personalize off; }
        location /sliced/ {
            slice 4k;
            proxy_set_header Range $slice_range;
            proxy_pass http://unix:@dir@/nginx.sock:/files/;
            personalize_widget '#w1' popular limit=4 template=tile;
        })"});
    // The first slice ends within the first widget.
    const std::string page = large_page(4096 - home_page().find("OWN1")) + large_page(40 * 1024);
    edge.dir.write("files/page.html", page);
    const Response response = edge.get("/sliced/page.html", visitor("v"));
    BOOST_CHECK_EQUAL(response.status, 200);
    BOOST_CHECK_MESSAGE(response.body == page, response.body.size() << " bytes, " << page.size());
    BOOST_CHECK(response.has("ETag"));
    BOOST_REQUIRE(edge.status_reaches("requests.passed.slice", 1));
}

BOOST_AUTO_TEST_CASE(conditional_request_gets_the_whole_page) {
    Edge edge;
    edge.origin.page("/", {home_page(), "text/html", 200, kOriginHeaders});
    for (const auto& [name, value] :
         Headers{{"If-None-Match", "\"v1\""},
                 {"If-None-Match", "*"},
                 {"If-Modified-Since", "Mon, 02 Nov 2026 10:00:00 GMT"},
                 {"If-Unmodified-Since", "Mon, 02 Nov 2020 10:00:00 GMT"},
                 {"If-Match", "\"v0\""}}) {
        const Response page = edge.get("/", with(visitor("v"), name, value));
        BOOST_CHECK_EQUAL(name + " " + std::to_string(page.status), name + " 200");
        CHECK_LIST(tiles_of(page.body, "w1"), "P01 P02 P03 P04");
    }
}

BOOST_AUTO_TEST_CASE(range_request_gets_the_whole_page) {
    Edge edge;
    edge.origin.page("/", {home_page(), "text/html", 200, kOriginHeaders});
    for (const char* range : {"bytes=0-9", "bytes=-5", "bytes=3-4,8-9", "bytes=999999-"}) {
        const Response page = edge.get("/", with(visitor("v"), "Range", range));
        BOOST_CHECK_EQUAL(page.status, 200);
        BOOST_CHECK(!page.has("Content-Range"));
        CHECK_LIST(tiles_of(page.body, "w1"), "P01 P02 P03 P04");
    }
}

BOOST_AUTO_TEST_CASE(file_served_by_nginx_itself_is_personal_too) {
    Edge edge({.server = "location /files/ { root @dir@; "
                         "personalize_widget '#w1' popular limit=4 template=tile; }"});
    edge.dir.write("files/page.html", home_page());
    for (const auto& headers : {Headers{}, Headers{{"Range", "bytes=0-9"}}}) {
        const Response page = edge.get("/files/page.html", headers);
        BOOST_CHECK_EQUAL(page.status, 200);
        BOOST_CHECK(!page.has("ETag") && !page.has("Accept-Ranges") && !page.has("Content-Length"));
        CHECK_LIST(tiles_of(page.body, "w1"), "P01 P02 P03 P04");
    }
}

BOOST_AUTO_TEST_CASE(head_request_is_left_alone) {
    Edge edge;
    const Page page{home_page(), "text/html", 200, kOriginHeaders};
    edge.origin.page("/", page);
    HttpClient client = edge.nginx->client();
    const Response head = client.fetch({.path = "/", .headers = visitor("v"), .method = "HEAD"});
    BOOST_CHECK_EQUAL(head.status, 200);
    BOOST_CHECK(head.body.empty());
    BOOST_CHECK_EQUAL(edge.status("lookups"), 0);
    BOOST_CHECK_EQUAL(client.get("/-/status").status, 200);
}

BOOST_AUTO_TEST_CASE(responses_that_are_no_personal_pages_keep_bytes_and_validators) {
    Edge edge({.server = "gzip off;"});  // with it nginx itself would change them
    const Page cases[] = {
        {home_page(), "application/json", 200, kOriginHeaders},
        {home_page(), "text/html", 404, kOriginHeaders},
        {home_page(), "text/html", 500, kOriginHeaders},
        {"moved", "text/html", 301, {{"Location", "http://shop.test/x"}, {"ETag", "\"m\""}}},
        {home_page(), "text/html", 200, {{"Cache-Control", "no-transform"}, {"ETag", "\"n\""}}},
        {home_page(),
         "text/html",
         200,
         {{"Cache-Control", "public, No-Transform, max-age=3"}, {"ETag", "\"n\""}}},
        {gzip(home_page()), "text/html", 200, {{"Content-Encoding", "gzip"}, {"ETag", "\"g\""}}},
        {home_page(), "text/html", 200, {{"Content-Encoding", "br"}, {"ETag", "\"b\""}}},
        {home_page().substr(0, 20),
         "text/html",
         206,
         {{"Content-Range", "bytes 0-19/999"}, {"ETag", "\"r\""}}},
    };
    for (const Page& page : cases) {
        edge.origin.page("/", page);
        check_untouched(edge.get("/", with(visitor("v"), "Accept-Encoding", "gzip, br")), page);
    }
    const char* results[] = {"type",      "status",   "status",   "status", "transform",
                             "transform", "encoding", "encoding", "status"};
    for (std::size_t i = 0; i < std::size(results); i++) {
        BOOST_CHECK_EQUAL(edge.result(i), std::string("passed:") + results[i]);
    }
}

BOOST_AUTO_TEST_CASE(no_content_and_empty_bodies) {
    Edge edge;
    edge.origin.page("/none", {"", "text/html", 204});
    edge.origin.page("/empty", {"", "text/html", 200});
    edge.origin.page("/not-found", {"", "text/html", 404});
    HttpClient client = edge.nginx->client();
    BOOST_CHECK_EQUAL(client.get("/none", visitor("v")).status, 204);
    const Response empty = client.get("/empty", visitor("v"));
    BOOST_CHECK_EQUAL(empty.status, 200);
    BOOST_CHECK(empty.complete);
    BOOST_CHECK_EQUAL(empty.body, "");
    BOOST_CHECK(client.get("/not-found", visitor("v")).complete);
    BOOST_CHECK(client.get("/", visitor("v")).complete);
}

BOOST_AUTO_TEST_CASE(page_without_a_placement_passes_through) {
    Edge edge;
    const std::string page = "<html><body><div id=other>x</div></body></html>";
    edge.origin.page("/", {page});
    BOOST_CHECK_EQUAL(edge.get("/", visitor("v")).body, page);
    BOOST_CHECK_EQUAL(edge.result(0), "passed:no_placement");
}

BOOST_AUTO_TEST_CASE(compressed_page_is_personal_after_gunzip) {
    Edge edge({.server = "location /g/ { proxy_pass http://origin/; gunzip on; "
                         "personalize_widget '#w1' popular limit=4 template=tile; }"});
    edge.origin.page("/", {gzip(home_page()), "text/html", 200, {{"Content-Encoding", "gzip"}}});
    // For clients that accept gzip nginx leaves it as it is.
    const Response page = edge.get("/g/", with(visitor("v"), "Accept-Encoding", "identity"));
    BOOST_CHECK(!page.has("Content-Encoding"));
    CHECK_LIST(tiles_of(page.body, "w1"), "P01 P02 P03 P04");
}

BOOST_AUTO_TEST_CASE(edge_may_compress_the_personal_page) {
    Edge edge({.server = "location /z/ { proxy_pass http://origin/; gzip on; gzip_min_length "
                         "1; gzip_proxied any; gzip_http_version 1.0; "
                         "personalize_widget '#w1' popular limit=4 template=tile; }"});
    const Response page = edge.get("/z/", with(visitor("v"), "Accept-Encoding", "gzip"));
    BOOST_CHECK(page.complete);
    BOOST_CHECK_EQUAL(page.header("Content-Encoding").value_or(""), "gzip");
    const std::string plain = gunzip(page.body).value_or("not a whole gzip stream");
    CHECK_LIST(tiles_of(plain, "w1"), "P01 P02 P03 P04");
    BOOST_CHECK(plain.ends_with("</html>\n"));
}

BOOST_AUTO_TEST_CASE(other_types_can_be_named) {
    Edge edge({.server = "location /t/ { proxy_pass http://origin/; "
                         "personalize_types application/xhtml+xml; "
                         "personalize_widget '#w1' popular limit=4 template=tile; }"});
    edge.origin.page("/x", {home_page(), "application/xhtml+xml; charset=utf-8"});
    CHECK_LIST(tiles_of(edge.get("/t/x").body, "w1"), "P01 P02 P03 P04");
    CHECK_LIST(tiles_of(edge.get("/t/").body, "w1"), "P01 P02 P03 P04");
}

BOOST_AUTO_TEST_CASE(style_sheets_and_pictures_cost_no_lookup) {
    Edge edge;
    edge.get("/", with(visitor("v"), "Sec-Fetch-Dest", "image"));
    edge.get("/", with(visitor("v"), "Accept", "image/avif,image/webp,*/*"));
    BOOST_CHECK_EQUAL(edge.status("lookups"), 0);
    edge.get("/", with(visitor("v"), "Sec-Fetch-Dest", "document"));
    BOOST_CHECK_EQUAL(edge.status("lookups"), 1);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
