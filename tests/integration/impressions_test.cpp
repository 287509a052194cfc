// Impressions: which items were shown to whom, into the stream, in batches.
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <set>

#include "integration/support/edge.hpp"
#include "integration/support/fake_redis.hpp"
#include "integration/support/print.hpp"

namespace pz::test {

BOOST_AUTO_TEST_SUITE(impressions)

BOOST_AUTO_TEST_CASE(reach_the_stream_in_order_of_position) {
    Edge edge({.location =
                   "personalize_widget '#w1' popular limit=3 min=1 template=tile name=top;\n"
                   "personalize_listing '#list';"});
    HttpClient client = edge.nginx->client();
    for (int i = 0; i < 20; i++) {
        client.get("/", visitor("v" + std::to_string(i)));
    }
    client.get("/");  // nobody: no impression
    BOOST_REQUIRE(wait_until([&] { return edge.stream().size() >= 20; }));
    const auto entries = edge.stream();
    BOOST_CHECK_EQUAL(entries.size(), 20);
    std::set<std::string> visitors;
    for (const Values& entry : entries) {
        visitors.insert(entry.at("v"));
        BOOST_CHECK_EQUAL(entry.at("e"), "view_item_list");
        BOOST_CHECK_EQUAL(entry.at("list"), "top");
        BOOST_CHECK_EQUAL(entry.at("recommender"), "popular");
        BOOST_CHECK_EQUAL(entry.at("items"), "P01,P02,P03");
    }
    BOOST_CHECK_EQUAL(visitors.size(), 20);
    // They are no part of what the visitor did.
    BOOST_CHECK(edge.events("v3").empty());
}

// What the order of listings is learned from, moved or not.
BOOST_AUTO_TEST_CASE(listings_say_where_the_shop_had_each_tile) {
    Edge edge({.location = "personalize_listing '#list' item=.tile name=grid;"});
    HttpClient client = edge.nginx->client();
    const auto told = [&edge](std::size_t count) {
        BOOST_REQUIRE(wait_until([&] { return edge.stream().size() >= count; }));
        return edge.stream().back();
    };
    const auto before = listed(client.get("/list", visitor("new")).body);
    const Values as_it_was = told(1);
    BOOST_CHECK_EQUAL(as_it_was.at("list"), "grid");
    BOOST_CHECK_EQUAL(as_it_was.at("places"), "1");
    BOOST_CHECK_EQUAL(as_it_was.count("recommender"), 0);
    BOOST_CHECK(as_it_was.at("items").starts_with(before[0] + "," + before[1]));

    edge.remember("old", {event("view_item", before[4], 50), event("view_item", before[4], 20)});
    const auto after = listed(client.get("/list", visitor("old")).body);
    BOOST_REQUIRE(after[0] != before[0]);
    const Values moved = told(2);
    BOOST_CHECK(moved.at("items").starts_with(after[0] + "," + after[1]));
    const auto place = std::find(before.begin(), before.end(), after[0]) - before.begin() + 1;
    BOOST_CHECK(moved.at("places").starts_with(std::to_string(place)));
}

BOOST_AUTO_TEST_CASE(leave_together) {
    Edge edge({.redis = false});
    std::mutex mutex;
    std::vector<std::chrono::steady_clock::time_point> times;
    FakeRedis redis(edge.dir / "redis.sock", [&](const FakeRedis::Command& command) {
        if (command[0] == "XADD") {
            const std::lock_guard lock(mutex);
            times.push_back(std::chrono::steady_clock::now());
        }
        return FakeRedis::empty_answer(command);
    });
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    HttpClient client = edge.nginx->client();
    for (int i = 0; i < 50; i++) {
        client.get("/", visitor("v"));
    }
    BOOST_REQUIRE(wait_until([&] { return redis.received("XADD") >= 100; }));
    // Batches are half a second apart.
    std::size_t batches = 1;
    const std::lock_guard lock(mutex);
    for (std::size_t i = 1; i < times.size(); i++) {
        batches += times[i] - times[i - 1] > 100ms;
    }
    const auto ticks = static_cast<std::size_t>((times.back() - times.front()) / 500ms);
    BOOST_CHECK_MESSAGE(batches <= ticks + 2, batches << " batches for " << times.size());
}

BOOST_AUTO_TEST_CASE(those_of_a_lost_batch_are_counted_one_by_one) {
    Edge edge({.redis = false});
    FakeRedis redis(edge.dir / "redis.sock", [](const FakeRedis::Command& command) {
        return command[0] == "XADD" ? "nonsense\r\n" : FakeRedis::empty_answer(command);
    });
    BOOST_REQUIRE(wait_until([&] { return edge.redis_ready(); }));
    HttpClient client = edge.nginx->client();
    for (int i = 0; i < 5; i++) {
        client.get("/", visitor("v"));
    }
    BOOST_REQUIRE(edge.status_reaches("impressions", 2));
    BOOST_CHECK(wait_until(
        [&] { return edge.status("impressions_dropped") == edge.status("impressions"); }));
}

BOOST_AUTO_TEST_CASE(prefetched_page_makes_none) {
    Edge edge;
    HttpClient client = edge.nginx->client();
    Headers ahead = visitor("ahead");
    ahead.emplace_back("Sec-Purpose", "prefetch;prerender");
    CHECK_LIST(tiles_of(client.get("/", ahead).body, "w1"), "P01 P02 P03 P04");
    client.get("/", visitor("here"));
    BOOST_REQUIRE(wait_until([&] { return edge.stream().size() >= 2; }));
    for (const Values& entry : edge.stream()) {
        BOOST_CHECK_EQUAL(entry.at("v"), "here");
    }
}

BOOST_AUTO_TEST_CASE(can_be_switched_off) {
    Edge edge({.server = "location /on/ { proxy_pass http://origin/; personalize_impressions on; "
                         "personalize_widget '#w1' popular limit=3 min=1 template=tile name=on; }",
               .http = "personalize_impressions off;"});
    for (int i = 0; i < 5; i++) {
        edge.get("/", visitor("v"));
    }
    edge.get("/on/", visitor("v"));
    BOOST_REQUIRE(wait_until([&] { return !edge.stream().empty(); }));
    BOOST_REQUIRE_EQUAL(edge.stream().size(), 1);
    BOOST_CHECK_EQUAL(edge.stream()[0].at("list"), "on");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
