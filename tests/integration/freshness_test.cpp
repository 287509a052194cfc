// How soon the pages know: an event with the models, at the learner's own interval, stock and prices.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <iostream>

#include "integration/commands.hpp"
#include "integration/support/edge.hpp"

namespace pz::test {

namespace {

using Clock = std::chrono::steady_clock;

constexpr Duration kEventPromise{60'000};
constexpr Duration kStockPromise{1000};

// A template that shows what may change at any time.
std::string priced(const TempDir& dir) {
    const std::string path = dir / "priced.html";
    std::ofstream(path) << R"(<a class="t" data-id="{{id}}">{{price}}</a>)";
    return "personalize_template priced " + path + ";";
}

struct Fresh {
    TempDir templates;
    Edge edge{{.location = "personalize_widget '#w1' popular limit=4 min=1 template=priced;",
               .http = priced(templates),
               .store = false}};
    RedisClient client = edge.redis->client();
    Process learn;

    Fresh() {
        for (std::size_t i = 1; i <= kItems; ++i) {
            client.command({"HSET", "pz:item:" + item_id(i), "title", item_id(i), "link",
                            "/product/" + item_id(i), "price", "1.00 GBP", "availability",
                            "in_stock"});
            add("view_item", item_id(i), kItems - i);
        }
        learn = Process({{program(), "learn", "--store", edge.path("store.pz"), "--redis",
                          edge.redis->unix_url()},
                         edge.path("learn.log")});
        BOOST_REQUIRE(wait_until([&] { return first_tile() == item_id(1); }));
    }
    void add(const std::string& name, const std::string& item, std::size_t times) {
        for (std::size_t i = 0; i < times; ++i) {
            client.command({"XADD", "pz:events:0", "*", "v", "v" + std::to_string(i), "e", name,
                            "i", item, "t", std::to_string(std::time(nullptr))});
        }
    }
    void set_availability(const std::string& item, const std::string& availability) {
        client.command({"HSET", "pz:item:" + item, "availability", availability});
        client.command({"XADD", "pz:catalog", "*", "id", item});
    }
    void set_price(const std::string& item, const std::string& price) {
        client.command({"HSET", "pz:item:" + item, "price", price + " GBP"});
        client.command({"XADD", "pz:catalog", "*", "id", item});
    }
    bool shows_price(const std::string& item, const std::string& price) const {
        const std::string tile = "data-id=\"" + item + "\">" + price + "<";
        return edge.get("/").body.find(tile) != std::string::npos;
    }
    std::vector<std::string> tiles() const { return tiles_of(edge.get("/").body, "w1"); }
    std::string first_tile() const {
        const auto shown = tiles();
        return shown.empty() ? "" : shown.front();
    }
    bool shows(const std::string& item) const {
        const auto shown = tiles();
        return std::find(shown.begin(), shown.end(), item) != shown.end();
    }
};

template <class Condition>
std::chrono::duration<double, std::milli> time_until(Condition&& condition, Duration patience) {
    const auto begun = Clock::now();
    BOOST_TEST(wait_until(condition, patience));
    return Clock::now() - begun;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(freshness)

BOOST_AUTO_TEST_CASE(stock_reaches_the_page_within_a_second_and_an_event_within_a_minute) {
    Fresh shop;
    const auto added = Clock::now();
    shop.add("purchase", "P13", 100);

    std::vector<double> stock;  // milliseconds
    for (int i = 0; i < 10; ++i) {
        shop.set_availability("P02", "out_of_stock");
        stock.push_back(time_until([&] { return !shop.shows("P02"); }, kStockPromise).count());
        shop.set_availability("P02", "in_stock");
        stock.push_back(time_until([&] { return shop.shows("P02"); }, kStockPromise).count());
    }
    std::sort(stock.begin(), stock.end());

    BOOST_TEST(wait_until([&] { return shop.first_tile() == "P13"; }, kEventPromise));
    const std::chrono::duration<double> event = Clock::now() - added;
    BOOST_TEST(event.count() < 60);
    std::cout << "stock change to served page: median " << stock[stock.size() / 2] << " ms, worst "
              << stock.back() << " ms of " << stock.size() << " (promised: 1000 ms)\n"
              << "event to served model: " << event.count()
              << " s at the default interval (promised: 60 s)\n";
}

BOOST_AUTO_TEST_CASE(a_price_reaches_tiles_that_were_shown_before_within_a_second) {
    Fresh shop;
    for (const char* price : {"2.00", "3.50", "1.00", "2.00"}) {
        BOOST_TEST(!shop.shows_price("P02", price));
        shop.set_price("P02", price);
        time_until([&] { return shop.shows_price("P02", price); }, kStockPromise);
    }
    const double rendered = shop.edge.status("tile_cache.rendered");
    BOOST_TEST(shop.shows_price("P02", "2.00"));
    BOOST_TEST(shop.edge.status("tile_cache.rendered") == rendered);  // it was ready
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::test
