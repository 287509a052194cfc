#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "unit/page/fixture.hpp"

namespace pz::page::test {

namespace {

constexpr auto kByLink = rewrite::ItemLocator::By::href;

std::string tile(std::string_view id) {
    return "<li data-item-id=\"" + std::string(id) + "\"><a href=\"/p/" + std::string(id) +
           "\">item " + std::string(id) + "</a></li>";
}

// Tiles with a different gap before each.
std::string list(std::string_view ids) {
    std::string text = "<ul id=l>";
    for (std::size_t i = 0; i < ids.size(); i++) {
        text += "\n" + std::string(i, ' ') + tile(ids.substr(i, 1));
    }
    return text + "\n</ul>";
}

std::string order_in(std::string_view text) {
    std::string ids;
    const std::string_view mark = "data-item-id=\"";
    for (std::size_t at = text.find(mark); at != std::string_view::npos;
         at = text.find(mark, at + 1)) {
        ids += text[at + mark.size()];
    }
    return ids;
}

std::string sorted(std::string text) {
    std::sort(text.begin(), text.end());
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(listing)

BOOST_AUTO_TEST_CASE(tiles_change_places_and_the_gaps_stay) {
    Shop shop;
    shop.listing("#l");
    shop.views({"g", "h"});
    const Ran ran = run(shop, {list("abcdefgh")});
    const std::string order = order_in(ran.text);
    BOOST_TEST(ran.counters.reordered == 1U);
    BOOST_TEST(order != "abcdefgh");
    BOOST_TEST(sorted(order) == "abcdefgh");
    // Rebuilding the list in that order gives the same bytes: each tile whole, each gap in its
    // place.
    BOOST_TEST(ran.text == list(order));
    BOOST_REQUIRE(ran.shown.size() == 1);
    BOOST_TEST(ran.shown[0].listing);
    BOOST_TEST((ran.shown[0].tier == recommend::Tier::individual));
    BOOST_REQUIRE(ran.shown[0].items.size() == order.size());
    BOOST_REQUIRE(ran.shown[0].places.size() == order.size());
    for (std::size_t place = 0; place < order.size(); place++) {
        BOOST_TEST(shop.snapshot().id(ran.shown[0].items[place]) == order.substr(place, 1));
        BOOST_TEST(std::string_view("abcdefgh")[ran.shown[0].places[place]] == order[place]);
    }
}

BOOST_AUTO_TEST_CASE(no_signal_no_change) {
    Shop shop;
    shop.listing("#l");
    const std::string page = list("hcbadefg");
    const Ran ran = run(shop, {page});
    BOOST_TEST(ran.text == page);
    BOOST_TEST(ran.counters.reordered == 0U);
    BOOST_TEST(ran.counters.kept == 1U);
    // The learner is told nevertheless.
    BOOST_REQUIRE(ran.shown.size() == 1U);
    const std::vector<std::uint32_t> as_they_were = {0, 1, 2, 3, 4, 5, 6, 7};
    BOOST_TEST(ran.shown[0].places == as_they_were, boost::test_tools::per_element());
    BOOST_TEST(shop.snapshot().id(ran.shown[0].items[1]) == "c");
}

BOOST_AUTO_TEST_CASE(unknown_items_only_are_kept) {
    Shop shop;
    shop.listing("#l");
    shop.views({"g", "h"});
    const std::string page = list("xyz");
    const Ran ran = run(shop, {page});
    BOOST_TEST(ran.text == page);
    BOOST_TEST(ran.shown.empty());
    BOOST_TEST(ran.counters.kept == 1U);
}

BOOST_AUTO_TEST_CASE(tiles_of_unknown_items_stay_where_they_are) {
    Shop shop;
    shop.listing("#l");
    shop.views({"g", "h"});
    const Ran ran = run(shop, {list("xabycdzh")});
    const std::string order = order_in(ran.text);
    BOOST_TEST(sorted(order) == sorted("xabycdzh"));
    BOOST_TEST(order[0] == 'x');
    BOOST_TEST(order[3] == 'y');
    BOOST_TEST(order[6] == 'z');
}

BOOST_AUTO_TEST_CASE(by_link_is_the_same_as_by_attribute) {
    Shop by_attribute;
    by_attribute.listing("#l");
    by_attribute.views({"g", "h"});
    Shop by_link;
    by_link.listing("#l");
    change_listing(by_link.plan, [](auto& listing) { listing.locator.by = kByLink; });
    by_link.views({"g", "h"});
    const std::string page = list("abcdefgh");
    BOOST_TEST(run(by_link, {page}).text == run(by_attribute, {page}).text);
    BOOST_TEST(run(by_link, {page}).text != page);
}

BOOST_AUTO_TEST_CASE(links_are_those_of_the_page) {
    Shop shop;
    shop.listing("#l");
    change_listing(shop.plan, [](auto& listing) { listing.locator.by = kByLink; });
    shop.views({"g", "h"});
    const auto moves = [&shop](const std::string& base, const std::string& folder) {
        std::string page = base + "<ul id=l>";
        for (const char id : std::string_view("abcdefgh")) {
            page += "<li><a href='" + folder + id + "'>" + id + "</a></li>";
        }
        page += "</ul>";
        const Ran ran = run(shop, {page});
        BOOST_TEST(run(shop, cut(page, 7), {Verdict::personalize, 1000}).text == ran.text);
        BOOST_TEST(ran.text.size() == page.size());
        return ran.counters.reordered == 1;
    };
    BOOST_TEST(moves("", "/p/"));
    BOOST_TEST(moves("", "p/"));
    BOOST_TEST(moves("<base href=/c/>", "../p/"));
    BOOST_TEST(!moves("<base href=/c/>", "p/"));
    BOOST_TEST(moves("", "https://shop.example/p/"));
    BOOST_TEST(!moves("", "https://other.example/p/"));
}

BOOST_AUTO_TEST_CASE(positions_stay_in_their_places) {
    Shop shop;
    shop.listing("#l");
    shop.views({"g", "h"});
    const auto list_of = [](std::string_view ids) {
        std::string text = "<ul id=l>";
        for (std::size_t i = 0; i < ids.size(); i++) {
            const std::string place = std::to_string(i + 1);
            const std::string parity = i % 2 == 0 ? " odd" : " even";
            const std::string edge = i == 0 ? " first" : i + 1 == ids.size() ? " last" : "";
            text += "<li data-item-id=\"" + std::string(1, ids[i]) + "\" class=\"item" + parity +
                    edge + "\" data-position=" + place + "><a data-index='" + place + "'>x</a>\n";
        }
        return text + "</ul>";
    };
    const std::string page = list_of("abcdefgh");
    const Ran ran = run(shop, {page});
    BOOST_TEST(ran.counters.reordered == 1U);
    BOOST_TEST(order_in(ran.text) != "abcdefgh");
    BOOST_TEST(ran.text == list_of(order_in(ran.text)));
    for (std::size_t size = 1; size < page.size(); size += 3) {
        for (const std::size_t at : {std::size_t{0}, std::size_t{5}, std::size_t{10000}}) {
            BOOST_TEST(run(shop, cut(page, size), {Verdict::personalize, at}).text == ran.text);
        }
    }
}

BOOST_AUTO_TEST_CASE(tiles_of_one_product_stay_where_they_are) {
    Shop shop;
    shop.listing("#l");
    shop.views({"g", "h"});
    const std::string_view before = "agbgcdggefgggghgggggg";
    const std::string order = order_in(run(shop, {list(before)}).text);
    BOOST_TEST(sorted(order) == sorted(std::string(before)));
    BOOST_TEST(order != before);
    for (std::size_t i = 0; i < order.size(); i++) {
        BOOST_TEST((order[i] == 'g') == (before[i] == 'g'));
    }
    const std::string same = list("gggggggggggggg");
    const Ran ran = run(shop, {same});
    BOOST_TEST(ran.text == same);
    BOOST_TEST(ran.counters.kept == 1U);
}

// What holds the listing together, and what shops put between its tiles.
BOOST_AUTO_TEST_CASE(everything_between_tiles_stays) {
    Shop shop;
    shop.listing("#l");
    change_listing(shop.plan, [](auto& listing) {
        listing.tile = *rewrite::compile_selector("[data-item-id]");
    });
    shop.views({"g", "h"});
    const struct {
        std::string_view before, open, close, behind;
    } shapes[] = {
        // One form around all, a token in each tile.
        {"<div id=l><form method=post><input name=t value=0>", "<div data-item-id=\"",
         "\"><input type=hidden name=csrf value=@><button>Buy</button></div>\n<!-- @ -->",
         "</form></div>"},
        // A list in each tile.
        {"<ul id=l>", "<li data-item-id=\"", "\"><ul><li>@<li>L</ul></li> <li class=ad>@</li>",
         "</ul>"},
        // Rows of a table; end tags left out.
        {"<table id=l><thead><tr><th>x<tbody>", "<tr data-item-id=\"", "\"><td>@<td>2", "</table>"},
        {"<table id=l><tbody>", "<tr data-item-id=\"", "\"><td>@</td></tr>\r\n",
         "</tbody></table>"},
        {"<dl id=l>", "<dd data-item-id=\"", "\">@<p>x", "</dl>"},
        {"<ul id=l>", "<li data-item-id=\"", "\">@<p>x<br>y", "</ul>"}};
    for (const auto& shape : shapes) {
        const auto page_of = [&shape](std::string_view ids) {
            std::string page(shape.before);
            for (std::size_t i = 0; i < ids.size(); i++) {
                page.append(shape.open).append(ids, i, 1);
                // Of two "@" the first is the tile's, the second its place's.
                std::string close(shape.close);
                close.replace(close.find('@'), 1, "of " + std::string(1, ids[i]));
                if (close.find('@') != std::string::npos) {
                    close.replace(close.find('@'), 1, std::to_string(i));
                }
                page.append(close);
            }
            return page.append(shape.behind);
        };
        const std::string page = page_of("abcdefgh");
        const Ran ran = run(shop, {page});
        BOOST_TEST(ran.counters.reordered == 1U, page);
        BOOST_TEST(order_in(ran.text) != "abcdefgh");
        BOOST_TEST(ran.text == page_of(order_in(ran.text)));
        for (std::size_t split = 1; split < page.size(); split++) {
            const std::string_view text = page;
            const Ran two = run(shop, {text.substr(0, split), text.substr(split)});
            BOOST_TEST(two.text == ran.text);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_widget_behind_repeats_no_tile) {
    Shop shop;
    shop.listing("#l").top = 2;
    shop.widget("#w", "{{id}}");
    const std::string page = list("acegxh") + "<p id=w>own</p>";
    BOOST_TEST(run(shop, {page}).text.ends_with("<p id=w>bdf</p>"));
    shop.views({"g", "h"});
    const Ran ran = run(shop, {page});
    BOOST_TEST(ran.counters.reordered == 1U);
    BOOST_TEST(ran.text.ends_with("<p id=w>bdf</p>"));
    BOOST_TEST(run(shop, {list("abcdefgh") + "<p id=w>own</p>"}).text.ends_with("own</p>"));
}

BOOST_AUTO_TEST_CASE(a_listing_behind_a_widget_loses_no_tile) {
    Shop shop;
    shop.widget("#w", "{{id}}");
    shop.listing("#l");
    const std::string text = run(shop, {"<p id=w></p>" + list("abcdefgh")}).text;
    BOOST_TEST(text.starts_with("<p id=w>abc</p>"));
    BOOST_TEST(sorted(order_in(text)) == "abcdefgh");
}

BOOST_AUTO_TEST_CASE(held_and_then_decided_is_the_same) {
    Shop shop;
    shop.listing("#l");
    shop.views({"g", "h"});
    const std::string page = "<b>head</b>" + list("abcdefgh") + "tail";
    const std::string expected = run(shop, {page}).text;
    const Ran late = run(shop, cut(page, 10), {Verdict::personalize, 1000});
    BOOST_TEST(late.held);
    BOOST_TEST(late.text == expected);
}

BOOST_AUTO_TEST_CASE(an_explanation_follows_the_listing) {
    Shop shop;
    shop.explain = true;
    shop.listing("#l");
    shop.views({"g", "h"});
    const Ran ran = run(shop, {list("abcdefgh")});
    BOOST_TEST(ran.text.find("</ul><script type=\"application/json\" "
                             "class=\"personalize-explain\">{") != std::string::npos);
    BOOST_TEST(ran.text.ends_with("}</script>"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page::test
