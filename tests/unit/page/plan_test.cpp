#include "page/plan.hpp"

#include <boost/test/unit_test.hpp>

namespace pz::page {

namespace {

const rewrite::Template kTile;

const rewrite::Template* find_tile(void* data, std::string_view name) {
    static_cast<std::string*>(data)->assign(name);
    return name == "missing" ? nullptr : &kTile;
}

struct Parsed {
    Plan plan;
    Status status;
    std::string asked;  // the template that was looked for

    explicit Parsed(std::initializer_list<std::string_view> arguments) {
        const std::vector<std::string_view> all(arguments);
        status = add_widget(plan, all, find_tile, &asked);
    }
    const Placement& placement() const { return plan.placements.at(0); }
};

struct ParsedListing {
    Plan plan;
    Status status;

    explicit ParsedListing(std::initializer_list<std::string_view> arguments) {
        const std::vector<std::string_view> all(arguments);
        status = add_listing(plan, all);
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(plan)

BOOST_AUTO_TEST_CASE(widget_defaults) {
    const Parsed parsed({"#recommended", "for_you,popular"});
    BOOST_REQUIRE_MESSAGE(parsed.status.ok(), parsed.status.message());
    const Placement& placement = parsed.placement();
    BOOST_TEST(!placement.listing);
    BOOST_TEST(placement.name == "#recommended");
    BOOST_REQUIRE(placement.recommenders.size() == 2);
    BOOST_TEST(placement.recommenders[0]->name == "for_you");
    BOOST_TEST(placement.recommenders[1]->name == "popular");
    BOOST_TEST(placement.limit == 8U);
    BOOST_TEST(placement.min == 4U);
    BOOST_TEST((placement.level == recommend::Tier::individual));
    BOOST_TEST(placement.tile == &kTile);
    BOOST_TEST(parsed.asked == "default");
    BOOST_TEST(placement.for_variable == -1);
    BOOST_TEST(placement.category_variable == -1);
    BOOST_TEST(!parsed.plan.patterns.at(0).listing);
}

BOOST_AUTO_TEST_CASE(widget_with_everything) {
    const Parsed parsed({".w", "similar", "limit=6", "min=2", "template=tile", "name=home-1",
                         "level=segment", "for=$0", "category=$12"});
    BOOST_REQUIRE_MESSAGE(parsed.status.ok(), parsed.status.message());
    const Placement& placement = parsed.placement();
    BOOST_TEST(placement.limit == 6U);
    BOOST_TEST(placement.min == 2U);
    BOOST_TEST(placement.name == "home-1");
    BOOST_TEST((placement.level == recommend::Tier::segment));
    BOOST_TEST(placement.for_variable == 0);
    BOOST_TEST(placement.category_variable == 12);
    BOOST_TEST(parsed.asked == "tile");
}

BOOST_AUTO_TEST_CASE(the_default_minimum_is_never_more_than_the_limit) {
    const Parsed parsed({".w", "similar", "limit=2"});
    BOOST_REQUIRE(parsed.status.ok());
    BOOST_TEST(parsed.placement().min == 2U);
}

BOOST_AUTO_TEST_CASE(listing_defaults) {
    const ParsedListing parsed({"ul.products"});
    BOOST_REQUIRE_MESSAGE(parsed.status.ok(), parsed.status.message());
    const Placement& placement = parsed.plan.placements.at(0);
    const rewrite::Pattern& pattern = parsed.plan.patterns.at(0);
    BOOST_TEST(placement.listing);
    BOOST_TEST(placement.top == 6U);
    BOOST_TEST(pattern.listing);
    BOOST_TEST(!pattern.tile.has_value());
    BOOST_TEST((pattern.locator.by == rewrite::ItemLocator::By::attribute));
    BOOST_TEST(pattern.locator.name == "data-item-id");
}

BOOST_AUTO_TEST_CASE(listing_with_everything) {
    const ParsedListing parsed({"ul.products", "item=li.tile", "id=Data-SKU", "top=3", "name=list",
                                "level=pre", "query=$1", "category=$2"});
    BOOST_REQUIRE_MESSAGE(parsed.status.ok(), parsed.status.message());
    const Placement& placement = parsed.plan.placements.at(0);
    const rewrite::Pattern& pattern = parsed.plan.patterns.at(0);
    BOOST_TEST(pattern.tile.has_value());
    BOOST_TEST(pattern.locator.name == "data-sku");
    BOOST_TEST(placement.top == 3U);
    BOOST_TEST(placement.query_variable == 1);
    BOOST_TEST(placement.category_variable == 2);
    BOOST_TEST((placement.level == recommend::Tier::pre));
    const ParsedListing by_link({"ul", "id=href"});
    BOOST_TEST((by_link.plan.patterns.at(0).locator.by == rewrite::ItemLocator::By::href));
}

BOOST_AUTO_TEST_CASE(widget_errors_name_the_remedy) {
    const auto message = [](std::initializer_list<std::string_view> arguments) {
        const Parsed parsed(arguments);
        BOOST_TEST(parsed.plan.empty());
        BOOST_TEST(parsed.plan.patterns.empty());
        return parsed.status.message();
    };
    BOOST_TEST(message({"#w"}) ==
               "personalize_widget: a selector and a recommender are needed, as in "
               "\"#recommended\" for_you,popular");
    BOOST_TEST(message({"#w", "poplar"}) ==
               "personalize_widget: unknown recommender 'poplar': did you mean 'popular'? known "
               "are popular, new, sale, recent, for_you, cross_sell, similar, "
               "replenish, back_in_stock, price_drop");
    BOOST_TEST(message({"#w", "popular,"})
                   .starts_with("personalize_widget: unknown recommender '': known are popular"));
    BOOST_TEST(message({"#w", "popular,popular"}) ==
               "personalize_widget: recommender 'popular' is named twice: keep one");
    BOOST_TEST(message({"#w", "popular", "limt=3"}) ==
               "personalize_widget: unknown option 'limt': did you mean 'limit'? known are limit, "
               "min, template, name, level, for, category");
    BOOST_TEST(message({"#w", "popular", "zzzzzzz"}) ==
               "personalize_widget: unknown option 'zzzzzzz': known are limit, min, template, "
               "name, level, for, category");
    BOOST_TEST(message({"#w", "popular", "limit"}) ==
               "personalize_widget: option 'limit' has no value: write limit=...");
    BOOST_TEST(message({"#w", "popular", "limit=1", "limit=2"}) ==
               "personalize_widget: option 'limit' is given twice: keep one");
    for (const char* wrong :
         {"limit=0", "limit=101", "limit=-1", "limit=3x", "limit=99999999999999999999"}) {
        BOOST_TEST(message({"#w", "popular", wrong}) ==
                   "personalize_widget: " + std::string(wrong) + ": write a number from 1 to 100");
    }
    BOOST_TEST(message({"#w", "popular", "limit=3", "min=4"}) ==
               "personalize_widget: min=4 is more than limit=3: write a smaller min= or a larger "
               "limit=");
    BOOST_TEST(message({"#w", "popular", "level=persnal"})
                   .starts_with("personalize_widget: unknown level 'persnal': "));
    for (const char* wrong : {"for=sku", "for=$", "for=$x", "for=$-1", "for=$99999999"}) {
        BOOST_TEST(message({"#w", "popular", wrong}) ==
                   "personalize_widget: " + std::string(wrong) +
                       ": write a variable, as in "
                       "for=$arg_for");
    }
    BOOST_TEST(message({"#w", "popular", "template=missing"}) ==
               "personalize_widget: unknown template 'missing': add personalize_template missing "
               "file;");
    BOOST_TEST(message({"div[", "popular"}).starts_with("personalize_widget: selector 'div[': "));
    BOOST_TEST(message({"#w", "popular", "name=" + std::string(101, 'n')})
                   .ends_with("is over 100 characters: add a short one with name="));
}

BOOST_AUTO_TEST_CASE(listing_errors_name_the_remedy) {
    const auto message = [](std::initializer_list<std::string_view> arguments) {
        const ParsedListing parsed(arguments);
        BOOST_TEST(parsed.plan.empty());
        return parsed.status.message();
    };
    BOOST_TEST(message({}) == "personalize_listing: a selector is needed, as in \"ul.products\"");
    BOOST_TEST(
        message({"ul", "limit=3"}).starts_with("personalize_listing: unknown option 'limit': "));
    BOOST_TEST(message({"ul", "top=0"}) ==
               "personalize_listing: top=0: write a number from 1 to 100");
    BOOST_TEST(
        message({"ul", "item=li["}).starts_with("personalize_listing: item=: selector 'li["));
    BOOST_TEST(message({"ul", "id=data id"}) ==
               "personalize_listing: id=data id: not the name of an attribute: write one, as in "
               "id=data-item-id, or id=href");
    BOOST_TEST(message({std::string_view("ul"), std::string_view("id=a\0b", 6)})
                   .find("not the name of an attribute") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_error_leaves_the_plan_as_it_was) {
    Plan plan;
    std::string asked;
    const std::vector<std::string_view> good = {"#a", "popular"};
    const std::vector<std::string_view> bad = {"#b", "nothing"};
    BOOST_REQUIRE(add_widget(plan, good, find_tile, &asked).ok());
    BOOST_TEST(!add_widget(plan, bad, find_tile, &asked).ok());
    BOOST_TEST(plan.placements.size() == 1U);
    BOOST_TEST(plan.patterns.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace pz::page
