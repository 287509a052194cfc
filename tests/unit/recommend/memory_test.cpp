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

// The order of the sale is kept; a price, a sale that ends and an item that is gone are seen at
// once all the same.
BOOST_AUTO_TEST_CASE(the_sale_follows_its_prices) {
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
    auto writer = store::LiveWriter::open(path);
    std::filesystem::remove(path);
    BOOST_REQUIRE((opened.ok() && writer.ok()));
    snapshot = std::move(*opened);
    request.query.snapshot = snapshot.get();
    BOOST_TEST(run("sale") == "a b c");
    store::LiveFields live = (*writer)->read("c");
    live.sale_price_micros = 1'000'000;
    (*writer)->update("c", live);
    BOOST_TEST(run("sale") == "c a b");
    live.stock = 0;
    (*writer)->update("c", live);
    BOOST_TEST(run("sale") == "a b");
    live = (*writer)->read("a");
    live.sale_price_micros = 0;
    (*writer)->update("a", live);
    BOOST_TEST(run("sale") == "b");
    BOOST_TEST(run("sale") == "b");
}

BOOST_AUTO_TEST_SUITE_END()
