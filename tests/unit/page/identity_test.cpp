// The promise above all: what is not personalized leaves byte for byte.
#include <boost/test/unit_test.hpp>

#include "unit/page/fixture.hpp"

namespace pz::page::test {

namespace {

constexpr std::string_view kPage =
    "<!doctype html><html><head><title>#w</title><script>'<div id=w>'</script></head>\n"
    "<body><!-- <div id=w> --><div id=w class=\"x\"><p>own</p><br>content</div>\r\n"
    "text <b>between\x01\xff</b>"
    "<ul id=l>\n <li data-item-id=a>A</li>\n <li data-item-id='h'>H</li><li data-item-id=e>E</ul>"
    "<div id=w></div><p>tail</body></html>";

struct PageShop : Shop {
    PageShop() {
        widget("#w", "<i>{{title}}</i>");
        listing("#l");
        views({"e", "h"});
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(identity)

BOOST_AUTO_TEST_CASE(a_passed_page_is_the_same_at_every_split_with_the_verdict_anywhere) {
    PageShop shop;
    for (std::size_t split = 0; split <= kPage.size(); split++) {
        for (std::size_t at = 0; at <= 3; at++) {
            const Ran ran =
                run(shop, {kPage.substr(0, split), kPage.substr(split)}, {Verdict::pass, at});
            BOOST_REQUIRE_EQUAL(ran.text, kPage);
            BOOST_REQUIRE_EQUAL(ran.strangers, 0U);
            BOOST_REQUIRE((ran.verdict == Verdict::pass));
            BOOST_REQUIRE(ran.shown.empty());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_passed_page_is_the_same_in_pieces_of_any_size) {
    PageShop shop;
    for (const std::size_t size : {1, 2, 3, 7, 64}) {
        const auto chunks = cut(kPage, size);
        for (std::size_t at = 0; at <= chunks.size() + 1; at++) {
            BOOST_REQUIRE_EQUAL(run(shop, chunks, {Verdict::pass, at}).text, kPage);
        }
    }
}

BOOST_AUTO_TEST_CASE(pass_may_come_at_any_time_after_personalize) {
    PageShop shop;
    const std::string personal = run(shop, {kPage}).text;
    BOOST_TEST(personal != kPage);
    const auto chunks = cut(kPage, 5);
    for (std::size_t at = 0; at <= chunks.size(); at++) {
        Collector out;
        Page page(shop.plan, shop.scratch, out);
        page.decide(Verdict::personalize, shop.visitor());
        for (std::size_t i = 0; i < chunks.size(); i++) {
            if (i == at) {
                page.pass();
                BOOST_REQUIRE_EQUAL(page.buffered(), 0U);
            }
            out.chunk = chunks[i];
            page.write(chunks[i]);
        }
        page.pass();
        page.end();
        // Up to the pass as personalized, behind it as written.
        std::size_t same = 0;
        while (same < out.text.size() && same < personal.size() &&
               out.text[same] == personal[same]) {
            same++;
        }
        BOOST_REQUIRE(kPage.ends_with(std::string_view(out.text).substr(same)));
    }
}

BOOST_AUTO_TEST_CASE(no_snapshot_or_no_profile_passes) {
    PageShop shop;
    Collector out;
    Page page(shop.plan, shop.scratch, out);
    page.write(kPage);
    BOOST_TEST(page.holding());
    page.decide(Verdict::personalize, Visitor{});
    BOOST_TEST((page.verdict() == Verdict::pass));
    page.end();
    BOOST_TEST(out.text == kPage);
}

BOOST_AUTO_TEST_CASE(without_a_verdict_what_is_held_stays_held) {
    PageShop shop;
    Collector out;
    Page page(shop.plan, shop.scratch, out);
    page.write(kPage);
    page.end();
    BOOST_TEST(page.holding());
    BOOST_TEST(out.text == kPage.substr(0, kPage.find("<div id=w class")));
    page.pass();
    BOOST_TEST(!page.holding());
    BOOST_TEST(page.buffered() == 0U);
    BOOST_TEST(out.text == kPage);
}

BOOST_AUTO_TEST_CASE(an_empty_plan_and_an_empty_page) {
    Shop shop;
    BOOST_TEST(run(shop, {kPage}).text == kPage);
    BOOST_TEST(run(shop, {kPage}).forwarded == kPage.size());
    PageShop with_plan;
    BOOST_TEST(run(with_plan, {}).text.empty());
    BOOST_TEST(run(with_plan, {"", ""}).text.empty());
}

BOOST_AUTO_TEST_CASE(over_the_limit_the_page_passes_and_is_the_same) {
    PageShop shop;
    for (std::size_t limit = 0; limit < 600; limit += 3) {
        shop.plan.limits.max_buffer = limit;
        for (const std::size_t size : {1, 13, 1000}) {
            const auto chunks = cut(kPage, size);
            Collector out;
            Page page(shop.plan, shop.scratch, out);
            for (const std::string_view chunk : chunks) {
                out.chunk = chunk;
                page.write(chunk);
                BOOST_REQUIRE_LE(page.buffered(), limit);
            }
            page.end();
            page.pass();
            BOOST_REQUIRE_EQUAL(out.text, kPage);
            BOOST_REQUIRE_EQUAL(out.strangers, 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_decided_page_has_no_need_of_the_limit) {
    PageShop shop;
    shop.plan.limits.max_buffer = 300;
    std::string page(kPage);
    for (int i = 0; i < 100; i++) {
        page += "<p>much more of it</p>";
    }
    const Ran ran = run(shop, cut(page, 50));
    BOOST_TEST((ran.verdict == Verdict::personalize));
    BOOST_TEST(ran.counters.filled == 2U);
    BOOST_TEST(!ran.held);
}

BOOST_AUTO_TEST_CASE(the_limit_reached_while_undecided_gives_all_placements_up) {
    PageShop shop;
    shop.plan.limits.max_buffer = 600;
    std::string page(kPage);
    for (int i = 0; i < 100; i++) {
        page += "<p>much more of it</p>";
    }
    const auto chunks = cut(page, 50);
    const Ran ran = run(shop, chunks, {Verdict::personalize, chunks.size() + 1});
    BOOST_TEST((ran.verdict == Verdict::pass));
    BOOST_TEST(ran.text == page);
    BOOST_TEST(ran.counters.filled == 0U);
}

BOOST_AUTO_TEST_CASE(a_personalized_page_is_the_same_however_it_was_cut) {
    PageShop shop;
    const std::string expected = run(shop, {kPage}).text;
    for (std::size_t split = 0; split <= kPage.size(); split++) {
        for (std::size_t at = 0; at <= 3; at++) {
            const Ran ran = run(shop, {kPage.substr(0, split), kPage.substr(split)},
                                {Verdict::personalize, at});
            BOOST_REQUIRE_EQUAL(ran.text, expected);
            BOOST_REQUIRE_EQUAL(ran.strangers, 0U);
        }
    }
    const auto bytes = cut(kPage, 1);
    for (std::size_t at = 0; at <= bytes.size() + 1; at++) {
        BOOST_REQUIRE_EQUAL(run(shop, bytes, {Verdict::personalize, at}).text, expected);
    }
}

BOOST_AUTO_TEST_CASE(bytes_before_the_first_placement_leave_at_once) {
    PageShop shop;
    const std::size_t first = kPage.find("<div id=w class");
    Collector out;
    Page page(shop.plan, shop.scratch, out);
    const std::string head(kPage.substr(0, first));
    out.chunk = head;
    page.write(head);
    BOOST_TEST(out.text == head);
    BOOST_TEST(out.forwarded == head.size());
    BOOST_TEST(!page.holding());
    page.write("<div id=w>own</div>");
    BOOST_TEST(page.holding());
    BOOST_TEST(out.text == head);
}

BOOST_AUTO_TEST_CASE(untouched_bytes_behind_the_verdict_are_forwarded) {
    PageShop shop;
    const Ran ran = run(shop, {kPage}, {Verdict::personalize, 0});
    const std::string_view own = "<p>own</p><br>content";
    BOOST_TEST(ran.forwarded >= kPage.find("<div id=w class"));
    BOOST_TEST(ran.text.find(own) == std::string::npos);
    const Ran passed = run(shop, {kPage}, {Verdict::pass, 0});
    BOOST_TEST(passed.forwarded == kPage.size());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page::test
