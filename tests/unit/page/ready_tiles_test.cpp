// Tiles that are kept are those that would be made now.
#include "page/ready_tiles.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

#include "page/gzip_join.hpp"
#include "unit/page/fixture.hpp"

namespace pz::page::test {

namespace {

constexpr std::size_t kPlenty = std::size_t{1} << 20;

rewrite::Template compiled(std::string_view text) {
    auto result = rewrite::Template::compile(text);
    BOOST_REQUIRE_MESSAGE(result.ok(), result.message());
    return std::move(*result);
}

struct Tiles {
    explicit Tiles(std::string_view text, std::size_t capacity = kPlenty)
        : tile(compiled(text)), ready(capacity) {
        ready.begin(shop.snapshot());
    }

    ReadyTile get(std::string_view id, bool coded = false) {
        candidate.item = shop.snapshot().find(id);
        live = changed ? *changed : shop.snapshot().live(candidate.item);
        const TilePlace place{placement, recommender, label, candidate, position, live};
        return ready.get(ready.kind(tile, *locale, charset), place, shop.profile, coded);
    }
    std::string text(std::string_view id) { return std::string(get(id).text); }

    Shop shop;
    rewrite::Template tile;
    ReadyTiles ready;
    recommend::Candidate candidate{};
    store::LiveFields live;
    std::optional<store::LiveFields> changed;
    std::string placement = "home", recommender = "popular", label;
    std::size_t position = 1;
    const Locale* locale = &Locale::plain();
    rewrite::Charset charset = rewrite::Charset::utf8;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(ready_tiles)

BOOST_AUTO_TEST_CASE(a_tile_is_rendered_once) {
    Tiles tiles("<b>{{title}}</b>{{price}}");
    for (int i = 0; i < 3; i++) {
        BOOST_TEST(tiles.text("a") == "<b>Item &lt;a&gt;</b>1.00");
        BOOST_TEST(tiles.text("b") == "<b>Item &lt;b&gt;</b>1.50");
        tiles.position++;
        tiles.placement += "x";  // the template shows neither
    }
    BOOST_TEST(tiles.ready.rendered() == 2U);
    BOOST_TEST(tiles.ready.tiles() == 2U);
}

// The page has them copied only when it is whole.
BOOST_AUTO_TEST_CASE(the_text_of_a_kept_tile_lives_as_long_as_the_page) {
    Tiles tiles("{{id}} {{position}}", 600);  // room for two
    std::vector<ReadyTile> all;
    for (std::size_t i = 1; i <= 20; i++) {
        tiles.position = i;
        all.push_back(tiles.get("a"));
        BOOST_TEST(all.back().kept);
    }
    BOOST_TEST(tiles.ready.tiles() <= 2U);
    for (std::size_t i = 1; i <= 20; i++) {
        BOOST_TEST(all[i - 1].text == "a " + std::to_string(i));
    }
    tiles.ready.begin(tiles.shop.snapshot());
    BOOST_TEST(tiles.text("a") == "a 20");
    Tiles personal("{{visitor.name}}");
    BOOST_TEST(!personal.get("a").kept);
    Tiles none("{{id}}", 0);
    BOOST_TEST(!none.get("a").kept);
}

BOOST_AUTO_TEST_CASE(what_the_template_shows_of_its_place_makes_another_tile) {
    Tiles tiles("{{id}} {{position}} {{tier}} {{placement}} {{recommender}}");
    BOOST_TEST(tiles.text("a") == "a 1 pre home popular");
    tiles.position = 2;
    BOOST_TEST(tiles.text("a") == "a 2 pre home popular");
    tiles.candidate.tier = recommend::Tier::individual;
    BOOST_TEST(tiles.text("a") == "a 2 individual home popular");
    tiles.placement = "cart";
    BOOST_TEST(tiles.text("a") == "a 2 individual cart popular");
    tiles.recommender = "sale";
    BOOST_TEST(tiles.text("a") == "a 2 individual cart sale");
    BOOST_TEST(tiles.ready.rendered() == 5U);
    tiles.placement = "home";
    tiles.recommender = "popular";
    BOOST_TEST(tiles.text("a") == "a 2 individual home popular");
    BOOST_TEST(tiles.ready.rendered() == 5U);
}

BOOST_AUTO_TEST_CASE(a_label_makes_another_tile_where_it_is_shown) {
    Tiles tiles("{{id}}{{#label}} <i>{{label}}</i>{{/label}}");
    BOOST_TEST(tiles.text("a") == "a");
    tiles.label = "only <3> left";
    BOOST_TEST(tiles.text("a") == "a <i>only &lt;3&gt; left</i>");
    tiles.label = "sold soon";
    BOOST_TEST(tiles.text("a") == "a <i>sold soon</i>");
    tiles.label.clear();
    BOOST_TEST(tiles.text("a") == "a");
    BOOST_TEST(tiles.ready.rendered() == 3U);
    Tiles others("{{id}}");
    BOOST_TEST(others.text("a") == "a");
    others.label = "sold soon";
    BOOST_TEST(others.text("a") == "a");
    BOOST_TEST(others.ready.rendered() == 1U);
}

// A rule may make up any number of labels; tiles with more than a few hundred of them are not kept.
BOOST_AUTO_TEST_CASE(any_number_of_labels_is_shown) {
    Tiles tiles("{{label}}");
    for (int i = 0; i < 1000; i++) {
        tiles.label = std::to_string(i);
        BOOST_TEST(tiles.text("a") == tiles.label);
    }
    BOOST_TEST(tiles.ready.tiles() == 256U);
    tiles.label.clear();
    BOOST_TEST(tiles.text("a") == "");
    tiles.label = "255";
    BOOST_TEST(tiles.text("a") == "255");
    BOOST_TEST(tiles.ready.rendered() == 1001U);
}

BOOST_AUTO_TEST_CASE(a_change_of_price_availability_or_stock_shows_at_once) {
    Tiles tiles("{{price}} {{regular_price}} {{availability}} {{stock}}");
    BOOST_TEST(tiles.text("b") == "1.50 2.00 in_stock 7");
    tiles.changed = tiles.shop.snapshot().live(tiles.shop.snapshot().find("b"));
    tiles.changed->sale_price_micros = 0;
    BOOST_TEST(tiles.text("b") == "2.00  in_stock 7");
    tiles.changed->price_micros = 3'000'000;
    BOOST_TEST(tiles.text("b") == "3.00  in_stock 7");
    tiles.changed->availability = store::Availability::preorder;
    BOOST_TEST(tiles.text("b") == "3.00  preorder 7");
    tiles.changed->stock = 6;
    BOOST_TEST(tiles.text("b") == "3.00  preorder 6");
    BOOST_TEST(tiles.ready.tiles() == 1U);  // the old ones are gone
    tiles.changed->popularity = 5;
    BOOST_TEST(tiles.text("b") == "3.00  preorder 6");
    BOOST_TEST(tiles.ready.rendered() == 5U);
}

BOOST_AUTO_TEST_CASE(stock_that_is_not_shown_changes_nothing) {
    Tiles tiles("{{price}}");
    tiles.changed = store::LiveFields{};
    tiles.text("a");
    tiles.changed->stock = 3;
    tiles.text("a");
    BOOST_TEST(tiles.ready.rendered() == 1U);
}

BOOST_AUTO_TEST_CASE(locales_and_charsets_have_tiles_of_their_own) {
    const auto german = Locale::prepare("de_DE");
    BOOST_REQUIRE(german.ok());
    Tiles tiles("{{price_text}}");
    BOOST_TEST(tiles.text("a") == "1.00 GBP");
    tiles.locale = &*german;
    BOOST_TEST(tiles.text("a") == "1,00\u00a0\u00a3");
    tiles.charset = rewrite::Charset::ascii_based;
    BOOST_TEST(tiles.text("a") == "1,00&#160;&#163;");
    tiles.locale = &Locale::plain();
    tiles.charset = rewrite::Charset::utf8;
    BOOST_TEST(tiles.text("a") == "1.00 GBP");
    BOOST_TEST(tiles.ready.rendered() == 3U);
}

BOOST_AUTO_TEST_CASE(a_tile_with_the_visitors_name_is_nobody_elses) {
    Tiles tiles("{{id}} for {{visitor.name}}");
    tiles.shop.views({});
    BOOST_TEST(tiles.text("a") == "a for Ann &amp; Co");
    tiles.shop.profile.clear();
    BOOST_TEST(tiles.text("a") == "a for ");
    BOOST_TEST(tiles.ready.tiles() == 0U);
}

BOOST_AUTO_TEST_CASE(another_snapshot_drops_all) {
    Tiles tiles("{{id}}");
    tiles.text("a");
    tiles.ready.begin(tiles.shop.snapshot());
    BOOST_TEST(tiles.ready.tiles() == 1U);
    const Shop other;
    tiles.ready.begin(other.snapshot());
    BOOST_TEST(tiles.ready.tiles() == 0U);
    BOOST_TEST(tiles.ready.bytes() == 0U);
    tiles.ready.drop();
    BOOST_TEST(tiles.ready.snapshot() == nullptr);
}

BOOST_AUTO_TEST_CASE(what_was_not_used_for_longest_leaves) {
    Tiles tiles("{{id}}" + std::string(200, 'x'), 2000);
    for (const char* id : {"a", "b", "c", "d"}) {
        tiles.text(id);
    }
    BOOST_TEST(tiles.ready.tiles() == 4U);
    tiles.text("a");
    tiles.text("e");
    BOOST_TEST(tiles.ready.bytes() <= tiles.ready.capacity());
    BOOST_TEST(tiles.ready.rendered() == 5U);
    tiles.text("a");
    BOOST_TEST(tiles.ready.rendered() == 5U);
    tiles.text("b");
    BOOST_TEST(tiles.ready.rendered() == 6U);
}

BOOST_AUTO_TEST_CASE(a_tile_larger_than_all_or_without_a_place_is_still_made) {
    for (const std::size_t capacity : {0, 100}) {
        Tiles tiles("{{id}}" + std::string(200, 'x'), capacity);
        BOOST_TEST(tiles.text("a") == "a" + std::string(200, 'x'));
        BOOST_TEST(tiles.ready.tiles() == 0U);
    }
}

BOOST_AUTO_TEST_CASE(values_that_begin_alike_become_runs_once_that_is_known) {
    Tiles tiles("<a href=\"{{link}}\">{{title}}</a>");
    for (const char* id : {"a", "b", "c", "d", "e", "f", "g"}) {
        BOOST_TEST(tiles.get(id, true).runs.size() == 4U);  // the begin, and three texts
    }
    BOOST_TEST(tiles.get("h", true).runs.size() == 6U);
    // Those made before are made again, for clients with gzip only.
    tiles.get("a");
    BOOST_TEST(tiles.ready.rendered() == 8U);
    const ReadyTile tile = tiles.get("a", true);
    BOOST_TEST(tiles.ready.rendered() == 9U);
    BOOST_REQUIRE(tile.runs.size() == 6U);
    BOOST_TEST(tile.text.substr(tile.runs[2].begin, tile.runs[2].size) ==
               "https://shop.example/p/");
    BOOST_TEST(tile.text.substr(tile.runs[4].begin, tile.runs[4].size) == "Item &lt;");
    tiles.get("a", true);
    tiles.get("a");
    BOOST_TEST(tiles.ready.rendered() == 9U);
}

BOOST_AUTO_TEST_CASE(code_is_made_when_it_is_asked_for) {
    Tiles tiles("{{id}}");
    BOOST_TEST(tiles.get("a").runs.empty());
    BOOST_TEST(!tiles.get("a", true).runs.empty());
    BOOST_TEST(tiles.ready.rendered() == 2U);
    BOOST_TEST(!tiles.get("a").runs.empty());
    BOOST_TEST(tiles.ready.rendered() == 2U);
    BOOST_TEST(tiles.ready.tiles() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page::test
