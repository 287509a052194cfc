// A page that is known beforehand leaves as the same page does that streams.
#include <boost/test/unit_test.hpp>

#include "unit/page/fixture.hpp"

namespace pz::page::test {

namespace {

constexpr std::string_view kPages[] = {
    "",
    "no placement <b>at all</b>",
    "<div id=w>alone</div>",
    "<!doctype html><title>#w</title><base href=\"/p/\"><div id=w class=\"x\"><p>own</p></div>\r\n"
    "text<ul id=l>\n <li class=first data-item-id=a>A</li>\n <li data-item-id='h' "
    "data-position=2>H</li>"
    "<li data-item-id=e>E</ul><div id=w></div><p>tail",
    "<ul id=l><li data-item-id=x>unknown</li></ul><div id=w>open",
    "<ul id=l><li data-item-id=&#97;>A</li><li data-item-id=e>E</li></ul><script id=d>"
    "{\"p\":[{\"id\":\"a\"},{\"id\":\"e\"}]}</script><div id=w></div>tail",
    "<script id=d>{\"p\":[{\"id\":\"a\"},{\"id\":\"e\"}]}</script><div id=w></div>between<ul id=l>"
    "<li data-item-id=a>A</li><li data-item-id=e>E</li></ul>",
    "<ul id=l><li data-item-id=a>A</li><li data-item-id=e>E</li></ul><div id=w>no script</div>"};

struct PageShop : Shop {
    explicit PageShop(bool data) {
        widget("#w", "<i>{{title}}</i>");
        if (data) {
            const std::vector<std::string_view> arguments = {
                "#l", "id=data-item-id", "data=script#d", "data_path=$.p", "data_id=id"};
            BOOST_REQUIRE(add_listing(plan, arguments).ok());
        } else {
            listing("#l");
        }
        views({"e", "h"});
    }
};

void compare(const Ran& known, const Ran& streamed, std::string_view page) {
    BOOST_TEST_CONTEXT(page) {
        BOOST_TEST(known.text == streamed.text);
        BOOST_TEST((known.verdict == streamed.verdict));
        BOOST_TEST(known.strangers == 0U);
        BOOST_TEST(known.forwarded >= streamed.forwarded);
        BOOST_TEST(known.counters.filled == streamed.counters.filled);
        BOOST_TEST(known.counters.reordered == streamed.counters.reordered);
        BOOST_TEST(known.counters.kept == streamed.counters.kept);
        BOOST_TEST(known.counters.rewrite.matched == streamed.counters.rewrite.matched);
        BOOST_TEST(known.counters.rewrite.ambiguous == streamed.counters.rewrite.ambiguous);
        BOOST_TEST(known.shown.size() == streamed.shown.size());
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(known_page)

BOOST_AUTO_TEST_CASE(leaves_as_the_same_page_that_streams_wherever_the_verdict_comes) {
    for (const bool data : {false, true}) {
        PageShop shop(data);
        for (const std::string_view page : kPages) {
            for (std::size_t at = 0; at <= 2; at++) {
                const Script script{Verdict::personalize, at};
                compare(run_known(shop, page, script), run(shop, {page}, script), page);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(something_of_these_pages_is_personal) {
    PageShop shop(true);
    BOOST_TEST(run_known(shop, kPages[3]).counters.filled == 2U);
    const Ran paired = run_known(shop, kPages[5]);
    BOOST_TEST(paired.counters.reordered == 1U);
    BOOST_TEST(paired.text.find("[{\"id\":\"e\"},{\"id\":\"a\"}]") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(passes_as_it_is) {
    PageShop shop(false);
    for (const std::string_view page : kPages) {
        for (std::size_t at = 0; at <= 2; at++) {
            const Ran ran = run_known(shop, page, {Verdict::pass, at});
            BOOST_TEST(ran.text == page);
            BOOST_TEST(ran.forwarded == page.size());
            BOOST_TEST(ran.shown.empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(serves_many_visitors) {
    PageShop shop(false);
    auto bytes = std::make_unique<char[]>(kPages[3].size());
    std::copy(kPages[3].begin(), kPages[3].end(), bytes.get());
    const KnownPage known(shop.plan, std::move(bytes), kPages[3].size());
    for (const auto items : {"a", "e", "h", "c"}) {
        shop.views({items, "d"});
        Collector out;
        Page page(shop.plan, shop.scratch, out);
        page.decide(Verdict::personalize, shop.visitor());
        page.play(known);
        page.end();
        BOOST_TEST(out.text == run(shop, {kPages[3]}).text);
    }
}

BOOST_AUTO_TEST_CASE(holds_without_memory_and_lets_the_head_go_when_told) {
    PageShop shop(false);
    shop.plan.limits.max_buffer = 64;
    const std::string page = "head <div id=w>own</div>" + std::string(1000, 'x');
    auto bytes = std::make_unique<char[]>(page.size());
    std::copy(page.begin(), page.end(), bytes.get());
    const KnownPage known(shop.plan, std::move(bytes), page.size());
    Collector out;
    Page undecided(shop.plan, shop.scratch, out);
    undecided.play(known);
    undecided.end();
    BOOST_TEST(undecided.holding());
    BOOST_TEST(undecided.buffered() == 0U);
    BOOST_TEST(out.text.empty());
    undecided.release_head();
    BOOST_TEST(out.text == "head ");
    undecided.release_head();
    BOOST_TEST(out.text == "head ");
    undecided.decide(Verdict::personalize, shop.visitor());
    BOOST_TEST(undecided.counters().filled == 1U);
    BOOST_TEST(!undecided.holding());
    BOOST_TEST(out.text.ends_with("</div>" + std::string(1000, 'x')));
}

BOOST_AUTO_TEST_CASE(its_items_are_found_once_for_a_snapshot_and_an_address) {
    for (const bool by_link : {false, true}) {
        Shop shop;
        shop.listing("#l");
        if (by_link) {
            change_listing(shop.plan, [](auto& listing) {
                listing.locator.by = rewrite::ItemLocator::By::href;
            });
        }
        shop.views({"e", "h"});
        ReadyTiles ready(0);
        ready.begin(shop.snapshot());
        std::string text = "<ul id=l>";
        for (const char* id : {"a", "b", "e", "f"}) {
            text += std::string("<li data-item-id=") + id + "><a href='" + id + "'>x</a></li>";
        }
        text += "</ul>";
        auto bytes = std::make_unique<char[]>(text.size());
        std::copy(text.begin(), text.end(), bytes.get());
        const KnownPage known(shop.plan, std::move(bytes), text.size());
        const auto moves = [&](std::string_view uri) {
            Visitor visitor = shop.visitor();
            visitor.ready = &ready;
            visitor.host = "shop.example";
            visitor.uri = uri;
            Collector out;
            Page page(shop.plan, shop.scratch, out);
            page.decide(Verdict::personalize, visitor);
            page.play(known);
            page.end();
            return page.counters().reordered == 1;
        };
        BOOST_REQUIRE(known.elements().size() == 1U);
        const KnownPage::Located& located = *known.located(known.elements()[0]);
        BOOST_TEST(located.epoch == 0U);
        BOOST_TEST(moves("/p/"));
        BOOST_TEST(located.epoch == 1U);
        BOOST_TEST(moves("/p/"));
        BOOST_TEST(moves("/c/") == !by_link);
        BOOST_TEST(moves("/p/"));
        const Shop other;
        ready.begin(other.snapshot());
        BOOST_TEST(moves("/p/"));  // the tiles ready are of another snapshot than this page's
        BOOST_TEST(located.epoch == 1U);
        ready.begin(shop.snapshot());
        BOOST_TEST(moves("/p/"));
        BOOST_TEST(located.epoch == 3U);
    }
}

BOOST_AUTO_TEST_CASE(what_is_written_behind_it_leaves_as_it_is) {
    PageShop shop(false);
    auto bytes = std::make_unique<char[]>(kPages[2].size());
    std::copy(kPages[2].begin(), kPages[2].end(), bytes.get());
    const KnownPage known(shop.plan, std::move(bytes), kPages[2].size());
    for (const bool decided : {false, true}) {
        Collector out;
        Page page(shop.plan, shop.scratch, out);
        if (decided) {
            page.decide(Verdict::personalize, shop.visitor());
        }
        page.play(known);
        page.write("<div id=w>more</div>");
        page.end();
        BOOST_TEST(out.text.ends_with("<div id=w>more</div>"));
        BOOST_TEST(page.counters().filled == (decided ? 1U : 0U));
        BOOST_TEST(!page.holding());
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page::test
