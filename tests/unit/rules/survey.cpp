// What rules name of the whole catalog.
#include "rules/survey.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "store/builder.hpp"
#include "unit/rules/shop.hpp"

using namespace pz;
using namespace pz::test;

namespace {

std::unique_ptr<const store::Snapshot> write_and_open(store::SnapshotBuilder& builder) {
    const std::string path =
        (std::filesystem::temp_directory_path() / ("pz-survey-" + std::to_string(::getpid())))
            .string();
    const Status written = builder.write(path, 1, kNow);
    auto opened = store::Snapshot::open(path);
    std::filesystem::remove(path);
    BOOST_REQUIRE(written.ok() && opened.ok());
    return std::move(*opened);
}

// "r: mug shoe" for each rule in force that names any.
std::string named(rules::RuleSet& rules, const rules::Context& context) {
    rules::Outcome outcome;
    std::string text;
    for (const rules::Nomination& nomination : rules.nominate(context, outcome)) {
        text += (text.empty() ? "" : "; ") + rules.rule_names()[nomination.rule] + ":";
        for (const store::ItemIndex item : nomination.items) {
            text.append(" ").append(context.snapshot->id(item));
        }
    }
    BOOST_TEST(outcome.error == "");
    return text;
}

std::string named(const Shop& shop, std::string_view source) {
    auto rules = load(source);
    BOOST_TEST(!rules->survey(shop.snapshot(), kNow));
    return named(*rules, shop.context);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(rule_survey, Shop)

// The shoe is popular, the vase sold out.
BOOST_AUTO_TEST_CASE(verbs_that_name_items) {
    BOOST_TEST(named(*this, "rule 'r' { match = {brand = 'Nike'}, pin = 1 }") == "r: shoe mug");
    BOOST_TEST(named(*this, "rule 'r' { match = {brand = 'Nike'}, only = true }") == "r: shoe mug");
    BOOST_TEST(named(*this, "rule 'r' { match = {brand = 'Nike'}, boost = 2 }") == "r: shoe mug");
    BOOST_TEST(named(*this, "rule 'r' { match = {brand = 'Nike'}, hide = true }") ==
               "r: lamp bag vase");
    BOOST_TEST(named(*this, "rule 'r' { require = {brand = 'Nike'} }") == "r: shoe mug");
    BOOST_TEST(
        named(*this, "rule 'r' { match = {brand = 'Nike'}, require = {price = {max = 20}} }") ==
        "r: mug lamp bag vase");
}

BOOST_AUTO_TEST_CASE(verbs_that_name_none) {
    for (const char* rule :
         {"boost = 2", "pin = 1", "match = {brand = 'Nike'}, bury = 2",
          "match = {brand = 'Nike'}, boost = 0.5", "match = {brand = 'Nike'}, label = 'x'",
          "match = {brand = 'Nike'}, boost = function() return 2 end",
          "match = function(item) return true end, pin = 1",
          "require = function(item) return true end", "match = {brand = 'None'}, pin = 1",
          "recommend = 'sale'", "mix = {brand = 1}", "match = {brand = 'Nike'}, variant = true"}) {
        BOOST_TEST(named(*this, "rule 'r' { " + std::string(rule) + " }") == "", rule);
    }
}

BOOST_AUTO_TEST_CASE(every_kind_of_condition) {
    BOOST_TEST(named(*this, "rule 'r' { match = {title = '*Mug'}, pin = 1 }") == "r: mug");
    BOOST_TEST(named(*this, "rule 'r' { match = {product_type = 'Kitchen'}, pin = 1 }") ==
               "r: mug");
    BOOST_TEST(named(*this, "rule 'r' { match = {on_sale = true}, pin = 1 }") == "r: mug");
    BOOST_TEST(named(*this, "rule 'r' { match = {age_days = {max = 10}}, pin = 1 }") == "r: lamp");
    BOOST_TEST(named(*this, "rule 'r' { match = {brand = 'Acme', color = 'red'}, pin = 1 }") ==
               "r: bag");
}

BOOST_AUTO_TEST_CASE(looked_at_piece_by_piece) {
    auto rules = load("rule 'r' { match = {brand = 'Nike'}, pin = 1 }");
    for (int i = 0; i < 2; ++i) {
        BOOST_TEST(rules->survey(snapshot(), kNow, 2));
        BOOST_TEST(named(*rules, context) == "");  // nothing is known before all is
    }
    BOOST_TEST(!rules->survey(snapshot(), kNow, 2));
    BOOST_TEST(named(*rules, context) == "r: shoe mug");
    BOOST_TEST(!rules->survey(snapshot(), kNow, 2));
    BOOST_TEST(!load("")->survey(snapshot(), kNow, 2));
}

BOOST_AUTO_TEST_CASE(the_last_generations_items_until_all_is_known) {
    auto rules = load("rule 'r' { match = {brand = 'Nike'}, pin = 1 }");
    rules->survey(snapshot(), kNow);
    const auto next = next_generation("Acme");
    rules::Context later = context;
    later.snapshot = next.get();
    BOOST_TEST(named(*rules, later) == "r: shoe mug");
    BOOST_TEST(rules->survey(*next, kNow, 3));
    BOOST_TEST(named(*rules, later) == "r: shoe mug");
    BOOST_TEST(named(*rules, context) == "r: shoe mug");  // a page that is still under way
    BOOST_TEST(!rules->survey(*next, kNow, 3));
    BOOST_TEST(named(*rules, later) == "r: shoe");
}

// More than are kept and than are looked at in one piece; the most popular ones are far apart.
BOOST_AUTO_TEST_CASE(the_best_of_many) {
    constexpr std::size_t kItems = 9001;
    store::SnapshotBuilder builder;
    std::vector<std::pair<float, std::string>> by_popularity;
    for (std::size_t i = 0; i < kItems; ++i) {
        const std::string id = "i" + std::to_string(i);
        store::ItemInput input;
        input.fields = {{"id", id}, {"brand", i % 2 == 0 ? "Even" : "Odd"}};
        BOOST_REQUIRE(builder.add_item(input).ok());
        const auto popularity = static_cast<float>(i * 7919 % kItems);
        builder.set_popularity(builder.find(id), popularity);
        if (i % 2 == 0) {
            by_popularity.emplace_back(-popularity, id);
        }
    }
    const auto many = write_and_open(builder);
    std::sort(by_popularity.begin(), by_popularity.end());
    std::string expected = "r:";
    for (std::size_t i = 0; i < rules::Survey::kMost; ++i) {
        expected += " " + by_popularity[i].second;
    }
    context.snapshot = many.get();
    for (const std::size_t piece : {std::size_t{97}, std::size_t{5000}, ~std::size_t{0}}) {
        auto rules = load("rule 'r' { match = {brand = 'Even'}, only = true }");
        while (rules->survey(*many, kNow, piece)) {
        }
        BOOST_TEST(named(*rules, context) == expected);
    }
}

BOOST_AUTO_TEST_CASE(a_when_is_asked_once_of_a_place) {
    auto rules = load(
        "rule 'r' { when = function(visitor, page) return page.category.x.y end,\n"
        "           match = {brand = 'Nike'}, pin = 1 }");
    rules->survey(snapshot(), kNow);
    context.page = rules->new_page();
    rules::Outcome outcome;
    auto list = candidates();
    BOOST_TEST(rules->nominate(context, outcome).empty());
    outcome.add(rules->apply(context, list));
    BOOST_TEST(outcome.failed == 1U);
    context.placement = "home-2";
    BOOST_TEST(rules->apply(context, list).failed == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
