#include <boost/test/unit_test.hpp>

#include "unit/page/fixture.hpp"

namespace pz::page::test {

namespace {

unsigned asked = 0;

void name_none(const recommend::Query&, recommend::Scratch&, std::vector<recommend::Candidate>&) {
    asked++;
}

std::int64_t gap_asked = -1;

void note_gap(const recommend::Query& query, recommend::Scratch&,
              std::vector<recommend::Candidate>&) {
    gap_asked = query.gap_micros;
}

constexpr recommend::Recommender kGap = {"gap", "nothing", note_gap};
constexpr recommend::Recommender kNobody = {"nobody", "nothing", name_none};

}  // namespace

BOOST_AUTO_TEST_SUITE(widget)

BOOST_AUTO_TEST_CASE(start_and_end_tag_stay_and_tiles_replace_the_content) {
    Shop shop;
    shop.widget("#w", "<a href=\"{{link}}\">{{title}}</a>");
    const Ran ran = run(shop, {"<p><div id=w class='x'>own <b>content</b></div></p>"});
    BOOST_TEST(ran.text ==
               "<p><div id=w class='x'>"
               "<a href=\"https://shop.example/p/a\">Item &lt;a&gt;</a>"
               "<a href=\"https://shop.example/p/b\">Item &lt;b&gt;</a>"
               "<a href=\"https://shop.example/p/c\">Item &lt;c&gt;</a></div></p>");
    BOOST_TEST(ran.counters.filled == 1U);
    BOOST_TEST(ran.counters.kept == 0U);
    BOOST_REQUIRE(ran.shown.size() == 1);
    BOOST_TEST(ran.shown[0].placement == "#w");
    BOOST_TEST(!ran.shown[0].listing);
    BOOST_TEST(ran.shown[0].items.size() == 3U);
    BOOST_TEST((ran.shown[0].tier == recommend::Tier::pre));
}

BOOST_AUTO_TEST_CASE(prices_and_dates_are_written_by_the_locale) {
    Shop shop;
    shop.widget(
        "#w",
        "{{price_text}}|{{regular_price_text}}|{{sale_price_text}}|{{availability_date_text}}|"
        "{{sale_price_effective_date_text}}|{{deposit_text}}|{{pack_text}}|{{title_text}}|"
        "{{note_text}}|{{unknown_text}}|{{_text}};\n");
    BOOST_TEST(run(shop, {"<p id=w></p>"}).text ==
               "<p id=w>1.00 GBP|||||||Item &lt;a&gt;|||;\n"
               "1.50 GBP|2.00 GBP|1.50 GBP|||||Item &lt;b&gt;|||;\n"
               "3.00 GBP|||2026-12-01|2026-12-01 \u2013 2026-12-24|1250.00 EUR|5 XL|"
               "Item &lt;c&gt;|caf\u00e9||;\n</p>");
    const Locale german = *Locale::prepare("de_DE");
    shop.locale = &german;
    BOOST_TEST(
        run(shop, {"<p id=w></p>"}).text ==
        "<p id=w>1,00\u00a0\u00a3|||||||Item &lt;a&gt;|||;\n"
        "1,50\u00a0\u00a3|2,00\u00a0\u00a3|1,50\u00a0\u00a3|||||Item &lt;b&gt;|||;\n"
        "3,00\u00a0\u00a3|||01.12.2026|01.12.2026 \u2013 24.12.2026|1.250,00\u00a0\u20ac|5 XL|"
        "Item &lt;c&gt;|caf\u00e9||;\n</p>");
}

BOOST_AUTO_TEST_CASE(other_charsets_get_references) {
    Shop shop;
    const Locale german = *Locale::prepare("de_DE");
    shop.locale = &german;
    shop.charset = rewrite::Charset::ascii_based;
    shop.widget("#w", "{{price_text}} \u2192 {{note_text}};");
    BOOST_TEST(run(shop, {"<p id=w></p>"}).text ==
               "<p id=w>1,00&#160;&#163; &#8594; ;1,50&#160;&#163; &#8594; ;"
               "3,00&#160;&#163; &#8594; caf&#233;;</p>");
}

BOOST_AUTO_TEST_CASE(explanations_are_ascii_in_every_charset) {
    Shop shop;
    shop.widget("#w", "{{id}}").name = "f\u00fcr dich";
    shop.explain = true;
    const Ran ran = run(shop, {"<p id=w></p>"});
    BOOST_TEST(ran.text.find("f\\u00fcr dich") != ran.text.npos);
}

BOOST_AUTO_TEST_CASE(a_template_that_cannot_be_written_in_the_charset_keeps_the_content) {
    Shop shop;
    shop.widget("#w", "<style>i{content:'\u2192'}</style><i>{{id}}</i>");
    shop.charset = rewrite::Charset::ascii_based;
    const Ran ran = run(shop, {"<p id=w>own</p>"});
    BOOST_TEST(ran.text == "<p id=w>own</p>");
    BOOST_TEST(ran.counters.kept == 1U);
    shop.charset = rewrite::Charset::utf8;
    BOOST_TEST(run(shop, {"<p id=w>own</p>"}).counters.filled == 1U);
}

BOOST_AUTO_TEST_CASE(too_few_items_keep_the_content) {
    Shop shop;
    shop.widget("#w", "{{id}}", 20).min = 9;
    const Ran ran = run(shop, {"<div id=w>own</div>"});
    BOOST_TEST(ran.text == "<div id=w>own</div>");
    BOOST_TEST(ran.counters.filled == 0U);
    BOOST_TEST(ran.counters.kept == 1U);
    BOOST_TEST(ran.shown.empty());
}

BOOST_AUTO_TEST_CASE(no_item_twice_on_a_page) {
    Shop shop;
    shop.widget(".w", "{{id}}");
    const Ran ran = run(shop, {"<p class=w></p><p class=w></p><p class=w>own</p>"});
    BOOST_TEST(ran.text == "<p class=w>abc</p><p class=w>def</p><p class=w>gh</p>");
}

BOOST_AUTO_TEST_CASE(the_first_matches_of_a_page_are_placements_and_the_others_stay) {
    Shop shop;
    shop.widget(".w", "{{id}}").recommenders = {&kNobody};
    shop.widget("#last", "{{id}}");
    std::string page;
    for (unsigned i = 0; i + 1 < kMaxPlaced; i++) {
        page += "<p class=w>own</p>";
    }
    const std::string last = "<p id=last>own</p>";
    asked = 0;
    Ran ran = run(shop, {page + last});
    BOOST_TEST(asked == kMaxPlaced - 1);
    BOOST_TEST(ran.text == page + "<p id=last>abc</p>");
    page += page + last;
    ran = run(shop, {page});
    BOOST_TEST(asked == 2 * kMaxPlaced - 1);
    BOOST_TEST(ran.text == page);
    BOOST_TEST(ran.counters.kept == 2 * kMaxPlaced - 1);
}

BOOST_AUTO_TEST_CASE(an_element_that_holds_no_html_is_not_filled) {
    Shop shop;
    shop.widget("#w", "}{{title}}{");
    for (const char* page :
         {"<script id=w type=application/json>{}</script>", "<style id=w>p{}</style>",
          "<svg><g id=w></g></svg>", "<input id=w>"}) {
        const Ran ran = run(shop, {page});
        BOOST_TEST(ran.text == page);
        BOOST_TEST(ran.counters.filled == 0U);
        BOOST_TEST(ran.counters.rewrite.ambiguous == 1U);
    }
}

BOOST_AUTO_TEST_CASE(fields_of_a_tile) {
    Shop shop;
    shop.views({"h"});
    shop.widget("#w",
                "[{{id}}|{{price}}|{{regular_price}}|{{sale_price}}|{{currency}}|{{on_sale}}|"
                "{{stock}}|{{availability}}|{{position}}|{{tier}}|{{placement}}|{{recommender}}|"
                "{{visitor.name}}|{{visitor.none}}|{{nothing}}|{{brand}}]",
                2);
    const Ran ran = run(shop, {"<div id=w></div>"});
    BOOST_TEST(ran.text ==
               "<div id=w>"
               "[a|1.00|||GBP|||in_stock|1|pre|#w|alphabet|Ann &amp; Co|||Acme]"
               "[b|1.50|2.00|1.50|GBP|1|7|in_stock|2|pre|#w|alphabet|Ann &amp; Co|||Acme]"
               "</div>");
}

BOOST_AUTO_TEST_CASE(two_templates_on_one_page) {
    Shop shop;
    shop.widget("#one", "1{{id}}", 1);
    shop.widget("#two", "2{{title}}", 1);
    const Ran ran = run(shop, {"<p id=one></p><p id=two></p>"});
    BOOST_TEST(ran.text == "<p id=one>1a</p><p id=two>2Item &lt;b&gt;</p>");
    BOOST_REQUIRE(ran.shown.size() == 2);
    BOOST_TEST(ran.shown[1].placement == "#two");
}

BOOST_AUTO_TEST_CASE(the_item_of_the_page_is_not_shown) {
    for (const char* value : {"b", "https://shop.example/p/b?x=1", "/p/b"}) {
        Shop shop;
        shop.widget("#w", "{{id}}").for_variable = 1;
        shop.variables = {"a", value};
        BOOST_TEST(run(shop, {"<p id=w></p>"}).text == "<p id=w>acd</p>");
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_item_of_the_page_or_a_missing_variable_is_none) {
    Shop shop;
    shop.widget("#w", "{{id}}").for_variable = 7;
    BOOST_TEST(run(shop, {"<p id=w></p>"}).text == "<p id=w>abc</p>");
    shop.variables = {"", "", "", "", "", "", "", "no such"};
    BOOST_TEST(run(shop, {"<p id=w></p>"}).text == "<p id=w>abc</p>");
}

BOOST_AUTO_TEST_CASE(the_gap_to_free_shipping_is_an_amount) {
    const auto asked_for = [](std::string_view gap) {
        Shop shop;
        auto& placement = shop.widget("#w", "{{id}}", 3);
        placement.recommenders = {&kGap};
        placement.gap_variable = 0;
        shop.variables = {gap};
        run(shop, {"<p id=w>own</p>"});
        return gap_asked;
    };
    BOOST_TEST(asked_for("6.50") == 6'500'000);
    BOOST_TEST(asked_for("6.50 GBP") == 6'500'000);
    for (const char* none : {"", "0", "-5", "much", "999999999999999999999999"}) {
        BOOST_TEST(asked_for(none) == 0, none);
    }
}

BOOST_AUTO_TEST_CASE(an_explanation_follows_the_placement) {
    Shop shop;
    shop.explain = true;
    shop.widget("#w", "{{id}}", 1);
    const Ran ran = run(shop, {"<p id=w></p>!"});
    const std::string_view begin =
        "<p id=w>a</p><script type=\"application/json\" class=\"personalize-explain\">{";
    BOOST_TEST(ran.text.starts_with(begin));
    BOOST_TEST(ran.text.ends_with("}</script>!"));
    BOOST_TEST(ran.text.find("\"placement\":\"#w\"") != std::string::npos);
    BOOST_TEST(ran.text.find("\"recommender\":\"alphabet\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(rules_see_placement_query_and_category) {
    Shop shop;
    auto loaded = rules::RuleSet::load(R"(
rule "pins" {
  on = "home",
  when = function(visitor, page) return page.query == "mug" and page.category == "Kitchen" end,
  match = function(item) return item.id == "g" end,
  pin = 1
})",
                                       "test.lua");
    BOOST_REQUIRE_MESSAGE(loaded.ok(), loaded.message());
    shop.rules = std::move(*loaded);
    Placement& placement = shop.widget("#w", "{{id}}");
    placement.name = "home";
    placement.query_variable = 0;
    placement.category_variable = 1;
    shop.variables = {"mug", "Kitchen"};
    BOOST_TEST(run(shop, {"<p id=w></p>"}).text == "<p id=w>gab</p>");
    shop.variables = {"cup", "Kitchen"};
    BOOST_TEST(run(shop, {"<p id=w></p>"}).text == "<p id=w>abc</p>");
}

BOOST_AUTO_TEST_CASE(what_a_rule_says_of_an_item_stands_on_its_tile) {
    Shop shop;
    auto loaded = rules::RuleSet::load(R"(
rule "left" { match = { stock = {min = 1, max = 9} },
    label = function(item) return "<only " .. item.stock .. " left>" end }
rule "here" { on = "second", match = { id = "d" }, label = "here" }
)",
                                       "test.lua");
    BOOST_REQUIRE_MESSAGE(loaded.ok(), loaded.message());
    shop.rules = std::move(*loaded);
    shop.widget("#w", "{{id}}{{#label}}[{{label}}]{{/label}}", 2);
    shop.widget("#v", "{{id}}{{label}}", 2).name = "second";
    BOOST_TEST(run(shop, {"<p id=w></p><p id=v></p>"}).text ==
               "<p id=w>ab[&lt;only 7 left&gt;]</p><p id=v>cdhere</p>");
    shop.rules = nullptr;
    BOOST_TEST(run(shop, {"<p id=w></p>"}).text == "<p id=w>ab</p>");
}

// A page asks a condition once; what it asked about the placement is asked again in the next.
BOOST_AUTO_TEST_CASE(conditions_that_differ_by_placement_are_asked_in_each) {
    Shop shop;
    auto loaded = rules::RuleSet::load(R"(
rule "here" { when = function(visitor, page) return page.placement == "#v" end, label = "!" }
rule "known" { when = function(visitor) return visitor.events > 0 end, match = { id = "h" }, pin = 1 }
)",
                                       "test.lua");
    BOOST_REQUIRE_MESSAGE(loaded.ok(), loaded.message());
    shop.rules = std::move(*loaded);
    for (const char* selector : {"#w", "#v", "#x"}) {
        shop.widget(selector, "{{id}}{{label}}", 2);
    }
    const std::string page = "<p id=w></p><p id=v></p><p id=x></p>";
    BOOST_TEST(run(shop, {page}).text == "<p id=w>ab</p><p id=v>c!d!</p><p id=x>ef</p>");
    shop.views({"a"});
    BOOST_TEST(run(shop, {page}).text == "<p id=w>ha</p><p id=v>b!c!</p><p id=x>de</p>");
}

BOOST_AUTO_TEST_CASE(segments_of_the_rule_file_are_known_before_the_first_placement) {
    Shop shop;
    auto loaded = rules::RuleSet::load(R"(
segment "keen" { when = function(visitor) return visitor.events > 0 end }
rule "for the keen" { segment = "keen", match = { id = "h" }, pin = 1 }
)",
                                       "test.lua");
    BOOST_REQUIRE_MESSAGE(loaded.ok(), loaded.message());
    shop.rules = std::move(*loaded);
    shop.widget("#w", "{{id}}");
    BOOST_TEST(run(shop, {"<p id=w></p>"}).text == "<p id=w>abc</p>");
    BOOST_TEST(!shop.profile.in_segment("keen"));
    shop.views({"a"});
    BOOST_TEST(run(shop, {"<p id=other></p>"}).text == "<p id=other></p>");
    BOOST_TEST(!shop.profile.in_segment("keen"));
    BOOST_TEST(run(shop, {"<p id=w></p>"}).text == "<p id=w>hab</p>");
    BOOST_TEST(shop.profile.in_segment("keen"));
}

BOOST_AUTO_TEST_CASE(a_failing_rule_is_counted_and_the_widget_is_filled) {
    Shop shop;
    auto loaded = rules::RuleSet::load(
        "rule \"broken\" { match = function(item) return item.nothing.more end, hide = true }",
        "test.lua");
    BOOST_REQUIRE_MESSAGE(loaded.ok(), loaded.message());
    shop.rules = std::move(*loaded);
    shop.widget("#w", "{{id}}");
    const Ran ran = run(shop, {"<p id=w></p>"});
    BOOST_TEST(ran.text == "<p id=w>abc</p>");
    BOOST_TEST(ran.counters.rules_failed == 1U);
    BOOST_TEST(shop.rules->take_complaints(1).at(0).find("test.lua:1") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page::test
