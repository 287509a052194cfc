// Events: from requests into the visitor's list and the stream, onto the next page.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <optional>

#include "integration/event_shop.hpp"
#include "integration/support/fake_redis.hpp"

namespace pz::test {

namespace {

const EdgeOptions& kShop = kEventShop;

}  // namespace

BOOST_AUTO_TEST_SUITE(events)

BOOST_AUTO_TEST_CASE(viewed_item_shows_on_the_very_next_page) {
    Edge edge(kShop);
    add_pages(edge);
    HttpClient client = edge.nginx->client();
    BOOST_CHECK_EQUAL(client.get("/product/p07", visitor("anna")).body, "<p>ok</p>");
    CHECK_LIST(tiles_of(client.get("/", visitor("anna")).body, "w1"), "P07");
    client.get("/product/p08", visitor("anna"));
    CHECK_LIST(tiles_of(client.get("/", visitor("anna")).body, "w1"), "P08 P07");
    BOOST_CHECK_EQUAL(edge.events("anna").size(), 2);
}

BOOST_AUTO_TEST_CASE(event_is_written_to_list_and_stream) {
    Edge edge(kShop);
    add_pages(edge);
    edge.get("/item?id=P03&list=home&price=19.90", visitor("anna"));
    BOOST_REQUIRE(has_events(edge, "anna", 1));
    const std::string event = edge.events("anna")[0];
    BOOST_CHECK_EQUAL(short_form(event), "view_item P03");
    BOOST_CHECK_MESSAGE(event.find(" list=home") != event.npos, event);
    BOOST_CHECK_MESSAGE(event.find(" price=19.90") != event.npos, event);
    const auto entries = edge.stream();
    BOOST_REQUIRE_EQUAL(entries.size(), 1);
    const Values& entry = entries[0];
    BOOST_CHECK_EQUAL(entry.at("v") + " " + entry.at("e") + " " + entry.at("i"),
                      "anna view_item P03");
    BOOST_CHECK_EQUAL(entry.at("list") + " " + entry.at("price"), "home 19.90");
    BOOST_CHECK(entry.contains("t"));
}

BOOST_AUTO_TEST_CASE(next_page_of_another_worker_knows) {
    EdgeOptions options = kShop;
    options.workers = 2;
    Edge edge(options);
    add_pages(edge);
    // Every request over a connection of its own, so that any worker takes it.
    for (int i = 0; i < 100; i++) {
        const Headers who = visitor("n" + std::to_string(i));
        edge.get("/item?id=P0" + std::to_string(1 + i % 9), who);
        CHECK_LIST(tiles_of(edge.get("/", who).body, "w1"), "P0" + std::to_string(1 + i % 9));
    }
}

// All that stands behind a lookup waits until Redis goes on.
struct BusyRedis {
    explicit BusyRedis(EdgeOptions options)
        : edge(std::move(options)), redis(edge.dir / "redis.sock") {
        BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
        add_pages(edge);
        redis.hold();
        blocker.emplace(edge.nginx->client());
        blocker->send({.path = "/", .headers = visitor("blocker")});
        BOOST_REQUIRE(wait_until([&] { return redis.received("LRANGE") == 1; }));
    }
    // A client that has asked for a page whose event waits.
    HttpClient client(const std::string& path) const {
        HttpClient client = edge.nginx->client();
        client.send({.path = path, .headers = visitor("anna")});
        BOOST_REQUIRE(edge.status_reaches("events", 1));
        return client;
    }
    Edge edge;
    FakeRedis redis;
    std::optional<HttpClient> blocker;
};

EdgeOptions without_redis(std::string timeout) {
    EdgeOptions options = kShop;
    options.redis = false;
    options.timeout = std::move(timeout);
    return options;
}

BOOST_AUTO_TEST_CASE(response_ends_when_redis_has_the_event) {
    BusyRedis busy(without_redis("30s"));
    HttpClient client = busy.client("/item?id=P03");
    BOOST_CHECK_EQUAL(client.read_until("ok", 50ms).find("ok"), std::string::npos);
    busy.redis.release();
    const Response response = client.finish({});
    BOOST_CHECK(response.complete);
    BOOST_CHECK_EQUAL(response.body, "<p>ok</p>");
    BOOST_CHECK_EQUAL(response.header("Content-Length").value_or(""), "9");
}

BOOST_AUTO_TEST_CASE(page_shows_at_once_and_ends_when_redis_has_the_event) {
    EdgeOptions options = without_redis("30s");
    options.location += " personalize_event view_item item=$arg_id;";
    Edge edge(options);
    std::atomic<bool> held{true};
    const FakeRedis redis(edge.dir / "redis.sock", [&](const FakeRedis::Command& command) {
        if (command[0] == "LPUSH") {
            wait_until([&] { return !held; });
        }
        return FakeRedis::empty_answer(command);
    });
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    HttpClient client = edge.nginx->client();
    client.send({.path = "/?id=P03", .headers = visitor("anna")});
    BOOST_CHECK_NE(client.read_until("</html>").find("data-id=\"P03\""), std::string::npos);
    const std::string end = "\r\n0\r\n\r\n";
    BOOST_CHECK_EQUAL(client.read_until(end, 50ms).find(end), std::string::npos);
    held = false;
    BOOST_CHECK(client.finish({}).complete);
    BOOST_CHECK_EQUAL(edge.result(0), "personal");
}

BOOST_AUTO_TEST_CASE(event_that_redis_does_not_confirm_costs_the_timeout) {
    BusyRedis busy(without_redis("100ms"));
    const Response response = busy.client("/item?id=P03").finish({});
    BOOST_CHECK(response.complete);
    BOOST_CHECK_EQUAL(response.body, "<p>ok</p>");
    busy.redis.release();
}

BOOST_AUTO_TEST_CASE(client_that_leaves_while_its_event_waits) {
    BusyRedis busy(without_redis("30s"));
    busy.client("/item?id=P03").socket().abort();
    busy.redis.release();
    BOOST_CHECK(wait_until([&] { return busy.redis.received("LPUSH") == 1; }));
    BOOST_CHECK_EQUAL(busy.edge.get("/item?id=P04", visitor("anna")).body, "<p>ok</p>");
}

BOOST_AUTO_TEST_CASE(endpoints_of_our_own_are_no_pages) {
    EdgeOptions options = kShop;
    options.server = options.location + kShop.server;  // inherited by the beacon's location
    Edge edge(options);
    edge.post("/beacon", beacon("P02"), visitor("ida"));
    edge.get("/-/status", visitor("ida"));
    BOOST_CHECK_EQUAL(edge.status("lookups"), 0);
    BOOST_CHECK_EQUAL(edge.result(0), "-");
}

BOOST_AUTO_TEST_CASE(the_catalog_says_at_what_price_an_item_was_seen) {
    Edge edge({.server = "location = /look { personalize_event view_item item=$arg_id;"
                         "                   proxy_pass http://origin/; }"
                         "location = /paid { personalize_event purchase item=$arg_id;"
                         "                   proxy_pass http://origin/; }"
                         "location = /beacon { personalize_events; }"});
    edge.get("/look?id=P03", visitor("anna"));
    edge.get("/look?id=unknown", visitor("anna"));
    edge.get("/paid?id=P03", visitor("anna"));
    BOOST_REQUIRE(has_events(edge, "anna", 3));
    const List events = edge.events("anna");
    BOOST_CHECK_MESSAGE(events[2].find(" price=13.50") != std::string::npos, events[2]);
    BOOST_CHECK_MESSAGE(events[1].find(" price=") == std::string::npos, events[1]);
    BOOST_CHECK_MESSAGE(events[0].find(" price=") == std::string::npos, events[0]);
    edge.post("/beacon", beacon("P03"), visitor("bert"));
    edge.get("/beacon?name=like&item_id=P03", visitor("bert"));
    edge.get("/beacon?name=like&item_id=P03&price=9", visitor("bert"));
    edge.post("/beacon", beacon("P03", "purchase"), visitor("bert"));
    const List sent = edge.events("bert");
    BOOST_REQUIRE_EQUAL(sent.size(), 4);
    BOOST_CHECK_MESSAGE(sent[3].ends_with(" price=13.50"), sent[3]);
    BOOST_CHECK_MESSAGE(sent[2].ends_with(" price=13.50"), sent[2]);
    BOOST_CHECK_MESSAGE(sent[1].ends_with(" price=9"), sent[1]);
    BOOST_CHECK_MESSAGE(sent[0].find(" price=") == std::string::npos, sent[0]);
}

BOOST_AUTO_TEST_CASE(what_is_no_price_or_quantity_is_left_out) {
    Edge edge(kShop);
    add_pages(edge);
    for (const char* qty : {"-5", "abc", "99999999999", "2"}) {
        edge.post("/cart/add", std::string("item=P03&price=-1&qty=") + qty, visitor("bert"));
    }
    edge.post("/order",
              R"({"order": "T1", "total": "much", "items": [{"sku": "P01", "price": 5}]})",
              visitor("bert"), "application/json");
    BOOST_REQUIRE(has_events(edge, "bert", 5));
    List values;
    for (const Values& entry : edge.stream()) {
        for (const char* key : {"price", "qty", "value"}) {
            values.push_back(entry.contains(key) ? entry.at(key) : "-");
        }
    }
    CHECK_LIST(values, "- - - - - - - - - - 2 - 5 - -");
    BOOST_CHECK_EQUAL(edge.status("values_refused"), 8);
}

BOOST_AUTO_TEST_CASE(add_to_cart_from_form_fields) {
    Edge edge(kShop);
    add_pages(edge);
    edge.post("/cart/add", "token=x%26y&item=P0%33&qty=2&price=13.50", visitor("bert"));
    BOOST_REQUIRE(has_events(edge, "bert", 1));
    const std::string event = edge.events("bert")[0];
    BOOST_CHECK_EQUAL(short_form(event), "add_to_cart P03");
    BOOST_CHECK_MESSAGE(event.find(" qty=2") != event.npos, event);
    BOOST_CHECK_MESSAGE(event.find(" price=13.50") != event.npos, event);
    BOOST_CHECK_EQUAL(edge.origin.received().back().body,
                      "token=x%26y&item=P0%33&qty=2&price=13.50");
}

BOOST_AUTO_TEST_CASE(add_to_cart_from_a_multipart_form) {
    Edge edge(kShop);
    add_pages(edge);
    const auto field = [](const char* name, const char* value) {
        return std::string("--b0\r\nContent-Disposition: form-data; name=\"") + name +
               "\"\r\n\r\n" + value + "\r\n";
    };
    const std::string body =
        field("form_key", "abc") + field("item", "P03") + field("qty", "2") + "--b0--\r\n";
    const std::string type = "multipart/form-data; boundary=b0";
    edge.post("/cart/add", body.substr(0, body.size() - 6), visitor("bert"), type);  // cut off
    edge.post("/cart/add", body, visitor("bert"), type);
    BOOST_REQUIRE(has_events(edge, "bert", 1));
    const List events = edge.events("bert");
    CHECK_LIST(short_forms(events), "add_to_cart P03");
    BOOST_CHECK_MESSAGE(events[0].find(" qty=2") != std::string::npos, events[0]);
    BOOST_CHECK_EQUAL(edge.origin.received().back().body, body);
}

BOOST_AUTO_TEST_CASE(add_to_cart_that_is_answered_by_a_redirect) {
    Edge edge(kShop);
    const auto add = [&edge](int status, const std::string& item) {
        edge.origin.page("/cart/add", {"", "text/html", status, {{"Location", "/cart"}}});
        edge.post("/cart/add", "item=" + item, visitor("bert"));
    };
    add(307, "P01");
    add(404, "P02");
    add(303, "P03");
    add(302, "P04");
    add(301, "P05");
    BOOST_REQUIRE(has_events(edge, "bert", 3));
    CHECK_LIST(short_forms(edge.events("bert")), "add_to_cart P05 add_to_cart P04 add_to_cart P03");
}

BOOST_AUTO_TEST_CASE(purchase_of_several_items) {
    Edge edge(kShop);
    add_pages(edge);
    edge.get("/thanks?items=P01,P04,P09&prices=1.50,2.50,3.50&qtys=1,2,3", visitor("carl"));
    BOOST_REQUIRE(has_events(edge, "carl", 3));
    const List events = edge.events("carl");
    CHECK_LIST(short_forms(events), "purchase P09 purchase P04 purchase P01");
    BOOST_CHECK_MESSAGE(events[1].find(" price=2.50") != std::string::npos, events[1]);
    BOOST_CHECK_MESSAGE(events[1].find(" qty=2") != std::string::npos, events[1]);
    BOOST_CHECK_EQUAL(edge.stream().size(), 3);
}

BOOST_AUTO_TEST_CASE(thousands_of_items_in_one_request_are_cut) {
    Edge edge(kShop);
    add_pages(edge);
    std::string items = "P01";
    for (int i = 1; i < 2000; i++) {
        items += ",P" + std::to_string(10 + i % 10);
    }
    const std::string body = "item=" + items + "&price=1.50,2.50&qty=2";
    BOOST_REQUIRE_LT(body.size(), 8 * 1024);  // in memory
    BOOST_CHECK_EQUAL(edge.post("/cart/add", body, visitor("carl")).status, 200);
    BOOST_REQUIRE(wait_until([&] { return edge.stream().size() >= 200; }));
    edge.get("/item?id=P02", visitor("last"));
    BOOST_REQUIRE(has_events(edge, "last", 1));
    const auto entries = edge.stream();
    BOOST_REQUIRE_EQUAL(entries.size(), 201);
    BOOST_CHECK_EQUAL(entries[1].at("i") + " " + entries[1].at("price"), "P11 2.50");
    BOOST_CHECK(!entries[2].contains("price"));
    BOOST_CHECK_EQUAL(entries[199].at("i") + " " + entries[199].at("qty"), "P19 2");
}

BOOST_AUTO_TEST_CASE(event_without_an_item) {
    Edge edge(kShop);
    add_pages(edge);
    edge.get("/search?q=red-shirt", visitor("dora"));
    BOOST_REQUIRE(has_events(edge, "dora", 1));
    const std::string event = edge.events("dora")[0];
    BOOST_CHECK_EQUAL(short_form(event), "search -");
    BOOST_CHECK_MESSAGE(event.find(" term=red-shirt") != event.npos, event);
}

BOOST_AUTO_TEST_CASE(arguments_are_decoded) {
    Edge edge(kShop);
    add_pages(edge);
    edge.get("/search?x=%&q=Gr%C3%B6%C3%9Fe+39%20%zz", visitor("dora"));
    BOOST_REQUIRE(has_events(edge, "dora", 1));
    const std::string event = edge.events("dora")[0];
    BOOST_CHECK_MESSAGE(event.find(" term=Gr%C3%B6%C3%9Fe%2039%20%25zz") != event.npos, event);
}

BOOST_AUTO_TEST_CASE(no_event_without_success_visitor_item_or_condition) {
    Edge edge(kShop);
    add_pages(edge);
    edge.origin.page("/item/gone", {"gone", "text/html", 404});
    edge.origin.page("/item/moved", {"", "text/html", 302, {{"Location", "/"}}});
    edge.get("/item/gone?id=P01", visitor("emil"));
    edge.get("/item/moved?id=P01", visitor("emil"));
    edge.get("/item?id=P01");            // nobody
    edge.get("/item", visitor("emil"));  // no item
    edge.get("/item/when?id=P01&when=0", visitor("emil"));
    edge.get("/item/when?id=P01", visitor("emil"));
    edge.get("/item/when?id=P03&when=1", visitor("emil"));
    edge.get("/item?id=" + std::string(51, 'x'), visitor("emil"));  // no item id
    edge.get("/product/p07/unknown", visitor("emil"));
    edge.get("/item?id=P02", visitor("emil"));
    BOOST_REQUIRE(has_events(edge, "emil", 2));
    CHECK_LIST(short_forms(edge.events("emil")), "view_item P02 view_item P03");
    BOOST_CHECK_EQUAL(edge.stream().size(), 2);
}

BOOST_AUTO_TEST_CASE(head_and_prefetch_make_no_events) {
    Edge edge(kShop);
    add_pages(edge);
    HttpClient client = edge.nginx->client();
    for (const auto& header : Headers{{"Sec-Purpose", "prefetch"},
                                      {"Sec-Purpose", "prefetch;prerender"},
                                      {"Purpose", "prefetch"},
                                      {"X-Moz", "prefetch"}}) {
        Headers headers = visitor("fred");
        headers.push_back(header);
        BOOST_CHECK_EQUAL(client.get("/item?id=P01", headers).status, 200);
        BOOST_CHECK_EQUAL(client.get("/beacon?name=like&item_id=P01", headers).status, 200);
    }
    for (const char* path : {"/item?id=P01", "/beacon?name=like&item_id=P01"}) {
        const Response response =
            client.fetch({.path = path, .headers = visitor("fred"), .method = "HEAD"});
        BOOST_CHECK_EQUAL(response.status, 200);
    }
    client.get("/item?id=P02", visitor("fred"));
    BOOST_REQUIRE(has_events(edge, "fred", 1));
    CHECK_LIST(short_forms(edge.events("fred")), "view_item P02");
    // 4 kinds of prefetch, each a page and a pixel; HEAD is not looked at for who asks.
    BOOST_CHECK_EQUAL(edge.status("not_of_visitors"), 8);
}

BOOST_AUTO_TEST_CASE(add_to_cart_from_a_json_body) {
    Edge edge(kShop);
    add_pages(edge);
    edge.post("/cart/json", R"({"product":{"id":"P03"},"quantity":2,"note":"a\u0041"})",
              visitor("bert"), "application/json; charset=utf-8");
    edge.post("/cart/json", "{broken", visitor("bert"), "application/json");
    edge.post("/cart/json", "[" + std::string(6000, ' ') + "]", visitor("bert"));
    BOOST_REQUIRE(has_events(edge, "bert", 1));
    const List events = edge.events("bert");
    BOOST_REQUIRE_EQUAL(events.size(), 1);
    BOOST_CHECK_EQUAL(short_form(events[0]), "add_to_cart P03");
    BOOST_CHECK_MESSAGE(events[0].find(" qty=2") != std::string::npos, events[0]);
}

BOOST_AUTO_TEST_CASE(purchase_from_a_json_body_counts_its_value_once) {
    Edge edge(kShop);
    add_pages(edge);
    edge.post("/order",
              R"({"order":"T7","total":12.5,"items":[{"sku":"P01","price":2.5},{"sku":"P04"},
                  {"sku":"P09","price":"3.00"}]})",
              visitor("carl"), "application/json");
    BOOST_REQUIRE(wait_until([&] { return edge.stream().size() == 3; }));
    const auto entries = edge.stream();
    BOOST_CHECK_EQUAL(entries[0].at("i") + " " + entries[0].at("price") + " " +
                          entries[0].at("value") + " " + entries[0].at("eid"),
                      "P01 2.5 12.5 T7");
    BOOST_CHECK_EQUAL(entries[1].at("i") + " " + entries[1].at("eid"), "P04 T7");
    BOOST_CHECK(!entries[1].contains("value"));
    BOOST_CHECK_EQUAL(entries[2].at("i") + " " + entries[2].at("price"), "P09 3.00");
    BOOST_CHECK(!entries[2].contains("value"));
}

BOOST_AUTO_TEST_CASE(woocommerces_field_has_dashes) {
    EdgeOptions options = kShop;
    options.server +=
        "location = /shop { proxy_pass http://origin/item; personalize_event "
        "add_to_cart item=$personalize_form_add_to_cart; }";
    Edge edge(options);
    add_pages(edge);
    edge.post("/shop", "quantity=1&add-to-cart=P03", visitor("bert"));
    BOOST_REQUIRE(has_events(edge, "bert", 1));
    BOOST_CHECK_EQUAL(short_form(edge.events("bert")[0]), "add_to_cart P03");
}

BOOST_AUTO_TEST_CASE(list_is_trimmed_and_expires) {
    EdgeOptions options = kShop;
    options.http = "personalize_retention 5 1h;";
    Edge edge(options);
    add_pages(edge);
    HttpClient client = edge.nginx->client();
    for (int i = 1; i <= 8; i++) {
        client.get("/item?id=P0" + std::to_string(i), visitor("gina"));
    }
    BOOST_REQUIRE(wait_until([&] { return edge.stream().size() == 8; }));
    CHECK_LIST(short_forms(edge.events("gina")),
               "view_item P08 view_item P07 view_item P06 view_item P05 view_item P04");
    const auto ttl = edge.redis->client().integer({"TTL", "pz:{gina}:events"});
    BOOST_CHECK_MESSAGE(ttl > 3500 && ttl <= 3600, "TTL " << ttl);
}

BOOST_AUTO_TEST_CASE(prefix_and_partitions) {
    EdgeOptions options = kShop;
    options.http = "personalize_prefix shop1:; personalize_partitions 4;";
    Edge edge(options);
    add_pages(edge);
    HttpClient client = edge.nginx->client();
    for (int i = 0; i < 40; i++) {
        client.get("/item?id=P01", visitor("v" + std::to_string(i)));
    }
    RedisClient redis = edge.redis->client();
    const auto total = [&] {
        std::int64_t sum = 0;
        for (int n = 0; n < 4; n++) {
            sum += redis.integer({"XLEN", "shop1:events:" + std::to_string(n)});
        }
        return sum;
    };
    BOOST_CHECK(wait_until([&] { return total() == 40; }));
    BOOST_CHECK_LT(redis.integer({"XLEN", "shop1:events:0"}), 40);
    BOOST_CHECK_EQUAL(redis.integer({"LLEN", "shop1:{v7}:events"}), 1);
    BOOST_CHECK(redis.command({"KEYS", "pz:*"}).elements.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
