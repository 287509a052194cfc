// JSON: arrays in the visitor's order, pages within strings, and everything else as it came.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>

#include "integration/support/edge.hpp"
#include "integration/support/fake_redis.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

namespace {

const EdgeOptions kApi = {.location =
                              "personalize_json $.data.products id=sku top=6 name=api;\n"
                              "personalize_json_html $.fragments.*;\n"
                              "personalize_widget '#w1' popular limit=2 min=1 template=tile;\n"
                              "personalize_listing '#list';"};

// P01 .. P12, each with what must not change: spelling of numbers, escapes, blanks.
std::string products() {
    std::string json = "{\"data\": {\"total\":1.20e1,\"products\": [";
    for (std::size_t i = 1; i <= 12; i++) {
        json += i == 1 ? "\n  " : i % 2 == 0 ? ",\n  " : " ,\t";
        json += "{\"sku\" : \"" + item_id(i) + "\",\"price\":" + std::to_string(i) +
                ".50,\"url\":\"https:\\/\\/shop.test\\/product\\/p" + item_id(i).substr(1) +
                "\",\"title\":\"caf\\u00e9 é\"}";
    }
    return json + "\n]},\"facets\":[]}\n";
}

// The values of "sku", in order.
List skus(std::string_view json) {
    List list;
    constexpr std::string_view kMark = "\"sku\" : \"";
    for (std::size_t at = json.find(kMark); at != json.npos; at = json.find(kMark, at + 1)) {
        list.emplace_back(json.substr(at + kMark.size(), 3));
    }
    return list;
}

constexpr std::string_view kShopOrder = "P01 P02 P03 P04 P05 P06 P07 P08 P09 P10 P11 P12";

std::string sorted(std::string text) {
    std::sort(text.begin(), text.end());
    return text;
}

// What someone who likes Zenith did: even numbers.
void like_zenith(const Edge& edge, std::string_view visitor) {
    edge.remember(visitor, {event("view_item", "P08", 50), event("view_item", "P10", 40),
                            event("add_to_cart", "P14", 20), event("view_item", "P12", 10)});
}

// The same bytes, in another order.
void check_reordered(const std::string& body) {
    BOOST_CHECK_EQUAL(sorted(body), sorted(products()));
    const List order = skus(body);
    BOOST_CHECK_NE(joined(order), kShopOrder);
    BOOST_REQUIRE_EQUAL(order.size(), 12);
    BOOST_CHECK_MESSAGE(std::stoi(order[0].substr(1)) % 2 == 0, joined(order));
}

std::string cart() {
    return R"({"fragments":{"div.cart":"<div id=\"w1\">own<\/div>\u00e9","n":1},"cart_hash":"x"})";
}

std::string personal_cart() {
    const auto tile = [](const std::string& id) {
        return R"(\u003ca class=\"t\" data-id=\")" + id + R"(\" href=\"/product/p)" + id.substr(1) +
               R"(\">Item )" + id + R"(\u003c/a>)";
    };
    return R"({"fragments":{"div.cart":"<div id=\"w1\">)" + tile("P01") + tile("P02") +
           R"(<\/div>\u00e9","n":1},"cart_hash":"x"})";
}

std::string chunk(std::string_view bytes) {
    char size[20];
    std::snprintf(size, sizeof(size), "%zx\r\n", bytes.size());
    return size + std::string(bytes) + "\r\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json)

BOOST_AUTO_TEST_CASE(an_array_follows_the_visitor_byte_for_byte) {
    Edge edge(kApi);
    edge.origin.page("/api", {products(), "application/json"});
    like_zenith(edge, "zoe");
    const Response response = edge.get("/api", visitor("zoe"));
    check_reordered(response.body);
    BOOST_CHECK_EQUAL(edge.result(0), "personal");
    BOOST_CHECK(edge.status_reaches("listings_reordered", 1));
    BOOST_CHECK_EQUAL(edge.get("/api", visitor("stranger")).body, products());
    BOOST_CHECK_EQUAL(edge.get("/api").body, products());
}

BOOST_AUTO_TEST_CASE(items_found_by_their_links) {
    Edge edge({.location = "personalize_json $.data.products id=link:url;"});
    edge.origin.page("/api", {products(), "application/json"});
    like_zenith(edge, "zoe");
    check_reordered(edge.get("/api", visitor("zoe")).body);
    // Another shop's products have the same paths.
    std::string foreign = products();
    for (std::size_t at = foreign.find("shop.test"); at != foreign.npos;
         at = foreign.find("shop.test", at)) {
        foreign.replace(at, 9, "else.test");
    }
    edge.origin.page("/api", {foreign, "application/json"});
    BOOST_CHECK_EQUAL(edge.get("/api", visitor("zoe")).body, foreign);
}

BOOST_AUTO_TEST_CASE(impressions_name_the_array) {
    Edge edge(kApi);
    edge.origin.page("/api", {products(), "application/json"});
    like_zenith(edge, "zoe");
    const List order = skus(edge.get("/api", visitor("zoe")).body);
    BOOST_REQUIRE(wait_until([&] { return !edge.stream().empty(); }));
    const auto entries = edge.stream();
    const auto shown = std::find_if(entries.begin(), entries.end(), [](const Values& entry) {
        return entry.at("e") == "view_item_list";
    });
    BOOST_REQUIRE(shown != entries.end());
    BOOST_CHECK_EQUAL(shown->at("list"), "api");
    BOOST_CHECK_EQUAL(shown->at("items").substr(0, 3), order[0]);
}

BOOST_AUTO_TEST_CASE(types_that_are_json) {
    Edge edge(kApi);
    like_zenith(edge, "zoe");
    for (const char* type :
         {"application/json", "application/json;", "application/json; charset=utf-8",
          "Application/JSON;charset=\"UTF-8\"", "text/json", "application/vnd.api+json",
          "application/ld+json ; profile=x"}) {
        edge.origin.page("/api", {products(), type});
        BOOST_TEST_INFO(type);
        check_reordered(edge.get("/api", visitor("zoe")).body);
    }
    for (const char* type : {"text/plain", "application/jsonp", "application/javascript",
                             "application/+json", "text/html"}) {
        edge.origin.page("/api", {products(), type});
        BOOST_TEST_INFO(type);
        BOOST_CHECK_EQUAL(edge.get("/api", visitor("zoe")).body, products());
    }
}

BOOST_AUTO_TEST_CASE(a_byte_order_mark_is_kept) {
    Edge edge(kApi);
    like_zenith(edge, "zoe");
    edge.origin.page("/api", {"\xef\xbb\xbf" + products(), "application/json"});
    const std::string body = edge.get("/api", visitor("zoe")).body;
    BOOST_REQUIRE(body.starts_with("\xef\xbb\xbf"));
    check_reordered(body.substr(3));
}

BOOST_AUTO_TEST_CASE(a_page_within_a_string) {
    Edge edge(kApi);
    edge.origin.page("/cart", {cart(), "application/json"});
    BOOST_CHECK_EQUAL(edge.get("/cart", visitor("v")).body, personal_cart());
    BOOST_CHECK_EQUAL(edge.result(0), "popular");
    BOOST_CHECK(edge.status_reaches("widgets_filled", 1));
}

BOOST_AUTO_TEST_CASE(pages_and_documents_of_one_location) {
    Edge edge(kApi);
    edge.origin.page("/api", {products(), "application/json"});
    like_zenith(edge, "zoe");
    check_reordered(edge.get("/api", visitor("zoe")).body);
    BOOST_CHECK_NE(joined(listed(edge.get("/list", visitor("zoe")).body)), kShopOrder);
    CHECK_LIST(tiles_of(edge.get("/", visitor("v")).body, "w1"), "P01 P02");
}

BOOST_AUTO_TEST_CASE(json_is_a_page_only_where_nothing_else_is_said) {
    Edge edge({.location = "personalize_types application/json;\n"
                           "personalize_widget '#w1' popular limit=2 min=1 template=tile;",
               .server = "location /both/ { proxy_pass http://origin/; "
                         "personalize_types application/json; personalize_json_html $.html; "
                         "personalize_widget '#w1' popular limit=2 min=1 template=tile; }\n"
                         "location /json/ { proxy_pass http://origin/; "
                         "personalize_json $.data.products; }"});
    const std::string text = R"({"html":"<p id=w1></p>"})";
    edge.origin.page("/x", {text, "application/json"});
    CHECK_LIST(tiles_of(R"(<div id="w1")" + edge.get("/x").body.substr(16), "w1"), "P01 P02");
    BOOST_CHECK(edge.get("/both/x").body.find(R"(\u003ca class=\"t\")") != std::string::npos);
    BOOST_CHECK_EQUAL(edge.get("/json/").body, home_page());
    BOOST_CHECK_EQUAL(edge.result(2), "passed:type");
}

BOOST_AUTO_TEST_CASE(what_is_not_valid_is_left_alone) {
    Edge edge(kApi);
    like_zenith(edge, "zoe");
    const std::string good = products();
    const std::string bad[] = {good.substr(0, good.size() - 3),
                               good + "x",
                               ")]}',\n" + good,
                               "callback(" + good + ")",
                               good.substr(0, good.size() - 2) + ",}",
                               good.substr(0, good.size() - 2) + ",\"x\":\"\xe9\"}"};
    std::size_t count = 0;
    for (const std::string& document : bad) {
        edge.origin.page("/api", {document, "application/json"});
        const Response response = edge.get("/api", visitor("zoe"));
        BOOST_CHECK(response.complete);
        BOOST_CHECK_EQUAL(response.body, document);
        BOOST_CHECK_EQUAL(edge.result(count++), "passed:invalid");
    }
    BOOST_CHECK(edge.status_reaches("requests.passed.invalid", static_cast<double>(count)));
    const std::string twice = good.substr(0, good.size() - 2) + ",\"data\":{}}";
    edge.origin.page("/api", {twice, "application/json"});
    BOOST_CHECK_EQUAL(edge.get("/api", visitor("zoe")).body, twice);
    BOOST_CHECK_EQUAL(edge.result(count++), "passed:no_placement");
    BOOST_CHECK(edge.status_reaches("ambiguous", 1));
    edge.origin.page("/api", {"", "application/json"});
    BOOST_CHECK_EQUAL(edge.get("/api", visitor("zoe")).body, "");
}

BOOST_AUTO_TEST_CASE(a_document_over_the_buffer_is_left_alone) {
    Edge edge({.location = kApi.location + "\npersonalize_buffer_size 64k;"});
    like_zenith(edge, "zoe");
    std::string large = products();
    large.insert(large.find("[]}") + 1, "\"" + std::string(200 * 1024, 'x') + "\"");
    edge.origin.page("/api", {large, "application/json"});
    const Response response = edge.get("/api", visitor("zoe"));
    BOOST_CHECK(response.complete);
    BOOST_CHECK_MESSAGE(response.body == large, response.body.size() << " bytes");
    BOOST_CHECK_EQUAL(edge.result(0), "passed:limit");
    BOOST_CHECK(edge.status_reaches("over_limit", 1));
    // Before the array, it may be as large as it likes.
    large = products();
    large.insert(1, "\"x\":\"" + std::string(200 * 1024, 'x') + "\",");
    edge.origin.page("/api", {large, "application/json"});
    const std::string body = edge.get("/api", visitor("zoe")).body;
    BOOST_CHECK_EQUAL(sorted(body), sorted(large));
    BOOST_CHECK_NE(joined(skus(body)), kShopOrder);
}

BOOST_AUTO_TEST_CASE(headers_are_those_of_a_personal_page) {
    Edge edge(kApi);
    edge.origin.page("/api", {products(),
                              "application/json; charset=utf-8",
                              200,
                              {{"ETag", "\"v1\""},
                               {"Last-Modified", "Mon, 02 Nov 2026 10:00:00 GMT"},
                               {"Cache-Control", "public, max-age=60"},
                               {"Accept-Ranges", "bytes"}}});
    like_zenith(edge, "zoe");
    Headers headers = visitor("zoe");
    headers.emplace_back("If-None-Match", "\"v1\"");
    headers.emplace_back("Range", "bytes=0-3");
    const Response response = edge.get("/api", headers);
    BOOST_CHECK_EQUAL(response.status, 200);
    BOOST_CHECK_EQUAL(response.header("Cache-Control").value_or(""), "private, no-cache");
    BOOST_CHECK_EQUAL(response.header("Content-Type").value_or(""),
                      "application/json; charset=utf-8");
    for (const char* name : {"ETag", "Last-Modified", "Accept-Ranges", "Content-Length"}) {
        BOOST_CHECK_MESSAGE(!response.has(name), name);
    }
    check_reordered(response.body);
    HttpClient client = edge.nginx->client();
    const Response head =
        client.fetch({.path = "/api", .headers = visitor("zoe"), .method = "HEAD"});
    BOOST_CHECK_EQUAL(head.status, 200);
    BOOST_CHECK(head.body.empty());
}

BOOST_AUTO_TEST_CASE(an_error_page_may_be_a_document) {
    Edge edge({.location = "personalize_json $.data.products id=sku top=6;\n"
                           "proxy_intercept_errors on; error_page 404 =200 /fallback;"});
    edge.origin.page("/gone", {"away", "text/plain", 404});
    edge.origin.page("/fallback", {products(), "application/json"});
    like_zenith(edge, "zoe");
    const Response response = edge.get("/gone", visitor("zoe"));
    BOOST_CHECK_EQUAL(response.status, 200);
    check_reordered(response.body);
    BOOST_CHECK_EQUAL(response.header("Cache-Control").value_or(""), "private, no-cache");
}

BOOST_AUTO_TEST_CASE(a_document_included_in_a_page_is_left_alone) {
    Edge edge({.location = "personalize_json $.data.products id=sku top=6;\n"
                           "personalize_widget '#w1' popular limit=1 min=1 template=tile;\n"
                           "ssi on;"});
    edge.origin.page("/api", {products(), "application/json"});
    edge.origin.page("/page", {"<div id=w1>own</div><!--#include virtual=\"/api\" -->"});
    like_zenith(edge, "zoe");
    const std::string body = edge.get("/page", visitor("zoe")).body;
    BOOST_CHECK_NE(inner_of(body, "w1"), "own");
    BOOST_CHECK_MESSAGE(body.ends_with(products()), body);
}

BOOST_AUTO_TEST_CASE(no_store_and_no_transform_of_the_origin_hold) {
    Edge edge(kApi);
    like_zenith(edge, "zoe");
    edge.origin.page("/api",
                     {products(), "application/json", 200, {{"Cache-Control", "no-store"}}});
    const Response kept = edge.get("/api", visitor("zoe"));
    BOOST_CHECK_EQUAL(kept.header("Cache-Control").value_or(""), "private, no-cache, no-store");
    check_reordered(kept.body);
    edge.origin.page("/api",
                     {products(), "application/json", 200, {{"Cache-Control", "no-transform"}}});
    BOOST_CHECK_EQUAL(edge.get("/api", visitor("zoe")).body, products());
    edge.origin.page("/api", {products(), "application/json", 500});
    BOOST_CHECK_EQUAL(edge.get("/api", visitor("zoe")).body, products());
    BOOST_CHECK_EQUAL(edge.result(2), "passed:status");
}

BOOST_AUTO_TEST_CASE(explanations_are_not_put_into_data) {
    Edge edge({.location = kApi.location + "\npersonalize_explain 1;"});
    like_zenith(edge, "zoe");
    edge.origin.page("/api", {products(), "application/json"});
    edge.origin.page("/cart", {cart(), "application/json"});
    check_reordered(edge.get("/api", visitor("zoe")).body);
    BOOST_CHECK_EQUAL(edge.get("/cart").body, personal_cart());
}

BOOST_AUTO_TEST_CASE(an_origin_that_sends_pieces) {
    for (const char* buffering : {"on", "off"}) {
        Edge edge({.location = std::string("proxy_http_version 1.1; proxy_buffering ") + buffering +
                               ";\n" + kApi.location});
        const std::string document = products();
        std::atomic<std::size_t> size{1};
        edge.origin.script("/api", [&](const OriginRequest&, Origin::Connection& connection) {
            connection.socket().send(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                "Transfer-Encoding: chunked\r\n\r\n");
            for (std::size_t at = 0; at < document.size(); at += size) {
                connection.socket().send(chunk(std::string_view(document).substr(at, size)));
                taken(connection);
            }
            connection.socket().send("0\r\n\r\n");
        });
        like_zenith(edge, "zoe");
        for (const std::size_t each : {1, 7, 100, 100000}) {
            size = each;
            const Response response = edge.get("/api", visitor("zoe"));
            BOOST_CHECK_MESSAGE(response.complete, response.problem);
            check_reordered(response.body);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_late_lookup_is_waited_for) {
    Edge edge({.location = kApi.location, .redis = false});
    FakeRedis redis(edge.dir / "redis.sock");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    edge.origin.page("/cart", {cart(), "application/json"});
    redis.hold();
    HttpClient client = edge.nginx->client();
    client.send({.path = "/cart", .headers = visitor("v")});
    // What stands before the first match need not wait.
    const std::string head = cart().substr(0, cart().find("\"<div"));
    BOOST_CHECK(client.read_until(head).find(head) != std::string::npos);
    redis.release();
    const Response response = client.finish({});
    BOOST_CHECK(response.complete);
    BOOST_CHECK_EQUAL(response.body, personal_cart());
}

BOOST_AUTO_TEST_CASE(a_dead_lookup_is_not_waited_for) {
    Edge edge({.location = kApi.location, .redis = false, .timeout = "50ms"});
    FakeRedis redis(edge.dir / "redis.sock");
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    edge.origin.page("/cart", {cart(), "application/json"});
    redis.hold();
    const Response response = edge.get("/cart", visitor("v"));
    BOOST_CHECK(response.complete);
    BOOST_CHECK_EQUAL(response.body, cart());
    BOOST_CHECK_EQUAL(edge.result(0), "passed:timeout");
}

BOOST_AUTO_TEST_CASE(a_cached_document_is_one_for_all) {
    Edge edge({.location = "proxy_cache pages; proxy_cache_valid 1h;\n" + kApi.location});
    edge.origin.page("/api", {products(), "application/json"});
    like_zenith(edge, "zoe");
    check_reordered(edge.get("/api", visitor("zoe")).body);
    BOOST_CHECK_EQUAL(edge.get("/api", visitor("stranger")).body, products());
    check_reordered(edge.get("/api", visitor("zoe")).body);
    BOOST_CHECK_EQUAL(edge.origin.requests("/api"), 1U);
}

BOOST_AUTO_TEST_CASE(off_takes_back_what_is_inherited) {
    Edge edge({.location = "",
               .server = "location /a/ { proxy_pass http://origin/; personalize_json off; }\n"
                         "location /h/ { proxy_pass http://origin/; personalize_json_html off; }\n"
                         "location /w/ { proxy_pass http://origin/; personalize_widget off; }",
               .http = "personalize_json $.data.products id=sku;\n"
                       "personalize_json_html $.fragments.*;\n"
                       "personalize_widget '#w1' popular limit=2 min=1 template=tile;"});
    edge.origin.page("/api", {products(), "application/json"});
    edge.origin.page("/cart", {cart(), "application/json"});
    like_zenith(edge, "zoe");
    check_reordered(edge.get("/api", visitor("zoe")).body);
    BOOST_CHECK_EQUAL(edge.get("/cart").body, personal_cart());
    BOOST_CHECK_EQUAL(edge.get("/a/api", visitor("zoe")).body, products());
    BOOST_CHECK_EQUAL(edge.get("/a/cart").body, personal_cart());
    check_reordered(edge.get("/h/api", visitor("zoe")).body);
    BOOST_CHECK_EQUAL(edge.get("/h/cart").body, cart());
    check_reordered(edge.get("/w/api", visitor("zoe")).body);
    BOOST_CHECK_EQUAL(edge.get("/w/cart").body, cart());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
