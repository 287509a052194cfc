// What a thread's Scratch keeps between requests: its memory, and what is the same for everybody.
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "allocations.hpp"
#include "unit/recommend/shop.hpp"

using namespace pz;
using namespace pz::test;

BOOST_FIXTURE_TEST_SUITE(memory, Shop)

BOOST_AUTO_TEST_CASE(a_second_request_asks_for_none) {
    know({"view_item mug 60", "add_to_cart tea 90", "purchase milk 5000", "dislike lamp 9000"},
         "keen");
    request.query.gap_micros = 5'000'000;
    for (const recommend::Recommender& recommender : recommend::recommenders()) {
        const recommend::Recommender* const all[] = {&recommender,
                                                     recommend::find_recommender("popular")};
        std::size_t asked = 0;
        for (int turn = 0; turn < 2; ++turn) {
            shown.clear();
            const std::size_t before = allocations();
            recommend::fill(request, {"home", all, 8, 1}, scratch, ranked);
            asked = allocations() - before;
        }
        BOOST_TEST(asked == 0U, recommender.name);
    }
}

// Three items at 8 of 10 EUR.
struct Sale : Shop {
    Sale() {
        store::SnapshotBuilder builder;
        for (const char* id : {"a", "b", "c"}) {
            store::ItemInput input;
            input.fields = {{"id", id}, {"price", "10 EUR"}, {"sale_price", "8 EUR"}};
            BOOST_REQUIRE(builder.add_item(input).ok());
        }
        builder.set_list(store::ListKind::on_sale, "", {{0, 0.2F}, {1, 0.2F}, {2, 0.2F}});
        const std::string path =
            std::filesystem::temp_directory_path() / ("pz-sale." + std::to_string(::getpid()));
        BOOST_REQUIRE(builder.write(path, 1, kNow).ok());
        auto opened = store::Snapshot::open(path);
        auto opened_writer = store::LiveWriter::open(path);
        std::filesystem::remove(path);
        BOOST_REQUIRE((opened.ok() && opened_writer.ok()));
        snapshot = std::move(*opened);
        writer = std::move(*opened_writer);
        request.query.snapshot = snapshot.get();
    }
    void sell(const char* id, std::int64_t sale_price_micros, std::uint32_t stock = 9) {
        store::LiveFields live = writer->read(id);
        live.sale_price_micros = sale_price_micros;
        live.stock = stock;
        BOOST_REQUIRE(writer->update(id, live));
    }
    std::unique_ptr<store::LiveWriter> writer;
};

// The order of the sale is kept; a price, a sale that ends and an item that is gone are seen at
// once all the same.
BOOST_FIXTURE_TEST_CASE(the_sale_follows_its_prices, Sale) {
    BOOST_TEST(run("sale") == "a b c");
    sell("c", 1'000'000);
    BOOST_TEST(run("sale") == "c a b");
    sell("c", 1'000'000, 0);
    BOOST_TEST(run("sale") == "a b");
    sell("a", 0);
    BOOST_TEST(run("sale") == "b");
    BOOST_TEST(run("sale") == "b");
}

// What is not named is not looked at but once a second.
BOOST_FIXTURE_TEST_CASE(the_sale_costs_what_it_names, Sale) {
    request.query.wanted = 1;
    BOOST_TEST(run("sale") == "a");
    sell("c", 1'000'000);
    BOOST_TEST(run("sale") == "a");
    ++request.query.now;
    BOOST_TEST(run("sale") == "c");
    sell("c", 0);
    BOOST_TEST(run("sale") == "a");
    sell("a", 9'000'000);
    BOOST_TEST(run("sale") == "b");
    --request.query.now;  // a clock that was put right
    sell("a", 1'000'000);
    BOOST_TEST(run("sale") == "a");
}

BOOST_AUTO_TEST_SUITE_END()
